"""Tables of a report: typed columns, so that paper and workbook write each value as people expect it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from policyserve.book.money import decimal, decimals_of
from policyserve.locale import format
from policyserve.metrics.percents import percent

Kind = Literal["text", "long", "count", "number", "percent", "money", "date"]
"""What a column holds: `long` a sentence, `percent` a fraction, `money` a Decimal of units, `number` decimals."""

PAPER = 40
"""Rows of a table that a page shows; the workbook has them all."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column."""

    name: str
    title: str
    kind: Kind = "text"
    paper: bool = True
    """Whether a page shows it; the workbook shows every column."""
    target: float | None = None
    """What its ratios are compared with: rounding never lifts one that is below onto it."""

    @property
    def right(self) -> bool:
        """Whether it stands on the right: numbers do."""
        return self.kind in {"count", "number", "percent", "money"}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a title."""

    title: str
    """Also the name of the sheet."""
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    note: str = ""
    paper: int = PAPER
    """Rows that a page shows."""


def written(value: Any, kind: Kind, *, target: float | None = None) -> str:
    """Write one value for a page, a ratio with regard to its target; a dash for none."""
    if value is None:
        return "–"
    match kind:
        case "percent":
            return percent(value, target=target)
        case "money" | "count":
            return f"{value:,.0f}"
        case "number":
            return f"{value:,.2f}"
        case _:
            return " ".join(str(value).split())


def amounts(frame: pl.DataFrame, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows with the minor units of `names` as decimals of their `currency`."""
    rows = frame.to_dicts()
    for row in rows:
        places = decimals_of(row["currency"] or "")
        row |= {name: Decimal(row[name]).scaleb(-places) for name in names if row[name] is not None}
    return rows


def money(language: str, minor: int, currency: str | None) -> str:
    """Write an amount of minor units in whole units, with its currency."""
    return format.money(language, round(decimal(minor, currency)), currency)


def main_currency(frame: pl.DataFrame, weight: str) -> str | None:
    """Return the currency in which most of `weight` is counted; None where there is none."""
    sums = frame.drop_nulls("currency").group_by("currency").agg(pl.col(weight).sum()).sort(weight, "currency")
    return None if sums.is_empty() else str(sums["currency"][-1])


def of_currency(currency: str | None) -> pl.Expr:
    """Whether a row is counted in that currency."""
    return pl.col("currency").eq_missing(pl.lit(currency, dtype=pl.String))
