"""The rows of a list while they are checked: typed values, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import polars as pl

Severity = Literal["rejected", "warning"]

SEVERITIES = pl.Enum(["rejected", "warning"])

PROBLEMS = pl.Schema({"line": pl.UInt32(), "severity": SEVERITIES, "field": pl.String(), "reason": pl.String()})
"""What is wrong with the rows of a list: a `rejected` row stays out, with a `warning` it goes in."""


def cleared(name: str) -> str:
    """Name the column of truth values that says where a cell of the column `name` is to be cleared."""
    return f"-{name}"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a list, rejected ones included until `good` leaves them out.

    `values` has `line`, a typed column for each column of the file that the list knows, null where the cell says
    nothing, and for columns with a `-` somewhere a column `cleared(name)`.
    """

    values: pl.DataFrame
    problems: tuple[pl.DataFrame, ...] = ()

    def has(self, *names: str) -> bool:
        """Whether the file has all of these columns."""
        return set(names) <= set(self.values.columns)

    def with_values(self, values: pl.DataFrame) -> Self:
        """Return the same rows with further or other columns."""
        return replace(self, values=values)

    def reject(self, where: pl.Expr, name: str, reason: str | pl.Expr) -> Self:
        """Reject the rows for which `where` holds; `reason` follows the column's `name` in a sentence."""
        return self._note(where, name, reason, "rejected")

    def warn(self, where: pl.Expr, name: str, reason: str | pl.Expr) -> Self:
        """Warn of the rows for which `where` holds; their values stay."""
        return self._note(where, name, reason, "warning")

    def leave_empty(self, where: pl.Expr, name: str, reason: str | pl.Expr) -> Self:
        """Warn of the rows for which `where` holds, and leave their column `name` empty."""
        warned = self.warn(where, name, reason)
        if len(warned.problems) == len(self.problems):
            return self
        return warned.with_values(self.values.with_columns(pl.when(where.not_().fill_null(value=True)).then(name)))

    def _note(self, where: pl.Expr, name: str, reason: str | pl.Expr, severity: Severity) -> Self:
        bad = self.values.select("line", bad=where).filter("bad")["line"]
        if bad.is_empty():
            return self
        sentence = pl.lit(reason) if isinstance(reason, str) else reason
        # the reason is worked out for all rows: it may stand beside a column of the whole file
        told = self.values.select("line", severity=pl.lit(severity), field=pl.lit(name), reason=sentence)
        return self.noted(told.filter(pl.col("line").is_in(bad.implode())))

    def noted(self, found: pl.DataFrame) -> Self:
        """Return the same rows with further problems, a frame of the schema `PROBLEMS`."""
        return replace(self, problems=(*self.problems, found.cast(PROBLEMS)))

    @property
    def all_problems(self) -> pl.DataFrame:
        """Everything that is wrong, in the order of the file."""
        return pl.concat([PROBLEMS.to_frame(), *self.problems]).sort("line", maintain_order=True)

    @property
    def rejected(self) -> pl.Series:
        """The lines of the rejected rows, each once."""
        return self.all_problems.filter(pl.col("severity") == "rejected")["line"].unique()

    @property
    def good(self) -> pl.DataFrame:
        """The values of the rows that go in."""
        bad = self.rejected
        return self.values if bad.is_empty() else self.values.filter(~pl.col("line").is_in(bad.implode()))


def same_key(rows: Rows, key: Sequence[str], name: str) -> Rows:
    """Reject all rows of a key that stands several times with different content; equal ones stay once.

    `name`: the column that the problem is told of. Rows with a null in `key` are left alone.
    """
    values = rows.values
    keys = values.select(key).drop_nulls()
    if keys.n_unique() == keys.height:
        return rows
    keyed = pl.all_horizontal(pl.col(key).is_not_null())
    content = values.drop("line").columns
    doubled = values.filter(keyed & pl.struct(key).is_duplicated())
    distinct = doubled.unique(subset=content, keep="first", maintain_order=True)
    differing = distinct.filter(pl.struct(key).is_duplicated()).select(key).unique()
    bad = doubled.join(differing, on=list(key), how="semi")
    repeated = doubled.join(differing, on=list(key), how="anti").join(distinct, on="line", how="anti")
    kept = rows.with_values(values.join(repeated, on="line", how="anti", maintain_order="left"))
    if bad.is_empty():
        return kept
    first = bad.group_by(key, maintain_order=True).agg(
        where=pl.col("line").cast(pl.String).head(5).str.join(", "), count=pl.len()
    )
    told = bad.join(first, on=list(key), how="left")
    reason = pl.format("stands in this file more than once with different content (lines {}); keep one row", "where")
    return kept.noted(told.select("line", severity=pl.lit("rejected"), field=pl.lit(name), reason=reason))
