"""Steps of the planner: each leaves out occurrences and says why; they are folded over the rows of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

import polars as pl


class Step(NamedTuple):
    """A step of the planner."""

    reason: str
    """Why it leaves a row out: a code of `standard.reasons`."""
    keep: Callable[[pl.LazyFrame], pl.LazyFrame]
    """Returns the rows that it leaves, with the columns that they had."""
    day: str | None = None
    """The column that holds the day of the fact."""


class Occurrences(NamedTuple):
    """What a trigger gives: rows (see `offsets`), and the steps of its own that are to be taken first."""

    rows: pl.LazyFrame
    steps: tuple[Step, ...] = ()

    def told(self, *more: Step, **columns: pl.Expr | str) -> Self:
        """Add columns and steps."""
        return self._replace(rows=self.rows.with_columns(**columns), steps=(*self.steps, *more))


def where(reason: str, condition: pl.Expr, day: str | None = None) -> Step:
    """Return the step that leaves the rows for which a condition holds."""
    return Step(reason, lambda rows: rows.filter(condition), day)


def fold(rows: pl.LazyFrame, steps: Iterable[Step]) -> pl.LazyFrame:
    """Take the steps one after the other."""
    for step in steps:
        rows = step.keep(rows)
    return rows
