"""Instalments: when each falls due, and how many have.

Every due day is counted from the effective date itself, clamped to the month's end, and never from the due day before
it, which would turn 31 January into 28 March (民法典 202).

Where a policy's terms changed on its way (`turns`), the columns `step` and `effective_date` say how it began, and every
function takes the turns of the book; `policy` is the column with the policy's key.
"""

from __future__ import annotations

import polars as pl

from policyserve.contracts.turns import TURNS, held, held_on
from policyserve.dates import day_of_month, month_number, months_later

NO_TURNS = pl.DataFrame(schema=TURNS)


def due_day(
    number: pl.Expr, step: pl.Expr | None = None, turns: pl.DataFrame = NO_TURNS, policy: str = "policy_id"
) -> pl.Expr:
    """Return the due day of instalment `number` (1 = first): effective date + (number - 1) x step months.

    By the columns `effective_date` and, where no other is given, `step`; null for a single premium.
    """
    effective = pl.col("effective_date")
    month = held(turns, "month", number, month_number(effective), policy)
    months = held(turns, "step", number, pl.col("step") if step is None else step, policy)
    return due_day_from(month, effective.dt.day(), months, number)


def due_day_from(month: pl.Expr, day: pl.Expr, step: pl.Expr, number: pl.Expr) -> pl.Expr:
    """Return the same by the month (as `dates.month_number`) and the day of the month of the effective date."""
    return day_of_month(month + (number - 1) * step, day)


def due_by(day: pl.Expr, turns: pl.DataFrame = NO_TURNS, policy: str = "policy_id") -> pl.Expr:
    """Count the instalments due on or before a Date, by `effective_date` and `step`; 0 or less before the first one."""
    count = instalments_to(day, turns, policy)
    return count - (due_day(count, turns=turns, policy=policy) > day).cast(pl.Int32)


def instalments_to(day: pl.Expr, turns: pl.DataFrame = NO_TURNS, policy: str = "policy_id") -> pl.Expr:
    """Count the instalments due up to the end of the month of a Date, or one too many: the last may lie after it."""
    first = held_on(turns, "month", day, month_number(pl.col("effective_date")), policy)
    return (month_number(day) - first) // held_on(turns, "step", day, pl.col("step"), policy) + 1


def due_by_month(month: int, turns: pl.DataFrame = NO_TURNS) -> pl.Expr:
    """Count the instalments due by the first day of policy month `month` (13: the second year begins), by `step`."""
    if turns.is_empty():
        return (month - 1) // pl.col("step") + 1
    begun = month_number(pl.col("effective_date"))
    day = months_later(pl.col("effective_date"), month - 1)
    first = held_on(turns, "month", day, begun)
    return (begun + month - 1 - first) // held_on(turns, "step", day, pl.col("step")) + 1


def policy_year(number: pl.Expr, turns: pl.DataFrame = NO_TURNS) -> pl.Expr:
    """Return the policy year (1 = first) in which an instalment falls due, by `step`; of a single premium 1."""
    months = (number - 1) * held(turns, "step", number, pl.col("step")).fill_null(0)
    return ((held(turns, "before", number, pl.lit(0)) + months) // 12 + 1).cast(pl.Int32)


def with_instalments(
    lines: pl.DataFrame, first: pl.Expr | int, last: pl.Expr, turns: pl.DataFrame = NO_TURNS
) -> pl.DataFrame:
    """Return a row per instalment `first` to `last` of each of `lines`, with `instalment` and `due_on`.

    `lines`: `policy_id`, `effective_date`, `step` and whatever else is to be kept. A line without any has no row.
    """
    numbers = pl.int_ranges(first, pl.max_horizontal(first, last + 1), dtype=pl.Int32)
    return (
        lines.with_columns(instalment=numbers)
        .explode("instalment", empty_as_null=False)
        .with_columns(due_on=due_day(pl.col("instalment"), turns=turns))
    )
