"""When premiums were collected: in the month due (当月), by the end of the next (次月), by the end of grace (宽末)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.dates import Days
from policyserve.metrics.collection.collection import ALLOWED, instalments_behind, status, with_groups
from policyserve.metrics.collection.dues import instalments_due
from policyserve.metrics.groupings import fields_of

STEPS = ("in_month", "by_next_month", "by_grace")
"""当月, 次月, 宽末: each holds the one before."""


def collected_by(
    book: Book,
    period: Days,
    *,
    policy_year: int | None = 2,
    by: Sequence[str] = (),
    grace_days: int = GRACE_DAYS,
    as_of: date,
) -> pl.DataFrame:
    """Say how much of the premiums due in each month of the period was collected when, as known on `as_of`.

    A row per group, `month` due (YYYY-MM) and `currency`: `due` and STEPS in minor units, each step with `_rate` and
    `_count`, `due_count`, and `status`: `final` once the last grace is over. In advance counts as in the month; the
    end of grace is that of each policy, and what comes after it is collected by no step.
    """
    fields = fields_of(by, ALLOWED)
    rows = instalments_due(book, period, policy_year=policy_year, grace_days=grace_days, as_of=as_of)
    keys = [*fields, "month", "currency"]
    named = with_groups(rows, fields, book, as_of).with_columns(month=pl.col("due_on").dt.month_start(), **_steps())
    amounts = [pl.col("amount").filter(pl.col(step)).sum().name.suffix(f"_{step}") for step in STEPS]
    counts = [(pl.col("main") & pl.col(step)).sum().cast(pl.Int64).alias(f"{step}_count") for step in STEPS]
    whole = (pl.col("amount").sum().alias("due"), pl.col("main").sum().cast(pl.Int64).alias("due_count"))
    rates = [pl.when(pl.col("due") > 0).then(pl.col(step) / pl.col("due")).alias(f"{step}_rate") for step in STEPS]
    return (
        named.group_by(keys)
        .agg(*whole, *amounts, *counts, status=status(grace_days, as_of))
        .rename({f"amount_{step}": step for step in STEPS})
        .sort(keys)
        .with_columns(pl.col("month").dt.strftime("%Y-%m"))
        .select(*keys, "due", *STEPS, *rates, "due_count", *(f"{step}_count" for step in STEPS), "status")
    )


def _steps() -> dict[str, pl.Expr]:
    """Say of each instalment by which step it was collected."""
    collected = pl.col("fate") == "collected"
    month_end = pl.col("due_on").dt.month_end()
    next_end = month_end.dt.offset_by("1d").dt.month_end()
    return {
        "in_month": collected & (pl.col("paid_on") <= month_end),
        "by_next_month": collected & (pl.col("paid_on") <= next_end),
        "by_grace": collected,
    }


def collected_behind(
    book: Book,
    period: Days,
    *,
    policy_year: int | None = 2,
    by: Sequence[str] = (),
    grace_days: int = GRACE_DAYS,
    as_of: date,
) -> pl.DataFrame:
    """List the instalments that `collected_by` adds up: the columns of `instalments_behind` and two more.

    `month`: due, YYYY-MM; `step`: the first of STEPS that holds it, null where none does.
    """
    listed = instalments_behind(book, period, policy_year=policy_year, by=by, grace_days=grace_days, as_of=as_of)
    steps = _steps()
    step = pl.coalesce(pl.when(steps[name]).then(pl.lit(name)) for name in STEPS)
    return listed.with_columns(month=pl.col("due_on").dt.strftime("%Y-%m"), step=step)
