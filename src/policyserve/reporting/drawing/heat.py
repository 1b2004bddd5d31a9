"""Ratios as a map of shades, each with its number, so that a print without colour can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from policyserve.reporting.drawing.axes import DARK, LIGHT, MIDDLE, bare
from policyserve.reporting.pictures import HeatMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOW, HIGH = 0.6, 1.0
"""Ratios at which the shade is lightest and darkest."""

EMPTY = "#f6f6f6"
BESIDE = 8
"""With more columns than this the marks stand under the number."""


def height_of(picture: HeatMap) -> float:
    """Return inches."""
    return 0.6 + (0.3 if len(picture.columns) <= BESIDE else 0.38) * max(len(picture.rows), 2)


def draw_heat(picture: HeatMap, axes: Axes) -> None:
    """Draw a cell per ratio; an empty one where there is none."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    shades = LinearSegmentedColormap.from_list("kept", ["#ffffff", LIGHT, MIDDLE, DARK])
    for down, (ratios, numbers, marks) in enumerate(zip(picture.ratios, picture.numbers, picture.marks, strict=True)):
        for across, (ratio, *said) in enumerate(zip(ratios, numbers, marks, strict=True)):
            shade = EMPTY if ratio is None else shades(0.9 * min(max((ratio - LOW) / (HIGH - LOW), 0.0), 1.0))
            axes.add_patch(_cell(across, down, shade))
            if ratio is not None:
                ink = "white" if _lightness(to_rgb(shade)) < 0.42 else "black"
                _write(axes, across, down, said, ink, beside=len(ratios) <= BESIDE)
    axes.set(xlim=(-0.5, len(picture.columns) - 0.5), ylim=(len(picture.rows) - 0.5, -0.5))
    axes.set_xticks(range(len(picture.columns)), picture.columns, fontsize=8.5)
    axes.set_yticks(range(len(picture.rows)), picture.rows, fontsize=9)
    axes.tick_params(labeltop=True, labelbottom=False)
    bare(axes)


def _write(axes: Axes, across: int, down: int, said: Sequence[str], ink: str, *, beside: bool) -> None:
    figure, mark = said
    if beside or not mark:
        axes.text(across, down, f"{figure} {mark}".strip(), ha="center", va="center", fontsize=8.5, color=ink)
        return
    axes.text(across, down - 0.17, figure, ha="center", va="center", fontsize=8.5, color=ink)
    axes.text(across, down + 0.26, mark, ha="center", va="center", fontsize=6.5, color=ink)


def _lightness(colour: tuple[float, float, float]) -> float:
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _cell(across: int, down: int, shade: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((across - 0.5, down - 0.5), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5)
