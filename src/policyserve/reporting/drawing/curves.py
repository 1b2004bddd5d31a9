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
    legend,
    months,
    percents,
    target_handle,
)  # fmt: skip
from policyserve.reporting.pictures import Curves, Fan, Stage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = (("-", DARK), ("--", WARN), (":", MIDDLE))
"""Style and shade of each curve: told apart without colour too."""

STAGES: tuple[Stage, ...] = ("final", "provisional", "expected")

POINTS: dict[Stage, dict[str, Any]] = {
    "final": {"marker": "o", "markersize": 4.5, "color": DARK},
    "provisional": {"marker": "o", "markersize": 5.5, "color": DARK, "markerfacecolor": "white"},
    "expected": {"marker": "D", "markersize": 4.5, "color": DARK, "markerfacecolor": "white"},
}
"""Each stage with a point of its own; a ring is the mark of what is provisional."""

LINED: dict[Stage, Any] = {"final": "-", "provisional": ":", "expected": ":"}


def draw_fan(picture: Fan, axes: Axes) -> None:
    """Draw what is final as a line, what is provisional as rings, what is expected as points within their bands."""
    final, rings, ahead = (_places(picture, stage) for stage in STAGES)
    if ahead:
        axes.fill_between(ahead, _at(picture.floor, ahead), _at(picture.ceiling, ahead), color=PALE, linewidth=0)
        axes.fill_between(ahead, _at(picture.lower, ahead), _at(picture.upper, ahead), color=LIGHT, linewidth=0)
    joined = [*final[-1:], *sorted([*rings, *ahead])]
    axes.plot(joined, _at(picture.expected, joined), color=DARK, linestyle=":", linewidth=1.4)
    axes.plot(final, _at(picture.expected, final), linewidth=1.4, **POINTS["final"])
    axes.plot(rings, _at(picture.expected, rings), linestyle="none", **POINTS["provisional"])
    axes.plot(ahead, _at(picture.expected, ahead), linestyle="none", **POINTS["expected"])
    axes.axhline(picture.target, **TARGET)
    highest = max(ratio or 0.0 for ratio in picture.expected)
    axes.set(xlim=(-0.6, len(picture.labels) - 0.4), ylim=(picture.start, max(1.02, highest)))
    months(axes, picture.labels)
    percents(axes)
    _explain(axes, picture.words)


def _places(picture: Fan, stage: Stage) -> list[int]:
    """Return the months of a stage that have a ratio."""
    ratios = zip(picture.expected, picture.stages, strict=True)
    return [place for place, (ratio, its) in enumerate(ratios) if its == stage and ratio is not None]


def _explain(axes: Axes, words: tuple[str, str, str, str, str, str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    *points, interval, possible, target = words
    handles = [
        *(
            Line2D([], [], label=name, linestyle=LINED[stage], **POINTS[stage])
            for name, stage in zip(points, STAGES, strict=True)
        ),
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
    axes.set(xlim=(0, max(longest, 1.0)), ylim=(picture.start, 1.01), xlabel=picture.across)
    percents(axes)
    styles = zip(picture.curves, LINES, strict=False)
    legend(axes, [Line2D([], [], color=shade, ls=line, label=curve.name) for curve, (line, shade) in styles])
