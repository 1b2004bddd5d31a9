"""Pictures as SVG: shades of one colour, hatches and line styles, so that a print in black and white says the same."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from functools import cache, singledispatch
from typing import TYPE_CHECKING, Any

from policyserve.reporting.fonts import FAMILY, font_file
from policyserve.reporting.pictures import Bars, Curves, Fan, HeatMap, Picture, Stacks, Tree

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 9.6
"""Inches; the text then has its own size on a screen, and three quarters of it on paper."""

DARK, MIDDLE, LIGHT, PALE, WARN = "#1d3a5f", "#6d8fb3", "#b9cbdd", "#e8eef4", "#a33b20"
LINES = (("-", DARK), ("--", WARN), (":", MIDDLE))
SHADES = (DARK, MIDDLE, LIGHT, "#ffffff")
HATCHES = ("", "", "", "////")

STYLE = {
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "svg.hashsalt": "policyserve",  # the same picture is the same file
    "font.family": FAMILY,
    "font.size": 10,
    "axes.unicode_minus": False,
    "axes.edgecolor": "#555555",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "hatch.color": DARK,
    "legend.frameon": False,
}


@cache
def _font_known() -> None:
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(font_file()))


def drawn(picture: Picture, number: int) -> str:
    """Draw a picture; `number` keeps its ids apart from those of other pictures on the page."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    _font_known()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, _height(picture)), layout="constrained")
        FigureCanvasSVG(figure)
        _draw(picture, figure.subplots())
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _own_ids(written.getvalue(), f"c{number}-")


def _own_ids(svg: str, prefix: str) -> str:
    """Cut the prologue, and put `prefix` before every id and every mention of one."""
    inner = svg[svg.index("<svg") :]
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}", inner)


def _height(picture: Picture) -> float:
    match picture:
        case HeatMap():
            return 0.75 + 0.3 * max(len(picture.rows), 2)
        case Stacks():
            return 0.8 + 0.36 * max(len(picture.rows), 2)
        case Tree():
            return 0.3 + 0.46 * max(_places(picture).height, 2)
        case _:
            return 3.6


@singledispatch
def _draw(picture: Picture, axes: Axes) -> None:
    raise TypeError(type(picture).__name__)


@_draw.register(Bars)
def _bars(picture: Bars, axes: Axes) -> None:
    places = range(len(picture.labels))
    heights = [ratio or 0.0 for ratio in picture.ratios]
    final, provisional, target = picture.words
    bars = axes.bar(places, heights, width=0.62, color=MIDDLE, edgecolor=DARK, linewidth=0.7)
    for bar, is_final in zip(bars, picture.final, strict=True):
        if not is_final:
            bar.set(facecolor="white", hatch="////")
    low = _floor([ratio for ratio in picture.ratios if ratio is not None], picture.target)
    axes.axhline(picture.target, color=WARN, linewidth=1.4, linestyle="--")
    for place, ratio in zip(places, picture.ratios, strict=True):
        if ratio is not None:
            below = " ▼" if ratio < picture.target else ""
            axes.text(
                place, ratio + (1 - low) * 0.012, f"{ratio:.1%}{below}".replace("%", ""), ha="center", va="bottom",
                fontsize=8.5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    axes.set(xlim=(-0.6, len(picture.labels) - 0.4), ylim=(low, _ceiling(heights)))
    _months(axes, picture.labels)
    _percents(axes)
    _legend(axes, [(final, {"facecolor": MIDDLE}), (provisional, {"facecolor": "white", "hatch": "////"})], target)


def _floor(ratios: Sequence[float], target: float) -> float:
    """Begin the axis at a round ratio below all of them: a difference of some points must be seen."""
    lowest = min([*ratios, target])
    return max(0.0, int(lowest * 10 - 0.5) / 10)


def _ceiling(ratios: Sequence[float]) -> float:
    return max([1.0, *ratios]) * 1.04


def _legend(axes: Axes, boxes: Sequence[tuple[str, dict[str, Any]]], target: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(edgecolor=DARK, linewidth=0.7, label=name, **style) for name, style in boxes]
    handles.append(Line2D([], [], color=WARN, linestyle="--", label=target))
    _above(axes, handles)


def _above(axes: Axes, handles: Sequence[Any]) -> None:
    """Put the legend over the picture, where it hides nothing."""
    axes.legend(handles=list(handles), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(handles), fontsize=9)


def _months(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_xticks(range(len(labels)), labels, rotation=0 if len(labels) <= 13 else 45, fontsize=8.5)
    axes.tick_params(axis="x", length=0)


def _percents(axes: Axes) -> None:
    from matplotlib.ticker import PercentFormatter

    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


@_draw.register(HeatMap)
def _heat(picture: HeatMap, axes: Axes) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("kept", ["#ffffff", LIGHT, MIDDLE, DARK])
    low, high = 0.6, 1.0
    for down, (ratios, marks) in enumerate(zip(picture.ratios, picture.marks, strict=True)):
        for across, (ratio, mark) in enumerate(zip(ratios, marks, strict=True)):
            share = None if ratio is None else min(max((ratio - low) / (high - low), 0.0), 1.0)
            colour = "#f6f6f6" if share is None else shades(0.85 * share)
            axes.add_patch(_cell(across, down, colour))
            if ratio is not None:
                ink = "white" if share is not None and share > 0.62 else "black"
                said = f"{100 * ratio:.1f}{' ' + mark if mark else ''}"
                axes.text(across, down, said, ha="center", va="center", fontsize=8.5, color=ink)
    axes.set(xlim=(-0.5, len(picture.columns) - 0.5), ylim=(len(picture.rows) - 0.5, -0.5))
    axes.set_xticks(range(len(picture.columns)), picture.columns, fontsize=8.5)
    axes.set_yticks(range(len(picture.rows)), picture.rows, fontsize=9)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)


def _cell(across: int, down: int, colour: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((across - 0.5, down - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5)


@_draw.register(Fan)
def _fan(picture: Fan, axes: Axes) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    final, expected, interval, possible, target = picture.words
    places = [place for place, ratio in enumerate(picture.expected) if ratio is not None]
    wide = [place for place in places if not picture.known[place]]
    if wide:
        axes.fill_between(wide, _at(picture.floor, wide), _at(picture.ceiling, wide), color=PALE, linewidth=0)
        axes.fill_between(wide, _at(picture.lower, wide), _at(picture.upper, wide), color=LIGHT, linewidth=0)
    known = [place for place in places if picture.known[place]]
    joined = [*known[-1:], *wide]
    axes.plot(known, _at(picture.expected, known), color=DARK, marker="o", markersize=4.5, linewidth=1.4)
    axes.plot(joined, _at(picture.expected, joined), color=DARK, linestyle=":", linewidth=1.4)
    axes.plot(
        wide, _at(picture.expected, wide), color=DARK, marker="D", markersize=4.5, markerfacecolor="white",
        linestyle="none",
    )  # fmt: skip
    axes.axhline(picture.target, color=WARN, linewidth=1.4, linestyle="--")
    shown = [*_at(picture.expected, places), *_at(picture.lower, wide)]
    axes.set(xlim=(-0.6, len(picture.labels) - 0.4), ylim=(_floor(shown, picture.target), 1.02))
    _months(axes, picture.labels)
    _percents(axes)
    _above(
        axes,
        [
            Line2D([], [], color=DARK, marker="o", markersize=4.5, label=final),
            Line2D([], [], color=DARK, marker="D", markersize=4.5, markerfacecolor="white", ls=":", label=expected),
            Patch(facecolor=LIGHT, label=interval),
            Patch(facecolor=PALE, label=possible),
            Line2D([], [], color=WARN, linestyle="--", label=target),
        ],
    )


def _at(values: Sequence[float | None], places: Sequence[int]) -> list[float]:
    return [values[place] or 0.0 for place in places]


@_draw.register(Curves)
def _curves(picture: Curves, axes: Axes) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for curve, (line, colour) in zip(picture.curves, LINES, strict=False):
        axes.fill_between(curve.months, curve.lower, curve.upper, step="post", color=colour, alpha=0.13, linewidth=0)
        axes.step(curve.months, curve.share, where="post", color=colour, linestyle=line, linewidth=1.6)
        handles.append(Line2D([], [], color=colour, linestyle=line, label=curve.name))
    for month in picture.marked:
        axes.axvline(month, color="#999999", linewidth=0.7, linestyle=(0, (2, 3)))
    longest = max((curve.months[-1] for curve in picture.curves), default=12.0)
    every = 6 if longest > 30 else 2
    axes.set_xticks(range(0, int(longest) + every, every))
    lows = [share for curve in picture.curves for share in curve.lower]
    axes.set(xlim=(0, longest), ylim=(_floor(lows, 0.9), 1.01), xlabel=picture.across)
    _percents(axes)
    _above(axes, handles)


@_draw.register(Stacks)
def _stacks(picture: Stacks, axes: Axes) -> None:
    from matplotlib.patches import Patch

    for down, counts in enumerate(picture.counts):
        whole, left = sum(counts) or 1, 0.0
        for count, shade, hatch in zip(counts, SHADES, HATCHES, strict=True):
            share = count / whole
            axes.barh(down, share, left=left, height=0.62, color=shade, hatch=hatch, edgecolor=DARK, linewidth=0.7)
            if share >= 0.06:
                _inside(axes, left + share / 2, down, f"{share:.0%}", "white" if shade == DARK else "black")
            left += share
    axes.set(xlim=(0, 1), ylim=(len(picture.rows) - 0.5, -0.5))
    axes.set_yticks(range(len(picture.rows)), picture.rows, fontsize=9)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    styles = zip(picture.parts, SHADES, HATCHES, strict=True)
    _above(
        axes,
        [Patch(facecolor=shade, hatch=hatch, edgecolor=DARK, lw=0.7, label=name) for name, shade, hatch in styles],
    )


def _inside(axes: Axes, across: float, down: float, text: str, ink: str) -> None:
    box = None if ink == "white" else {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    axes.text(across, down, text, ha="center", va="center", fontsize=8.5, color=ink, bbox=box)


class _Places:
    """Where the boxes of a tree stand: a column per generation, each leaf on a line of its own."""

    def __init__(self, tree: Tree) -> None:
        self.below: dict[str, list[str]] = {}
        for leaf in tree.leaves[1:]:
            self.below.setdefault(leaf.above or "", []).append(leaf.name)
        self.at: dict[str, tuple[int, float]] = {}
        self.height = 0
        self._set(tree.leaves[0].name, 0)

    def _set(self, name: str, depth: int) -> float:
        children = self.below.get(name, [])
        lines = [self._set(child, depth + 1) for child in children] or [self._next()]
        line = (lines[0] + lines[-1]) / 2
        self.at[name] = (depth, line)
        return line

    def _next(self) -> float:
        self.height += 1
        return self.height - 1


def _places(tree: Tree) -> _Places:
    return _Places(tree)


@_draw.register(Tree)
def _tree(picture: Tree, axes: Axes) -> None:
    from matplotlib.patches import FancyBboxPatch

    places = _places(picture)
    depth = max(column for column, _ in places.at.values()) + 1
    wide = 0.74
    for leaf in picture.leaves:
        across, down = places.at[leaf.name]
        if leaf.above is not None:
            column, line = places.at[leaf.above]
            middle = (column + wide + across) / 2
            axes.plot([column + wide, middle, middle, across], [line, line, down, down], color=MIDDLE, linewidth=1)
        fill = PALE if leaf.above is None else "white"
        axes.add_patch(
            FancyBboxPatch(
                (across, down - 0.36), wide, 0.72, boxstyle="round,pad=0,rounding_size=0.03", facecolor=fill,
                edgecolor=DARK, linewidth=0.9, mutation_aspect=6,
            )
        )  # fmt: skip
        axes.text(across + wide / 2, down, "\n".join(leaf.lines), ha="center", va="center", fontsize=7.6)
    axes.set(xlim=(-0.03, max(depth, 3) - 1 + wide + 0.03), ylim=(places.height - 0.4, -0.6))
    axes.axis("off")
    if picture.more:
        axes.text(1, 0, picture.more, transform=axes.transAxes, ha="right", va="bottom", fontsize=9)


Drawing = Callable[[Picture, int], str]
"""How a picture becomes SVG."""
