"""Ratios as bars against a target, and shares of a whole as bars that lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policyserve.metrics.percents import number
from policyserve.reporting.drawing.axes import (
    DARK,
    HATCH,
    LIGHT,
    MIDDLE,
    TARGET,
    bare,
    ceiling,
    legend,
    months,
    percents,
    target_handle,
)  # fmt: skip
from policyserve.reporting.pictures import Bars, Stacks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHADES = ((DARK, ""), (MIDDLE, ""), (LIGHT, ""), ("#ffffff", HATCH))
SEEN = 0.06
"""A part with a smaller share has no room for its number."""


def draw_bars(picture: Bars, axes: Axes) -> None:
    """Draw a bar per month; what is not final is hatched, what is below the target has its mark."""
    heights = [ratio or 0.0 for ratio in picture.ratios]
    low = picture.start
    for bar, is_final in zip(_solid(axes, heights), picture.final, strict=True):
        if not is_final:
            bar.set(facecolor="white", hatch=HATCH)
    axes.axhline(picture.target, **TARGET)
    for place, ratio in enumerate(picture.ratios):
        if ratio is not None:
            said = f"{number(ratio, target=picture.target, places=1)}{' ▼' if ratio < picture.target else ''}"
            axes.text(
                place, ratio + (1 - low) * 0.014, said, ha="center", va="bottom", fontsize=8.5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    axes.set(xlim=(-0.6, len(heights) - 0.4), ylim=(low, ceiling(heights)))
    months(axes, picture.labels)
    percents(axes)
    _explain(axes, picture.words)


def _solid(axes: Axes, heights: list[float]) -> list[Any]:
    return list(axes.bar(range(len(heights)), heights, width=0.62, color=MIDDLE, edgecolor=DARK, linewidth=0.7))


def _explain(axes: Axes, words: tuple[str, str, str]) -> None:
    from matplotlib.patches import Patch

    final, provisional, target = words
    solid = Patch(facecolor=MIDDLE, edgecolor=DARK, linewidth=0.7, label=final)
    hatched = Patch(facecolor="white", edgecolor=DARK, linewidth=0.7, hatch=HATCH, label=provisional)
    legend(axes, [solid, hatched, target_handle(target)])


def draw_stacks(picture: Stacks, axes: Axes) -> None:
    """Draw a lying bar per row, divided by the shares of its parts."""
    from matplotlib.patches import Patch

    for down, counts in enumerate(picture.counts):
        whole, left = sum(counts) or 1, 0.0
        for count, (shade, hatch) in zip(counts, SHADES, strict=True):
            share = count / whole
            axes.barh(down, share, left=left, height=0.62, color=shade, hatch=hatch, edgecolor=DARK, linewidth=0.7)
            if share >= SEEN:
                _inside(axes, left + share / 2, down, f"{share:.0%}", shade)
            left += share
    axes.set(xlim=(0, 1), ylim=(len(picture.rows) - 0.5, -0.5))
    axes.set_yticks(range(len(picture.rows)), picture.rows, fontsize=9)
    axes.set_xticks([])
    bare(axes)
    parts = zip(picture.parts, SHADES, strict=True)
    legend(
        axes,
        [Patch(facecolor=shade, hatch=hatch, edgecolor=DARK, lw=0.7, label=name) for name, (shade, hatch) in parts],
    )


def _inside(axes: Axes, across: float, down: float, said: str, shade: str) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    dark = shade == DARK
    axes.text(
        across, down, said, ha="center", va="center", fontsize=8.5, color="white" if dark else "black",
        bbox=None if dark else box,
    )  # fmt: skip
