"""Instalments: when each falls due, and how many have.

Every due day is counted from the effective date itself, clamped to the month's end, and never from the due day before
it, which would turn 31 January into 28 March (民法典 202).
"""

from __future__ import annotations

import polars as pl

from policyserve.dates import day_of_month, month_number


def due_day(number: pl.Expr, step: pl.Expr | None = None) -> pl.Expr:
    """Return the due day of instalment `number` (1 = first): effective date + (number - 1) x step months.

    By the columns `effective_date` and, where no other is given, `step`; null for a single premium.
    """
    effective = pl.col("effective_date")
    months = pl.col("step") if step is None else step
    return due_day_from(month_number(effective), effective.dt.day(), months, number)


def due_day_from(month: pl.Expr, day: pl.Expr, step: pl.Expr, number: pl.Expr) -> pl.Expr:
    """Return the same by the month (as `dates.month_number`) and the day of the month of the effective date."""
    return day_of_month(month + (number - 1) * step, day)


def due_by(day: pl.Expr) -> pl.Expr:
    """Count the instalments due on or before a Date, by `effective_date` and `step`; 0 or less before the first one."""
    return instalments_to(day) - (due_day(instalments_to(day)) > day).cast(pl.Int32)


def instalments_to(day: pl.Expr) -> pl.Expr:
    """Count the instalments due up to the end of the month of a Date, or one too many: the last may lie after it."""
    return (month_number(day) - month_number(pl.col("effective_date"))) // pl.col("step") + 1


def due_by_month(month: int) -> pl.Expr:
    """Count the instalments due by the first day of policy month `month` (13: the second year begins), by `step`."""
    return (month - 1) // pl.col("step") + 1


def policy_year(number: pl.Expr) -> pl.Expr:
    """Return the policy year (1 = first) in which an instalment falls due, by `step`; of a single premium 1."""
    return ((number - 1) * pl.col("step").fill_null(0) // 12 + 1).cast(pl.Int32)


def with_instalments(lines: pl.DataFrame, first: pl.Expr | int, last: pl.Expr) -> pl.DataFrame:
    """Return a row per instalment `first` to `last` of each of `lines`, with `instalment` and `due_on`.

    `lines`: `effective_date`, `step` and whatever else is to be kept. A line without any has no row.
    """
    numbers = pl.int_ranges(first, pl.max_horizontal(first, last + 1), dtype=pl.Int32)
    return (
        lines.with_columns(instalment=numbers)
        .explode("instalment", empty_as_null=False)
        .with_columns(due_on=due_day(pl.col("instalment")))
    )
