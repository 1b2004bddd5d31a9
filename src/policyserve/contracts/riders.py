"""Riders (附加险) with a policy number of their own: their instalments that fall due with one of their main policy.

A customer owes both together: an instalment of a main policy is paid when its own row and those of its riders are.
"""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.arrears import existing
from policyserve.contracts.endings import event_days, first_after
from policyserve.contracts.instalments import due_day, instalments_to
from policyserve.contracts.keys import locate
from policyserve.contracts.turns import policy_turns
from policyserve.dates import FOREVER

OF_MAIN = ("effective_date", "step", "currency")


def with_mains(book: Book, rows: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows of riders that fall due with an instalment of their main policy, from the second of each on.

    `rows` as from `payments`. Columns added: `main_policy_id`, and `of_main`: the number of the main policy's
    instalment. A rider in another currency owes for itself.
    """
    of_rider = terms.select(pl.col("main_policy_id", "currency").gather(rows["place"]))
    riders = rows.with_columns(of_rider.get_columns()).filter(
        pl.col("main_policy_id").is_not_null(), pl.col("instalment") >= 2
    )
    place = locate(terms["policy_id"], riders["main_policy_id"])
    mains = terms.select(pl.col(OF_MAIN).gather(place)).rename({"currency": "main_currency"})
    turns = policy_turns(book)
    number = instalments_to(pl.col("due_on"), turns, "main_policy_id")
    return (
        riders.with_columns(mains.get_columns())
        .with_columns(of_main=number)
        .filter(
            pl.col("of_main") >= 2,
            due_day(pl.col("of_main"), turns=turns, policy="main_policy_id") == pl.col("due_on"),
            pl.col("currency") == pl.col("main_currency"),
        )
        .drop("main_currency", *OF_MAIN)
    )


def riders_settled(
    book: Book, terms: pl.DataFrame, rows: pl.DataFrame, suspended: pl.DataFrame, *, lapse_alone: bool
) -> pl.DataFrame:
    """Say when what riders owe with an instalment of their main policy is settled: a row per main policy's instalment.

    Columns: `policy_id` and `instalment` of the main policy, `riders_on` (null while something is unpaid). An
    instalment of a rider is settled when it is paid, reinstated or the rider ends; and, where riders `lapse_alone`,
    when the rider is suspended over it. What falls due inside a suspension of the rider is not asked for.
    """
    owed = existing(with_mains(book, rows, terms), terms)
    inside = owed.join(suspended.select("policy_id", "suspended_from", "suspended_to"), on="policy_id").filter(
        pl.col("due_on").is_between("suspended_from", "suspended_to", closed="left")
    )
    asked = owed.join(inside, on=["policy_id", "instalment"], how="anti")
    lapses = suspended.select("policy_id", occurred_on="suspended_from").sort("occurred_on")
    return (
        asked.with_columns(
            reinstated_on=first_after(asked, event_days(book, "reinstated"), "due_on"),
            lapsed_on=first_after(asked, lapses, "due_on") if lapse_alone else None,
            over_on=pl.when(pl.col("ended_on") < FOREVER).then("ended_on"),
        )
        .with_columns(settled_on=pl.min_horizontal("paid_on", "reinstated_on", "lapsed_on", "over_on"))
        .group_by(policy_id="main_policy_id", instalment="of_main")
        .agg(riders_on=pl.when(pl.col("settled_on").is_not_null().all()).then(pl.col("settled_on").max()))
    )


def paid_together(rows: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Take the instalments of main policies for paid on the day on which their riders' were settled too.

    `rows` as from `payments`, `settled` as from `riders_settled`; returns the rows that riders go with, alone.
    """
    both = rows.join(settled, on=["policy_id", "instalment"])
    paid = pl.col("paid_on").is_not_null() & pl.col("riders_on").is_not_null()
    return both.with_columns(paid_on=pl.when(paid).then(pl.max_horizontal("paid_on", "riders_on"))).select(rows.columns)
