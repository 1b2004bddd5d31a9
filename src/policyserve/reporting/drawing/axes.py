"""What pictures share: shades, axes of months and per cent, and the legend above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DARK, MIDDLE, LIGHT, PALE, WARN = "#1d3a5f", "#6d8fb3", "#b9cbdd", "#e8eef4", "#a33b20"
HATCH = "////"
TARGET: dict[str, Any] = {"color": WARN, "linewidth": 1.4, "linestyle": "--"}
"""The line of a target."""


def ceiling(ratios: Sequence[float]) -> float:
    """End the axis above all of them, with room for a number."""
    return max([1.0, *ratios]) * 1.04


def legend(axes: Axes, handles: Sequence[Any]) -> None:
    """Put the legend over the picture, where it hides nothing."""
    axes.legend(handles=list(handles), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(handles), fontsize=9)


def target_handle(name: str) -> Any:
    """Return the legend's line of a target."""
    from matplotlib.lines import Line2D

    return Line2D([], [], label=name, **TARGET)


def months(axes: Axes, labels: Sequence[str]) -> None:
    """Write the months under the axis, aslant where they would touch."""
    axes.set_xticks(range(len(labels)), labels, rotation=0 if len(labels) <= 13 else 45, fontsize=8.5)
    axes.tick_params(axis="x", length=0)


def percents(axes: Axes) -> None:
    """Let the y axis count per cent."""
    from matplotlib.ticker import PercentFormatter

    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def bare(axes: Axes) -> None:
    """Take away frame and ticks; the labels stay."""
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
