"""What is decided about the premium of month 13 on a day, policy by policy, and what is still open.

A premium is decided once it is kept (all instalments paid), lost (the policy was given up, made paid-up, or passed its
grace unpaid) or out of the cohort. Strict cutoff, premium basis: a later surrender does not undo what was paid.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from policyserve.book.columns import ENDING_KINDS, Book
from policyserve.contracts.instalments import due_by_month
from policyserve.contracts.terms import step
from policyserve.contracts.turns import policy_turns
from policyserve.dates import FOREVER, months_later
from policyserve.metrics.groupings import with_policies
from policyserve.metrics.persistency.persistency import PolicyResults, policy_results

MONTH = 13
GIVEN_UP = (*ENDING_KINDS, "reduced_paid_up")
"""Reasons for which a premium will not come any more, before its grace is over."""

OUTCOMES = (
    "policy_id", "cohort", "due_on", "cutoff_on", "currency", "outcome", "reason", "denominator", "numerator",
)  # fmt: skip
"""The columns of `outcomes`."""


def frozen(book: Book, *, as_of: date, cohort_from: date | None = None, cohort_to: date | None = None) -> PolicyResults:
    """Judge every policy as if nothing more happened after `as_of`, those not yet due included."""
    known = book.as_of(as_of)
    results = policy_results(known, month=MONTH, as_of=FOREVER, cohort_from=cohort_from, cohort_to=cohort_to)
    return replace(results, as_of=as_of)


def outcomes(results: PolicyResults) -> pl.DataFrame:
    """Tell of each policy of `frozen` results what is decided, sorted by key; the columns of OUTCOMES.

    `outcome`: `kept`, `lost`, `open`, or `excluded` (by something that happened; those that never were in a cohort are
    left out). `denominator`: annualised first-year premium; `numerator`: what is kept for certain, minor units.
    """
    return (
        results.policies.filter((pl.col("state") != "excluded") | pl.col("reason").is_in(results.profile.exclusions))
        .with_columns(outcome=_outcome(results.as_of))
        .select(OUTCOMES)
    )


def _outcome(as_of: date) -> pl.Expr:
    over = (pl.col("cutoff_on") < as_of) | pl.col("reason").is_in(GIVEN_UP).fill_null(value=False)
    return (
        pl.when(pl.col("state") == "excluded")
        .then(pl.lit("excluded"))
        .when(pl.col("numerator") > 0)
        .then(pl.lit("kept"))
        .when(over)
        .then(pl.lit("lost"))
        .otherwise(pl.lit("open"))
    )


def final(decided: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Keep the policies of `outcomes` that are past their grace on `as_of` and in the cohort.

    A premium decided early says nothing of those that are not yet: a book of early ends would look too bad.
    """
    return decided.filter(pl.col("cutoff_on") < as_of, pl.col("outcome").is_in(["kept", "lost"]))


def premium_if_kept(book: Book, open_policies: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Return `policy_id`, `if_kept`: what each open policy adds to the numerator if it is kept (minor units).

    The product's own judgement on the book with every premium of these policies paid on `as_of`: premium changes and
    riders count as they will. `open_policies`: `policy_id`.
    """
    known = only(book.as_of(as_of), open_policies["policy_id"])
    paid = replace(
        known, premiums=pl.concat([_all_paid(known.premiums, as_of), _unlisted(known, open_policies, as_of)])
    )
    results = policy_results(paid, month=MONTH, as_of=FOREVER)
    return results.policies.join(open_policies, on="policy_id", how="semi").select("policy_id", if_kept="numerator")


def _all_paid(premiums: pl.DataFrame, as_of: date) -> pl.DataFrame:
    in_full = pl.lit(None, dtype=pl.Int64)
    return premiums.with_columns(paid_on=pl.col("paid_on").fill_null(as_of), paid_amount=in_full)


def _unlisted(known: Book, open_policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Write the rows that the lists do not have yet, from the second instalment to that of the month."""
    numbers = pl.int_ranges(2, due_by_month(MONTH, policy_turns(known)) + 1, dtype=pl.Int32)
    return (
        known.policies.join(open_policies, on="policy_id", how="semi")
        .with_columns(step=step())
        .select("policy_id", instalment=numbers)
        .explode("instalment")
        .join(known.premiums, on=["policy_id", "instalment"], how="anti")
        .select(
            "policy_id",
            "instalment",
            amount=pl.lit(None, dtype=pl.Int64),
            paid_on=pl.lit(as_of),
            paid_amount=pl.lit(None, dtype=pl.Int64),
        )
    )


def decided_on(book: Book, decided: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Add to `outcomes` the day of the decision: the last payment, the event, or the first day after the grace.

    Null while open.
    """
    known = book.as_of(as_of)
    events = known.events.select("policy_id", "occurred_on", reason=pl.col("kind").cast(pl.String))
    event_on = events.drop_nulls().group_by("policy_id", "reason").agg(event_on=pl.col("occurred_on").min())
    found = decided.join(event_on, on=["policy_id", "reason"], how="left", maintain_order="left").join(
        _last_payments(known, decided), on="policy_id", how="left", maintain_order="left"
    )
    return found.with_columns(
        decided_on=pl.when(pl.col("outcome") == "kept")
        .then(pl.coalesce("paid_on", "due_on"))
        .when(pl.col("outcome") != "open")
        .then(pl.coalesce("event_on", pl.col("cutoff_on") + pl.duration(days=1)))
    ).drop("event_on", "paid_on")


def _last_payments(known: Book, decided: pl.DataFrame) -> pl.DataFrame:
    lines = with_policies(decided.select("policy_id"), known, ["mode", "effective_date"]).with_columns(step=step())
    required = lines.select("policy_id", required=due_by_month(MONTH, policy_turns(known)))
    rows = known.premiums.join(required, on="policy_id").filter(pl.col("instalment") <= pl.col("required"))
    return rows.group_by("policy_id").agg(pl.col("paid_on").max())


def only(book: Book, policies: pl.Series) -> Book:
    """Return the book of these policies and their riders alone."""
    wanted = policies.implode()
    own = book.policies.filter(pl.col("policy_id").is_in(wanted) | pl.col("main_policy_id").is_in(wanted))
    return replace(
        book,
        policies=own,
        premiums=book.premiums.join(own, on="policy_id", how="semi", maintain_order="left"),
        events=book.events.join(own, on="policy_id", how="semi", maintain_order="left"),
        debits=book.debits.join(own, on="policy_id", how="semi", maintain_order="left"),
    )


def days_before(as_of: date, months: int) -> list[date]:
    """Return the days 1 to `months` months before `as_of`, the nearest first."""
    back = pl.DataFrame({"months": range(1, months + 1)}, schema={"months": pl.Int32})
    return back.select(months_later(pl.lit(as_of), -pl.col("months"))).to_series().to_list()
