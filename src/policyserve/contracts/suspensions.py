"""Suspensions (效力中止): from the day after the grace of an unpaid instalment until reinstatement or the end."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.endings import event_days, first_after
from policyserve.contracts.grace import grace_end, suspension_day

SUSPENSION = ("policy_id", "instalment", "due_on", "suspended_from", "suspended_to", "reinstated_on")


def suspensions(book: Book, late: pl.DataFrame, grace_days: pl.Expr | int) -> pl.DataFrame:
    """Return every suspension: `policy_id`, `instalment` that lapsed, its `due_on`, `suspended_from` and `_to`,
    `reinstated_on`.

    `late` as from `arrears`; `grace_days` a number, or a column of `late`. `suspended_to` is the first day after it
    (reinstated or ended; FOREVER while it lasts).
    """
    settled_by = pl.min_horizontal("cleared_on", "loaned_on")
    lapses = late.filter(settled_by > grace_end(pl.col("due_on"), grace_days)).with_columns(
        suspended_from=suspension_day(pl.col("due_on"), grace_days)
    )
    lapses = lapses.filter(pl.col("suspended_from") < pl.col("ended_on"))
    lapses = lapses.with_columns(reinstated_on=first_after(lapses, event_days(book, "reinstated"), "suspended_from"))
    lapses = lapses.with_columns(suspended_to=pl.min_horizontal("reinstated_on", "ended_on")).filter(
        pl.col("suspended_to") > pl.col("suspended_from")
    )
    return _one_after_the_other(lapses.select(SUSPENSION).sort("policy_id", "instalment"))


def _one_after_the_other(lapses: pl.DataFrame) -> pl.DataFrame:
    """Keep the lapses that do not fall due inside an earlier suspension; one round per suspension of a policy."""
    rounds = [lapses.clear()]
    while not lapses.is_empty():
        first = lapses.unique("policy_id", keep="first", maintain_order=True)
        rounds.append(first)
        until = first.select("policy_id", until="suspended_to")
        lapses = lapses.join(until, on="policy_id", maintain_order="left").filter(pl.col("due_on") >= pl.col("until"))
        lapses = lapses.drop("until")
    return pl.concat(rounds)
