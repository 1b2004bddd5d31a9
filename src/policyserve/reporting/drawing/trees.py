"""Who referred whom, from left to right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from policyserve.reporting.drawing.axes import DARK, MIDDLE, PALE
from policyserve.reporting.pictures import Tree

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOX, THICK = 0.78, 0.72
"""Width of a box in columns, and its height in lines."""

COLUMNS = 3
"""A tree of fewer generations is drawn no wider than one of three."""

Places = dict[str, tuple[int, float]]
"""By customer: the column (generation), and the line from above."""


def placed(tree: Tree) -> tuple[Places, int]:
    """Place each box, one above in the middle of those below; return the places and the number of lines."""
    below: dict[str, list[str]] = {}
    for leaf in tree.leaves[1:]:
        below.setdefault(leaf.above or "", []).append(leaf.name)
    places: Places = {}
    lines = iter(range(len(tree.leaves)))
    _place(tree.leaves[0].name, 0, below, places, partial(next, lines))
    return places, round(max(line for _, line in places.values())) + 1


def _place(name: str, column: int, below: dict[str, list[str]], places: Places, line: partial[int]) -> float:
    children = [_place(child, column + 1, below, places, line) for child in below.get(name, [])]
    middle = (children[0] + children[-1]) / 2 if children else float(line())
    places[name] = (column, middle)
    return middle


def height_of(tree: Tree) -> float:
    """Return inches."""
    return 0.2 + 0.46 * max(placed(tree)[1], 2) + (0.2 if tree.more else 0)


def draw_tree(picture: Tree, axes: Axes) -> None:
    """Draw a box for each customer, and a line to the one who referred."""
    places, lines = placed(picture)
    for leaf in picture.leaves:
        if leaf.above is not None:
            _join(axes, places[leaf.above], places[leaf.name])
    for leaf in picture.leaves:
        _box(axes, places[leaf.name], leaf.lines, PALE if leaf.above is None else "white")
    columns = max(COLUMNS, 1 + max(column for column, _ in places.values()))
    bottom = lines - (0.1 if picture.more else 0.5)
    axes.set(xlim=(-0.03, columns - 1 + BOX + 0.03), ylim=(bottom, -0.5))
    axes.axis("off")
    if picture.more:
        axes.text(1, 0, picture.more, transform=axes.transAxes, ha="right", va="bottom", fontsize=9)


def _join(axes: Axes, above: tuple[int, float], below: tuple[int, float]) -> None:
    start, end = above[0] + BOX, below[0]
    middle = (start + end) / 2
    axes.plot([start, middle, middle, end], [above[1], above[1], below[1], below[1]], color=MIDDLE, linewidth=1)


def _box(axes: Axes, place: tuple[int, float], lines: tuple[str, ...], fill: str) -> None:
    from matplotlib.patches import Rectangle

    across, down = place
    axes.add_patch(Rectangle((across, down - THICK / 2), BOX, THICK, facecolor=fill, edgecolor=DARK, linewidth=0.9))
    axes.text(across + BOX / 2, down, "\n".join(lines), ha="center", va="center", fontsize=7.8)
