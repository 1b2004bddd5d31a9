"""What can still become of each policy of a cohort: the least, if nobody else pays, and the most, if all do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import ENDING_KINDS, Book
from policyserve.contracts.grace import grace_end
from policyserve.contracts.instalments import with_instalments
from policyserve.contracts.premiums import premium_steps, with_amounts
from policyserve.metrics.persistency.cohorts import LINE, cohort_policies
from policyserve.metrics.persistency.persistency import PolicyResults, policy_results
from policyserve.metrics.persistency.premiums_received import instalments
from policyserve.metrics.persistency.riders import riders

BEST = {"numerator": "best", "numerator_count": "best_count"}
NOTHING = {
    "numerator": "nothing", "denominator": "whole",
    "numerator_count": "nothing_count", "denominator_count": "whole_count",
}  # fmt: skip


def outlook(book: Book, today: PolicyResults) -> pl.DataFrame:
    """Judge the policies of `today` as they end; `book` holds what is known on that day.

    Columns: `policy_id`; `nothing`, `whole`: numerator and denominator if nobody else pays; `best`: the numerator if
    every open policy pays; the same with `_count`; `open`; of open policies `first_due_on` (of the first premium
    unpaid), `pay_by` (the last day of its grace, or the cutoff before it) and `amount` (all there is to pay).
    """
    unpaid = _unpaid(book, today)
    opened = _open(today, unpaid)
    paying = unpaid.join(opened.select(main_id="policy_id"), on="main_id", how="semi")
    nothing = _ending(book, today)
    best = _ending(_with_payments(book, paying, today.as_of), today)
    return (
        nothing.select("policy_id", **_renamed(NOTHING))
        .join(best.select("policy_id", **_renamed(BEST)), on="policy_id", how="left", maintain_order="left")
        .join(opened, on="policy_id", how="left", maintain_order="left")
        .with_columns(open=pl.col("pay_by").is_not_null())
    )


def _renamed(names: dict[str, str]) -> dict[str, pl.Expr]:
    return {new: pl.col(old) for old, new in names.items()}


def _ending(book: Book, today: PolicyResults) -> pl.DataFrame:
    """Judge the same policies by the same question on a day after the last cutoff."""
    last: object = today.policies["cutoff_on"].max()
    end = last + timedelta(days=1) if isinstance(last, date) else today.as_of
    results = policy_results(
        book, today.profile, month=today.month, cutoff=today.cutoff, as_of=max(end, today.as_of), unpaid_by=today.as_of
    )
    return results.policies.join(today.policies.select("policy_id"), on="policy_id", how="semi", maintain_order="left")


def _unpaid(book: Book, today: PolicyResults) -> pl.DataFrame:
    """Return the instalments up to the month that are not paid in full, of policies that can still be kept.

    Columns: `policy_id` (main policy or rider), `main_id`, `instalment`, `due_on`, `grace`, `amount`, `listed`. Riders
    without rows are paid with their main policy and have none.
    """
    lines = _lines(book, today)
    steps = premium_steps(book.events, lines)
    rows = instalments(lines, book.premiums, steps).select("policy_id", "instalment", "amount", "paid_on")
    paying = pl.col("policy_id").is_in(rows["policy_id"].implode()) | (pl.col("policy_id") == pl.col("main_id"))
    wanted = (
        with_instalments(lines.filter(paying), 1, pl.col("required"))
        .join(rows.with_columns(listed=pl.lit(value=True)), on=["policy_id", "instalment"], how="left")
        .with_columns(pl.col("listed").fill_null(value=False))
        .filter(pl.col("paid_on").is_null(), pl.col("listed") | (pl.col("instalment") > 1))
    )
    return with_amounts(wanted, steps).select(
        "policy_id", "main_id", "instalment", "due_on", "grace", "amount", "listed"
    )


def _lines(book: Book, today: PolicyResults) -> pl.DataFrame:
    """Return the lines of policies that can still pay: not ended, cutoff not passed; riders with their `main_id`."""
    over = book.events.filter(pl.col("kind").is_in([*ENDING_KINDS, "reduced_paid_up"])).select("policy_id")
    waiting = today.policies.filter(pl.col("state") != "excluded", pl.col("cutoff_on") >= today.as_of).join(
        over, on="policy_id", how="anti"
    )
    mains = cohort_policies(book.policies, today.profile, month=today.month, cutoff=today.cutoff).join(
        waiting.select("policy_id"), on="policy_id", how="semi"
    )
    added = riders(book.policies, mains, today.profile, today.month)
    return pl.concat([mains.select(*LINE, main_id="policy_id"), added.select(*LINE, main_id="main_policy_id")]).sort(
        "policy_id"
    )


def _open(today: PolicyResults, unpaid: pl.DataFrame) -> pl.DataFrame:
    """Return the policies whose first premium unpaid is in grace or not yet due: see `outlook`."""
    own = pl.col("policy_id") == pl.col("main_id")
    first = pl.col("due_on").filter(own).min()
    return (
        unpaid.with_columns(grace_end=grace_end(pl.col("due_on"), pl.col("grace")))
        .group_by(policy_id="main_id")
        .agg(first_due_on=first, first_grace_end=pl.col("grace_end").filter(own).min(), amount=pl.col("amount").sum())
        .join(today.policies.select("policy_id", "cutoff_on"), on="policy_id")
        .select("policy_id", "first_due_on", "amount", pay_by=pl.min_horizontal("first_grace_end", "cutoff_on"))
        .filter(pl.col("pay_by") >= today.as_of)
    )


def _with_payments(book: Book, paying: pl.DataFrame, as_of: date) -> Book:
    """Pay instalments: those due today, the others on their due day."""
    key = ["policy_id", "instalment"]
    paid = paying.join(book.premiums.select(*key, listed_amount="amount"), on=key, how="left").select(
        *key,
        amount="listed_amount",
        paid_on=pl.max_horizontal("due_on", pl.lit(as_of)),
        paid_amount=pl.lit(None, dtype=pl.Int64),
    )
    others = book.premiums.join(paying.select(key), on=key, how="anti")
    return replace(book, premiums=pl.concat([others, paid.select(others.columns).cast(others.schema)]))
