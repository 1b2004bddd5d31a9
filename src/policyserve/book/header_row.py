"""The header row: looked for among the first rows of a file or sheet, for above it a clerk's list has titles.

It may run over two rows: titles of groups (应缴, 实缴), and below them the names of the columns (日期, 保费).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import polars as pl

DEEP = 20
"""Rows among which the header is looked for, blank ones not counted."""

EXTRA = "extra"
"""The column that holds what a row has beyond the header."""

_GROUP_TAIL = re.compile(r"\s*(信息|资料|情况|明细|info(rmation)?|details?|data)$", re.IGNORECASE)
"""What a group's title says besides its name: 被保险人信息 is 被保险人."""

Likeness = Callable[[Sequence[str]], tuple[bool, int]]
"""How much a row looks like the header: whether it is complete, and how many columns are known."""


@dataclass(frozen=True, kw_only=True)
class HeaderRow:
    """A row that may be the header."""

    found: tuple[bool, int]
    """What `Likeness` says of it."""
    line: int
    """The line on which it ends."""
    cells: tuple[str, ...]
    """Its cells, without the blank ones at its end."""


def nearest(rows: Iterable[tuple[int, Sequence[str]]], likeness: Likeness) -> HeaderRow | None:
    """Return the first of the rows (line, cells; none of them blank) that comes nearest to the header.

    A row together with the one above it is taken where the two come nearer than either.
    """
    best: HeaderRow | None = None
    above: Sequence[str] = ()
    for line, row in rows:
        for cells in (row, _joined(above, row, likeness)):
            found = likeness(cells)
            if best is None or found > best.found:
                best = HeaderRow(found=found, line=line, cells=_trimmed(cells))
        above = row
    return best


def _joined(above: Sequence[str], row: Sequence[str], likeness: Likeness) -> Sequence[str]:
    """Join a row of column names with the titles of groups above it; a title stands in the first of its columns.

    A column is called with its group where it is known so, or where its own name stands in several groups.
    """
    if not above:
        return row
    names = Counter(cell.strip() for cell in row)
    joined, group = [], ""
    for title, name in ((title.strip(), name.strip()) for title, name in zip_longest(above, row, fillvalue="")):
        group = (_GROUP_TAIL.sub("", title) or group) if name else ""
        whole = f"{group} {name}" if f"{group}{name}".isascii() else group + name
        joined.append((whole if names[name] > 1 or likeness([whole])[1] else name) if name else title)
    return joined


def any_row(_: Sequence[str]) -> tuple[bool, int]:
    """Take the first row for the header."""
    return True, 0


def with_extra(cells: pl.DataFrame, width: int) -> pl.DataFrame:
    """Put what stands beyond the header's `width` into the column `EXTRA`, which is there only where something does."""
    beyond = [name for name in cells.columns if name.isdigit() and int(name) >= width]
    filled = [name for name in beyond if cells[name].null_count() < cells.height]
    texts = [pl.when(pl.col(name).str.strip_chars() != "").then(name) for name in filled]
    return cells.with_columns([pl.coalesce(texts).alias(EXTRA)] if texts else []).drop(beyond)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return tuple(cells[:width])
