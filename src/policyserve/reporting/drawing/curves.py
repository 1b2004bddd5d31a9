"""The fan of a forecast, and curves of survival."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from policyserve.reporting.drawing.axes import (
    DARK,
    LIGHT,
    MIDDLE,
    PALE,
    TARGET,
    WARN,
    floor,
    legend,
    months,
    percents,
    target_handle,
)  # fmt: skip
from policyserve.reporting.pictures import Curves, Fan

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = (("-", DARK), ("--", WARN), (":", MIDDLE))
"""Style and shade of each curve: told apart without colour too."""

DOT: dict[str, Any] = {"markersize": 4.5, "color": DARK}


def draw_fan(picture: Fan, axes: Axes) -> None:
    """Draw what is known as a line, what is expected as points within their bands."""
    places = [place for place, ratio in enumerate(picture.expected) if ratio is not None]
    ahead = [place for place in places if not picture.known[place]]
    known = [place for place in places if picture.known[place]]
    if ahead:
        axes.fill_between(ahead, _at(picture.floor, ahead), _at(picture.ceiling, ahead), color=PALE, linewidth=0)
        axes.fill_between(ahead, _at(picture.lower, ahead), _at(picture.upper, ahead), color=LIGHT, linewidth=0)
    joined = [*known[-1:], *ahead]
    axes.plot(known, _at(picture.expected, known), marker="o", linewidth=1.4, **DOT)
    axes.plot(joined, _at(picture.expected, joined), color=DARK, linestyle=":", linewidth=1.4)
    axes.plot(ahead, _at(picture.expected, ahead), marker="D", markerfacecolor="white", linestyle="none", **DOT)
    axes.axhline(picture.target, **TARGET)
    shown = [*_at(picture.expected, places), *_at(picture.lower, ahead)]
    axes.set(xlim=(-0.6, len(picture.labels) - 0.4), ylim=(floor(shown, picture.target), max(1.02, *shown)))
    months(axes, picture.labels)
    percents(axes)
    _explain(axes, picture.words)


def _explain(axes: Axes, words: tuple[str, str, str, str, str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    final, expected, interval, possible, target = words
    handles = [
        Line2D([], [], marker="o", label=final, **DOT),
        Line2D([], [], marker="D", markerfacecolor="white", linestyle=":", label=expected, **DOT),
        Patch(facecolor=LIGHT, label=interval),
        Patch(facecolor=PALE, label=possible),
        target_handle(target),
    ]
    legend(axes, handles)


def _at(values: Sequence[float | None], places: Sequence[int]) -> list[float]:
    return [values[place] or 0.0 for place in places]


def draw_curves(picture: Curves, axes: Axes) -> None:
    """Draw steps with their limits, each in a style of its own."""
    from matplotlib.lines import Line2D

    for curve, (line, shade) in zip(picture.curves, LINES, strict=False):
        axes.fill_between(curve.months, curve.lower, curve.upper, step="post", color=shade, alpha=0.13, linewidth=0)
        axes.step(curve.months, curve.share, where="post", color=shade, linestyle=line, linewidth=1.6)
    longest = max((curve.months[-1] for curve in picture.curves), default=12.0)
    for month in picture.marked:
        if month <= longest:
            axes.axvline(month, color="#999999", linewidth=0.7, linestyle=(0, (2, 3)))
    axes.set_xticks(range(0, int(longest) + 1, 6 if longest > 30 else 2))
    lows = [share for curve in picture.curves for share in curve.lower]
    axes.set(xlim=(0, max(longest, 1.0)), ylim=(floor(lows, 0.9), 1.01), xlabel=picture.across)
    percents(axes)
    styles = zip(picture.curves, LINES, strict=False)
    legend(axes, [Line2D([], [], color=shade, ls=line, label=curve.name) for curve, (line, shade) in styles])
