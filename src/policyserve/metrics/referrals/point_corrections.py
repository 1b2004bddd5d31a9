"""Points that were earned by what turned out not to be so: taken back, and given back if it was so after all.

A row is never changed: one that corrects it is written beside it. Taken back are points for a policy that is void or
cancelled in the free-look, for a person who is a double of one for whom points were earned before, for a stage that a
later list denies, and for a referral that is none any more. What was paid out by then is owed (see `point_ledger`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.metrics.referrals.funnel import people
from policyserve.metrics.referrals.points import OWN, PAID, mentions
from policyserve.metrics.referrals.referrals import STAGES, Stage

TAKEN_BACK, GIVEN_BACK = "taken-back", "given-back"

STORED = pl.Schema(
    {
        "entry": pl.Int32(),
        "customer_id": pl.Int32(),
        "kind": pl.String(),
        "points": pl.Int64(),
        "policy_id": pl.Int32(),
        "referral_id": pl.Int32(),
        "referred_id": pl.Int32(),
        "corrects_id": pl.Int32(),
        "as_of": pl.Date(),
    }
)
"""A row of points; `entry` is its key, `corrects_id` that of the row that it corrects."""

COLUMNS = ("customer_id", "kind", "points", "corrects_id", "happened_on")


def corrections(book: Book, stored: pl.DataFrame, *, grace_days: int = GRACE_DAYS, as_of: date) -> pl.DataFrame:
    """Return the rows that put points right by what is known on `as_of`: columns as COLUMNS.

    `stored`: all rows (STORED). What was written down with knowledge of a later day is left alone, so a run of an
    earlier day takes nothing back; and a second run finds nothing to correct.
    """
    earned = _net(stored).filter(pl.col("last_on") <= as_of)
    judged = pl.concat([_policies(earned, book, as_of), _people(earned, book, grace_days, as_of)])
    wrong = judged.filter(~pl.col("holds"), pl.col("net") > 0)
    right = judged.filter(pl.col("holds"), pl.col("net") == 0)
    rows = [
        wrong.select("customer_id", kind=pl.lit(TAKEN_BACK), points=-pl.col("net"), corrects_id="entry"),
        right.select("customer_id", kind=pl.lit(GIVEN_BACK), points="points", corrects_id="entry"),
    ]
    return pl.concat(rows).with_columns(happened_on=pl.lit(as_of)).select(COLUMNS).sort("corrects_id")


def _net(stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of facts with `net` (what is left of their points) and `last_on` (the last row about them)."""
    corrected = stored.filter(pl.col("corrects_id").is_not_null())
    sums = corrected.group_by(entry="corrects_id").agg(back=pl.col("points").sum(), back_on=pl.col("as_of").max())
    facts = stored.filter(pl.col("corrects_id").is_null(), pl.col("kind") != PAID)
    joined = facts.join(sums, on="entry", how="left", maintain_order="left")
    return joined.with_columns(
        net=pl.col("points") + pl.col("back").fill_null(0), last_on=pl.max_horizontal("as_of", "back_on")
    ).drop("back", "back_on")


def _policies(earned: pl.DataFrame, book: Book, as_of: date) -> pl.DataFrame:
    """Say of own policies whether they still are."""
    events = book.as_of(as_of).events
    undone = events.filter(pl.col("kind").is_in(["freelook_cancel", "void"]))["policy_id"].drop_nulls()
    return earned.filter(pl.col("kind") == OWN).with_columns(holds=~pl.col("policy_id").is_in(undone.implode()))


def _people(earned: pl.DataFrame, book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Say of people whether they are somebody of their own, and have come as far as points were earned for."""
    rows = mentions(book, as_of).drop_nulls("referral_id")
    reached = people(book, grace_days=grace_days, as_of=as_of).select("person", "stage", "issued_on")
    named = earned.filter(pl.col("kind") != OWN).join(rows, on="referral_id", how="left", maintain_order="left")
    number = pl.when(pl.col("referral_id").is_null()).then(pl.format("number {}", "referred_id"))
    found = named.with_columns(person=pl.coalesce("person", number)).sort("entry")
    joined = found.join(reached, on="person", how="left", maintain_order="left")
    first = pl.col("person").is_not_null() & pl.struct("person", "kind").is_first_distinct()
    there = pl.col("stage").cast(Stage) >= pl.col("kind").cast(Stage)
    bought = (pl.col("kind") != STAGES[-1]) | pl.col("issued_on").is_not_null()
    holds = (first & there & bought).fill_null(value=False)
    return joined.with_columns(holds=holds).select(*earned.columns, "holds")
