"""The header row: looked for among the first rows of a file or sheet, for above it a clerk's list has titles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

DEEP = 20
"""Rows among which the header is looked for, blank ones not counted."""

EXTRA = "extra"
"""The column that holds what a row has beyond the header."""

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
    """Return the first of the rows (line, cells; none of them blank) that comes nearest to the header."""
    best: HeaderRow | None = None
    for line, cells in rows:
        found = likeness(cells)
        if best is None or found > best.found:
            best = HeaderRow(found=found, line=line, cells=_trimmed(cells))
    return best


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
