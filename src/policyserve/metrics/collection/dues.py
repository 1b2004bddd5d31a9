"""Renewal premiums that fall due, each with what became of it: the rows that collection (收费率) adds up.

A rider with a policy number of its own ends with its main policy. One without rows of its own is paid with it, too.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts, part_of
from policyserve.contracts.endings import first_event
from policyserve.contracts.grace import GRACE_DAYS, grace_end
from policyserve.contracts.instalments import due_by_month, due_day, instalments_to, with_instalments
from policyserve.contracts.keys import lookup
from policyserve.contracts.premiums import premium_steps, with_amounts
from policyserve.contracts.terms import instalments_in, step
from policyserve.contracts.turns import held, policy_turns
from policyserve.dates import Days, month_number, months_later
from policyserve.metrics.groupings import with_policies

FATES = ("collected", "surrendered", "suspended", "open")
"""What became of an instalment; together they are all that was due."""

GONE = (
    "freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "conversion", "terminated", "maturity",
    "reduced_paid_up",
)  # fmt: skip
"""Events after which no premium is owed any more."""


def instalments_due(
    book: Book, period: Days, *, policy_year: int | None = 2, grace_days: int = GRACE_DAYS, as_of: date
) -> pl.DataFrame:
    """Return the renewal instalments that fell due in the period, with their fate, as known on `as_of`.

    Columns: `policy_id`, `instalment`, `due_on`, `currency`, `amount` (minor units), `rider_amount` (the part of it
    that riders bring: all of a rider's own), `main` (false for riders with a policy number of their own),
    `fate` (one of FATES), `paid_on` (of what was collected). `policy_year`: 2 for second premiums (二次保费), None for
    all renewals. Individual policies only.
    """
    known = book.as_of(as_of)
    rows = _with_payments(_scheduled(known, period, policy_year), known)
    judged = (
        _with_endings(with_amounts(rows, premium_steps(known.events, known.policies)), known)
        .with_columns(grace_end=grace_end(pl.col("due_on"), grace_days))
        .pipe(_with_collected)
        .filter(_receivable())
    )
    unpaid = part_of(known, judged.filter(~pl.col("collected"))["payer_id"])
    return (
        judged.pipe(_with_suspensions, Contracts(unpaid, as_of, grace_days).suspended)
        .with_columns(fate=_fate(as_of), paid_on=pl.when("collected").then("paid_on"), rider_amount=_RIDERS)
        .select("policy_id", "instalment", "due_on", "currency", "amount", "rider_amount", "main", "fate", "paid_on")
        .sort("policy_id", "instalment")
    )


_RIDERS = pl.when("main").then("rider_amount").otherwise("amount")


def _scheduled(known: Book, period: Days, policy_year: int | None) -> pl.DataFrame:
    """Return the renewal instalments of the period that the contracts foresee, listed or not."""
    turns, number = policy_turns(known), pl.col("instalment")
    first = pl.max_horizontal(2, instalments_to(pl.lit(period.start), turns))
    last = instalments_to(pl.lit(period.last), turns)
    if policy_year is not None:
        first = pl.max_horizontal(first, due_by_month(12 * (policy_year - 1), turns) + 1)
        last = pl.min_horizontal(last, due_by_month(12 * policy_year, turns))
    in_all = pl.min_horizontal(
        held(turns, "instalments", number, instalments_in(pl.col(years)), policy)
        for policy, years in (("policy_id", "pay_years"), ("payer_id", "payer_years"))
    )
    return with_instalments(_payers(known, _begun(period, policy_year)), first, last, turns).filter(
        pl.col("due_on").is_between(period.start, period.last),
        (pl.col("due_on") <= pl.col("ends_on")).fill_null(value=True),
        (number <= in_all).fill_null(value=True),
        pl.col("due_on") == due_day(number, turns=turns, policy="payer_id"),
    )


def _begun(period: Days, policy_year: int | None) -> pl.Expr:
    """Whether a policy began in a month from which an instalment of the policy year can fall due in the period."""
    days = (pl.col("effective_date"), pl.lit(period.start), pl.lit(period.last))
    began, first, last = (month_number(day) for day in days)
    if policy_year is None:
        return began <= last
    return began.is_between(first - 12 * policy_year, last - 12 * (policy_year - 1))


def _payers(known: Book, wanted: pl.Expr) -> pl.DataFrame:
    """Return those `wanted` of the individual policies that pay in instalments, with `payer_id`: the policy whose rows
    say what was paid.

    A rider without rows that goes with its main policy is paid with it, and no longer than it; other riders without
    rows are left out, and so is what falls due on another day since one of the two changed its mode. No rider covers
    longer than its main policy.
    """
    paying = known.policies.filter(pl.col("mode") != "single", ~pl.col("is_group").fill_null(value=False), wanted)
    riders = paying.filter(pl.col("main_policy_id").is_not_null())["policy_id"]
    listed = known.premiums.filter(pl.col("policy_id").is_in(riders.implode()))["policy_id"].unique()
    of_main = ["effective_date", "mode", "ends_on", "pay_years"]
    mains = with_policies(paying.select(policy_id="main_policy_id"), known, of_main)
    together = (mains["effective_date"] == paying["effective_date"]) & (mains["mode"] == paying["mode"])
    is_main = pl.col("main_policy_id").is_null()
    by_itself = is_main | pl.col("policy_id").is_in(listed.implode())
    payer = pl.when(by_itself).then("policy_id").when(together).then("main_policy_id")
    no_longer = pl.min_horizontal("ends_on", mains["ends_on"])
    years = pl.when(by_itself).then("pay_years").otherwise(mains["pay_years"])
    columns = ("policy_id", "main_policy_id", "payer_id", "main", "step", "premium", "currency", "effective_date")
    return (
        paying.with_columns(ends_on=no_longer, payer_years=years, step=step(), main=is_main, payer_id=payer)
        .filter(pl.col("payer_id").is_not_null())
        .select(*columns, "ends_on", "pay_years", "payer_years")
    )


def _with_payments(rows: pl.DataFrame, known: Book) -> pl.DataFrame:
    """Add `paid_on`, and `amount` and `paid_amount` where the policy has rows of its own, as listed."""
    listed = part_of(known, rows["payer_id"]).premiums.rename({"policy_id": "payer_id"})
    own = pl.col("payer_id") == pl.col("policy_id")
    listed = rows.join(listed, on=["payer_id", "instalment"], how="left")
    nothing = pl.col("paid_on").is_null() & (pl.col("amount") == 0)
    return listed.with_columns(
        *(pl.when(own).then(name).alias(name) for name in ("amount", "paid_amount")),
        paid_on=pl.when(nothing).then("due_on").otherwise("paid_on"),
    )


def _with_endings(rows: pl.DataFrame, known: Book) -> pl.DataFrame:
    """Add `gone_on` and `surrendered_on`: the first event of the kind, of the policy or of its main policy.

    And `left_on`: the first of either that is the policy's own. All are null where there is none.
    """
    days = {"gone_on": first_event(known, *GONE), "surrendered_on": first_event(known, "surrender")}
    keys = ("policy_id", "main_policy_id")
    found = {
        name: [lookup(first, "policy_id", "occurred_on", rows[key]) for key in keys] for name, first in days.items()
    }
    own = pl.min_horizontal(first for first, _ in found.values())
    return rows.with_columns(left_on=own, **{name: pl.min_horizontal(*both) for name, both in found.items()})


def _with_collected(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `collected`: paid in full by the end of the grace.

    A rider that is paid with its main policy was paid if it was still there when that was.
    """
    in_part = rows.filter(pl.col("paid_amount") < pl.col("amount"))
    short = in_part.select("instalment", payer_id="policy_id", short=pl.lit(value=True))
    left = (pl.col("payer_id") != pl.col("policy_id")) & (pl.col("left_on") < pl.col("paid_on"))
    in_time = (pl.col("paid_on") <= pl.col("grace_end")).fill_null(value=False)
    return rows.join(short, on=["payer_id", "instalment"], how="left").with_columns(
        collected=in_time & pl.col("short").is_null() & ~left.fill_null(value=False)
    )


def _receivable() -> pl.Expr:
    """Owed: nothing ended the duty to pay by the due day, or in the grace while unpaid.

    A surrender in the twelve months before the due day leaves the premium in: it is what was lost.
    """
    freed = (pl.col("gone_on") <= pl.col("due_on")) | (
        ~pl.col("collected") & (pl.col("gone_on") <= pl.col("grace_end"))
    )
    long_gone = pl.col("surrendered_on") <= months_later(pl.col("due_on"), -12)
    return ~freed.fill_null(value=False) & ~long_gone.fill_null(value=False)


def _with_suspensions(rows: pl.DataFrame, suspended: pl.DataFrame) -> pl.DataFrame:
    """Add `lapsed_on`: the first day of the suspension over the instalment, or over one before it.

    What falls due in the grace of an instalment that lapses, or in the suspension after it, has no suspension of its
    own: it is part of the first.
    """
    owners = rows.select("policy_id", "instalment", "due_on", "payer_id").join(
        suspended.select("suspended_from", "suspended_to", payer_id="policy_id", since="due_on"), on="payer_id"
    )
    lapses = owners.filter(pl.col("due_on").is_between("since", "suspended_to", closed="left"))
    days = lapses.group_by("policy_id", "instalment").agg(lapsed_on=pl.col("suspended_from").min())
    return rows.join(days, on=["policy_id", "instalment"], how="left")


def _fate(as_of: date) -> pl.Expr:
    return (
        pl.when("collected")
        .then(pl.lit("collected"))
        .when(pl.col("surrendered_on") <= pl.col("grace_end"))
        .then(pl.lit("surrendered"))
        .when(pl.col("lapsed_on") <= as_of)
        .then(pl.lit("suspended"))
        .otherwise(pl.lit("open"))
    )
