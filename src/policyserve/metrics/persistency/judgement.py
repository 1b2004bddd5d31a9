"""The judgement on a policy: is it in the cohort, is its premium paid, is it still in force, and if not, why."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.contracts.grace import grace_end
from policyserve.contracts.terms import a_year
from policyserve.metrics.profiles.profile import Profile

PAID_IN_TIME = (pl.col("paid_on") <= pl.col("cutoff_on")) & (
    (pl.col("paid_on") <= pl.col("grace_end")) | (pl.col("reinstated_on") >= pl.col("due_on"))
)
"""All instalments are paid by the cutoff; money after the grace counts only with a reinstatement."""

ENDED_UNPAID = pl.col("ended_on") < pl.col("paid_on")
"""The policy was over before the last of the instalments was paid."""

PAID_UP_UNPAID = pl.col("paid_up_on").is_not_null() & (
    pl.col("paid_on").is_null()
    | (pl.col("paid_up_on") <= pl.col("due_on"))
    | (pl.col("paid_up_on") < pl.col("paid_on"))
)
"""The policy was made paid-up at a reduced sum instead of paying the premium of the month."""


def judged(policies: pl.LazyFrame, profile: Profile, as_of: date) -> pl.LazyFrame:
    """Add `state`, `reason` and the figures to policies with all that is known of them; see `persistency.RESULT`."""
    counted = pl.col("state") == "counted"
    amount = a_year(pl.col("last"), "last_step")
    return (
        policies.with_columns(
            pl.col("of_riders_first", "of_riders_in_time", "of_riders").fill_null(0),
            reason=pl.coalesce("reason", "excluded_by"),
        )
        .with_columns(
            state=_state(as_of),
            paid=_true(PAID_IN_TIME & ~_true(ENDED_UNPAID) & ~_true(PAID_UP_UNPAID)),
            in_force=_in_force(as_of),
        )
        .with_columns(kept=pl.col("in_force") & (pl.col("paid") | (_true(pl.col("lent")) & ~_true(PAID_UP_UNPAID))))
        .with_columns(out=counted & _suspended(as_of) if profile.suspended == "left-out" else pl.lit(value=False))
        .with_columns(
            state=pl.when("out").then(pl.lit("excluded")).otherwise("state"),
            reason=pl.when("out").then(pl.lit("suspended")).otherwise("reason"),
        )
        .with_columns(later=_reinstated_later())
        .with_columns(
            denominator=_if(counted, a_year(pl.coalesce("first", "premium")) + pl.col("of_riders_first")),
            numerator=_if(counted & pl.col("paid"), amount + pl.col("of_riders_in_time")),
            restated=_if(counted & pl.col("later"), amount + pl.col("of_riders")),
            denominator_count=counted.cast(pl.Int64),
            numerator_count=(counted & pl.col("kept")).cast(pl.Int64),
            restated_count=(counted & (pl.col("kept") | (pl.col("later") & pl.col("ended_on").is_null()))).cast(
                pl.Int64
            ),
            reason=pl.when(counted).then(_reason(as_of)).otherwise("reason"),
        )
        .with_columns(restated=pl.col("numerator") + pl.col("restated"))
    )


def _true(condition: pl.Expr) -> pl.Expr:
    """Take what is not known for no."""
    return condition.fill_null(value=False)


def _if(condition: pl.Expr, amount: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(amount).otherwise(pl.lit(0, dtype=pl.Int64))


def _state(as_of: date) -> pl.Expr:
    return (
        pl.when(pl.col("reason").is_not_null())
        .then(pl.lit("excluded"))
        .when(pl.col("due_on") > as_of)
        .then(pl.lit("pending"))
        .otherwise(pl.lit("counted"))
    )


def _in_force(as_of: date) -> pl.Expr:
    """In force at the cutoff, or on `as_of` before it: not ended, not suspended over an instalment paid too late."""
    of_month = pl.when("lent").then("late_due_on_lent").otherwise("late_due_on")
    late = pl.max_horizontal(of_month, "lapsed_due_on")
    suspended = late.is_not_null() & ~_true(pl.col("reinstated_on") >= late)
    return pl.col("ended_on").is_null() & _covered(as_of) & ~suspended


def _covered(as_of: date) -> pl.Expr:
    covered = pl.col("ends_on") >= pl.min_horizontal("cutoff_on", pl.lit(as_of))
    return covered.fill_null(value=True)


def _suspended(as_of: date) -> pl.Expr:
    """Suspended (效力中止) when the cutoff has passed: neither kept, nor ended, nor made paid-up."""
    ended = pl.col("ended_on").is_not_null() | ~_covered(as_of) | _true(PAID_UP_UNPAID)
    return (pl.col("cutoff_on") < as_of) & ~ended & ~pl.col("kept")


def _reinstated_later() -> pl.Expr:
    """All instalments are paid by now, and the policy was reinstated after the cutoff."""
    settled = pl.col("paid_on").is_not_null() & _true(pl.col("reinstated_after"))
    return settled & ~pl.col("paid") & ~_true(ENDED_UNPAID) & ~_true(PAID_UP_UNPAID)


def _reason(as_of: date) -> pl.Expr:
    """Say why a counted policy is missing in a numerator; null if it is in both."""
    return (
        pl.when(pl.col("paid") & pl.col("kept"))
        .then(None)
        .when(pl.col("ended_on").is_not_null())
        .then("ended_by")
        .when(pl.col("paid"))
        .then(pl.when(pl.col("in_force")).then(None).otherwise(pl.lit("suspended")))
        .when("kept")
        .then(pl.lit("premium_loan"))
        .when(_true(PAID_UP_UNPAID))
        .then(pl.lit("reduced_paid_up"))
        .when("later")
        .then(pl.lit("reinstated_later"))
        .when(pl.col("paid_on").is_not_null())
        .then(pl.lit("paid_late"))
        .when(pl.col("unpaid_due_on").is_null())
        .then(pl.lit("not_known"))
        .when(grace_end(pl.col("unpaid_due_on"), pl.col("grace")) >= as_of)
        .then(pl.lit("in_grace"))
        .otherwise(pl.lit("unpaid"))
    )
