"""Tables of a report: columns of figures with rows, as much as a page shows and all of it for the workbook."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from policyserve.book.money import decimal
from policyserve.locale import format
from policyserve.metrics.figure import Column, Names, Row

PAPER = 40
"""Rows of a table that a page shows; the workbook has them all."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a title."""

    title: str
    """Also the name of the sheet."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """Amounts in minor units of the row's `currency`, ratios as fractions."""
    names: Names = field(default_factory=dict)
    """Of policies, by number."""
    note: str = ""
    paper: int = PAPER
    """Rows that a page shows."""


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
