"""Pictures as SVG whose texts stay texts: they can be searched and read aloud, and use the page's own font."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from policyserve.reporting.drawing import heat, trees
from policyserve.reporting.drawing.axes import DARK
from policyserve.reporting.drawing.bars import draw_bars, draw_stacks
from policyserve.reporting.drawing.curves import draw_curves, draw_fan
from policyserve.reporting.fonts import FAMILY, font_file
from policyserve.reporting.pictures import Bars, Curves, Fan, HeatMap, Picture, Stacks, Tree

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 9.6
"""Inches; the text then has its own size on a screen, and three quarters of it on paper."""

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
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

Drawing = Callable[[Picture, int], str]
"""How a picture, by its number on the page, becomes SVG."""


def drawn(picture: Picture, number: int) -> str:
    """Draw a picture; `number` keeps its ids apart from those of other pictures on the page."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    prepare()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, _height(picture)), layout="constrained")
        FigureCanvasSVG(figure)
        _draw(picture, figure.subplots())
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _with_own_ids(written.getvalue(), f"c{number}-")


@cache
def prepare() -> None:
    """Load what draws, and the font."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(font_file()))


def _with_own_ids(svg: str, prefix: str) -> str:
    """Cut the prologue, and put `prefix` before every id and every mention of one."""
    inner = svg[svg.index("<svg") :]
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}", inner)


def _height(picture: Picture) -> float:
    match picture:
        case HeatMap():
            return heat.height_of(picture)
        case Tree():
            return trees.height_of(picture)
        case Stacks():
            return 0.8 + 0.36 * max(len(picture.rows), 2)
        case _:
            return 3.0


def _draw(picture: Picture, axes: Axes) -> None:
    match picture:
        case Bars():
            draw_bars(picture, axes)
        case Stacks():
            draw_stacks(picture, axes)
        case HeatMap():
            heat.draw_heat(picture, axes)
        case Fan():
            draw_fan(picture, axes)
        case Curves():
            draw_curves(picture, axes)
        case Tree():
            trees.draw_tree(picture, axes)
        case _:
            raise TypeError(f"no drawing of {type(picture).__name__}")
