"""The rows of a list while they are checked: typed values, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import polars as pl

from policyserve.locale import N_, columns

Severity = Literal["rejected", "warning"]

SEVERITIES = pl.Enum(["rejected", "warning"])

PROBLEMS = pl.Schema(
    {
        "line": pl.UInt32(),
        "severity": SEVERITIES,
        "field": pl.String(),
        "reason": pl.String(),
        "arguments": pl.String(),
    }
)
"""What is wrong with the rows of a list: a `rejected` row stays out, with a `warning` it goes in.

`reason` is words with places for the values in `arguments` (JSON); see `locale.columns`.
"""


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
    totals: tuple[int, ...] = ()
    """The lines of rows of totals, which are left out."""

    def has(self, *names: str) -> bool:
        """Whether the file has all of these columns."""
        return set(names) <= set(self.values.columns)

    def with_values(self, values: pl.DataFrame) -> Self:
        """Return the same rows with further or other columns."""
        return replace(self, values=values)

    def reject(self, where: pl.Expr, name: str, words: str | pl.Expr, **values: pl.Expr) -> Self:
        """Reject the rows for which `where` holds; `words` follow the column's `name`, `values` fill their places."""
        return self._note(where, name, "rejected", words, values)

    def warn(self, where: pl.Expr, name: str, words: str | pl.Expr, **values: pl.Expr) -> Self:
        """Warn of the rows for which `where` holds; their values stay."""
        return self._note(where, name, "warning", words, values)

    def leave_empty(self, where: pl.Expr, name: str, words: str | pl.Expr) -> Self:
        """Warn of the rows for which `where` holds, and leave their column `name` empty."""
        warned = self.warn(where, name, words)
        if len(warned.problems) == len(self.problems):
            return self
        return warned.with_values(self.values.with_columns(pl.when(where.not_().fill_null(value=True)).then(name)))

    def _note(
        self, where: pl.Expr, name: str, severity: Severity, words: str | pl.Expr, values: Mapping[str, pl.Expr]
    ) -> Self:
        bad = self.values.select("line", bad=where).filter("bad")["line"]
        if bad.is_empty():
            return self
        reason = pl.lit(words) if isinstance(words, str) else words
        # the reason is worked out for all rows: it may stand beside a column of the whole file
        found = self.values.select("line", severity=pl.lit(severity), field=pl.lit(name), reason=reason, **values)
        return self.noted(found.filter(pl.col("line").is_in(bad.implode())))

    def noted(self, found: pl.DataFrame) -> Self:
        """Return the same rows with further problems: PROBLEMS, with a column for each value instead of `arguments`."""
        places = [name for name in found.columns if name not in PROBLEMS]
        arguments = columns.values(**{name: name for name in places}) if places else pl.lit(None, pl.String)
        told = found.with_columns(arguments=arguments).select(PROBLEMS.names())
        return replace(self, problems=(*self.problems, told.cast(PROBLEMS)))

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
    words = N_("stands in this file more than once with different content (lines {lines}); keep one row")
    told = told.select("line", severity=pl.lit("rejected"), field=pl.lit(name), reason=pl.lit(words), lines="where")
    return kept.noted(told)
