"""Tables of a report: figures, as much of each as a page shows and all of it for the workbook."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from policyserve.book.money import decimal
from policyserve.locale import N_, Sentence, format
from policyserve.metrics.figure import Column, Figure

PAPER = 40
"""Rows of a table that a page shows; the workbook has them all."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A figure, with the names that a report calls people by."""

    figure: Figure
    """Its title is the name of the sheet, too."""
    paper: int = PAPER
    """Rows that a page shows."""


def titled(figure: Figure, part: Column) -> Figure:
    """Say in the title of a figure by what it is grouped."""
    return replace(figure, title=Sentence(N_("{title} by {part}"), title=figure.title, part=Sentence(part.title)))


def within(figure: Figure, condition: pl.Expr) -> Figure:
    """Keep some rows of a figure."""
    return replace(figure, rows=figure.rows.filter(condition))


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
