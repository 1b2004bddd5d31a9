"""Payments: the listed instalments with their days, what each asks for, and when it was paid in full."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.instalments import due_day_from
from policyserve.contracts.keys import locate
from policyserve.contracts.premiums import premium_steps, with_amounts
from policyserve.contracts.turns import held, policy_turns
from policyserve.dates import month_number

IN_FULL = pl.col("paid_amount").is_null() | (pl.col("paid_amount") >= pl.col("amount"))
"""A part payment is no payment."""


def paid_in_full(due_on: pl.Expr) -> pl.Expr:
    """Return when an instalment was paid in full, by `amount`, `paid_on` and `paid_amount`; null where it is not.

    Where it asks for nothing (0.00, say, because dividends pay it), nothing is owed: it is paid on its due day.
    """
    nothing = pl.col("paid_on").is_null() & (pl.col("amount") == 0)
    return pl.when(nothing).then(due_on).when(IN_FULL).then("paid_on")


def payments(book: Book, terms: pl.DataFrame) -> pl.DataFrame:
    """Return the listed instalments: `policy_id`, `instalment`, `place`, `due_on`, `amount`, `paid_on`.

    `due_on` is worked out from the policy; empty for later instalments of a single premium. `amount` is what it asks
    for (minor units). `paid_on` is empty unless paid in full. `place` is that of the policy in `terms`.
    """
    place = locate(terms["policy_id"], book.premiums["policy_id"])
    effective = pl.col("effective_date")
    of_policy = terms.select("step", "premium", month=month_number(effective), day=effective.dt.day())
    step, premium, month, day = (pl.lit(column).gather(pl.col("place")) for column in of_policy.get_columns())
    turns, number = policy_turns(book), pl.col("instalment")
    month, step = held(turns, "month", number, month), held(turns, "step", number, step)
    rows = book.premiums.with_columns(place=place).with_columns(
        due_on=due_day_from(month, day, step, number), premium=premium
    )
    return with_amounts(rows, premium_steps(book.events, terms)).select(
        "policy_id", "instalment", "place", "due_on", "amount", paid_on=paid_in_full(pl.col("due_on"))
    )
