"""What can still become of each policy of a cohort: the least, if nobody else pays, and the most, if all do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import ENDING_KINDS, Book
from policyserve.contracts.grace import grace_end
from policyserve.contracts.instalments import with_instalments
from policyserve.contracts.premiums import premium_steps, with_amounts
from policyserve.contracts.turns import policy_turns
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
    unpaid), `pay_by` (the last day of its grace, or the cutoff before it) `amount` (all there is to pay) and
    `rider_amount` (the part of it that riders bring).
    """
    unpaid = _unpaid(book, today)
    opened = _open(today, unpaid)
    paying = unpaid.filter(~pl.col("with_main")).join(opened.select(main_id="policy_id"), on="main_id", how="semi")
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

    Columns: `policy_id` (main policy or rider), `main_id`, `instalment`, `due_on`, `grace`, `amount` (still to pay),
    `rider_amount` (of riders by event), and `with_main`: a rider's that has no rows, and is paid with its main policy.
    """
    lines = _lines(book, today)
    steps, turns = premium_steps(book.events, lines), policy_turns(book)
    rows = instalments(lines, book.premiums, steps, turns).select(*KEY, "amount", "paid_on", listed=pl.lit(value=True))
    own = pl.col("policy_id") == pl.col("main_id")
    lines = lines.with_columns(with_main=~pl.col("policy_id").is_in(rows["policy_id"].implode()) & ~own)
    wanted = (
        with_instalments(lines, 1, pl.col("required"), turns)
        .join(rows, on=KEY, how="left")
        .filter(pl.col("paid_on").is_null(), pl.col("listed").is_not_null() | (pl.col("instalment") > 1))
        .join(book.premiums.select(*KEY, part="paid_amount"), on=KEY, how="left")
    )
    of_mains = wanted.filter(own).select("main_id", "due_on")
    asked = pl.concat(
        [
            wanted.filter(~pl.col("with_main")),
            wanted.filter("with_main").join(of_mains, on=of_mains.columns, how="semi"),
        ]
    )
    return with_amounts(asked, steps).select(
        *KEY,
        "main_id",
        "due_on",
        "grace",
        "rider_amount",
        "with_main",
        amount=pl.col("amount") - pl.col("part").fill_null(0),
    )


KEY = ("policy_id", "instalment")


def _lines(book: Book, today: PolicyResults) -> pl.DataFrame:
    """Return the lines of policies that can still pay: not ended, cutoff not passed; riders with their `main_id`."""
    over = book.events.filter(pl.col("kind").is_in([*ENDING_KINDS, "reduced_paid_up"])).select("policy_id")
    waiting = today.policies.filter(pl.col("state") != "excluded", pl.col("cutoff_on") >= today.as_of).join(
        over, on="policy_id", how="anti"
    )
    turns = policy_turns(book)
    mains = cohort_policies(book.policies, today.profile, month=today.month, cutoff=today.cutoff, turns=turns).join(
        waiting.select("policy_id"), on="policy_id", how="semi"
    )
    added = riders(book.policies, mains, today.profile, today.month, turns)
    return pl.concat([mains.select(*LINE, main_id="policy_id"), added.select(*LINE, main_id="main_policy_id")]).sort(
        "policy_id"
    )


def _open(today: PolicyResults, unpaid: pl.DataFrame) -> pl.DataFrame:
    """Return the policies whose first premium unpaid is in grace or not yet due: see `outlook`.

    It is the main policy's own; that of a rider where the main policy owes nothing itself.
    """
    own = pl.col("policy_id") == pl.col("main_id")
    days = ("due_on", "grace_end")
    first = {name: pl.coalesce(pl.col(name).filter(own).min(), pl.col(name).min()) for name in days}
    return (
        unpaid.with_columns(grace_end=grace_end(pl.col("due_on"), pl.col("grace")))
        .with_columns(rider_amount=pl.when(own).then(pl.min_horizontal("amount", "rider_amount")).otherwise("amount"))
        .group_by(policy_id="main_id")
        .agg(pl.col("amount", "rider_amount").sum(), first_due_on=first["due_on"], first_grace_end=first["grace_end"])
        .join(today.policies.select("policy_id", "cutoff_on"), on="policy_id")
        .select(
            "policy_id",
            "first_due_on",
            "amount",
            "rider_amount",
            pay_by=pl.min_horizontal("first_grace_end", "cutoff_on"),
        )
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
