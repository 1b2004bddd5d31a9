"""Terms: how often a policy pays, for how long, and when that stops."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import MODES, MONTHS_OF_MODE, Book
from policyserve.contracts.endings import first_event, policy_ends
from policyserve.contracts.keys import among, lookup
from policyserve.contracts.turns import of_last, policy_turns
from policyserve.dates import FOREVER

STOPPING_KINDS = ("waiver", "reduced_paid_up")
"""Events after which a policy stays in force and no longer pays."""

ENDLESS = 100_000
"""More instalments than any policy will ever have."""

_STEPS = pl.Series("step", [MONTHS_OF_MODE.get(mode) for mode in MODES], dtype=pl.Int32)


def step() -> pl.Expr:
    """Return the months from one instalment to the next, by the column `mode`; null for a single premium."""
    return pl.lit(_STEPS).gather(pl.col("mode").to_physical().cast(pl.UInt32))


def instalments_a_year(step: str = "step") -> pl.Expr:
    """Return how many instalments a year has, by the column `step`; null for a single premium."""
    return 12 // pl.col(step)


def a_year(amount: pl.Expr, step: str = "step") -> pl.Expr:
    """Annualise a premium: amount x instalments a year; null for a single premium."""
    return amount * instalments_a_year(step)


def policy_terms(book: Book) -> pl.DataFrame:
    """Return the policies, sorted by key, with what their instalments follow from.

    Added columns: `step` (months, null for single), `ended_on` and `stopped_on` (the first day without instalments),
    FOREVER where open, `instalments` (how many there will ever be). `book`: as it was known on a day. `mode`, `step`
    and `pay_years` are those that hold last; see `turns`.
    """
    stops, ends = first_event(book, *STOPPING_KINDS), policy_ends(book)
    keys = book.policies["policy_id"]
    ended_on = lookup(ends, "policy_id", "ended_on", keys).fill_null(FOREVER)
    stopped_on = pl.min_horizontal(lookup(stops, "policy_id", "occurred_on", keys), ended_on)
    terms = book.policies.with_columns(ended_on, step=step(), stopped_on=stopped_on).with_columns(
        instalments=instalments_in(pl.col("pay_years"))
    )
    return _as_turned(terms, book).with_columns(pl.col("instalments").fill_null(pl.lit(ENDLESS, pl.Int32)))


def _as_turned(terms: pl.DataFrame, book: Book) -> pl.DataFrame:
    last = of_last(policy_turns(book))
    if last.is_empty():
        return terms
    turned = among(last["policy_id"], terms["policy_id"])
    return terms.with_columns(
        pl.when(turned).then(lookup(last, "policy_id", name, terms["policy_id"])).otherwise(name).alias(name)
        for name in ("mode", "step", "pay_years", "instalments")
    )


def instalments_in(years: pl.Expr) -> pl.Expr:
    """Count the instalments of so many years, by the column `step`; null for a single premium."""
    return years * 12 // pl.col("step")
