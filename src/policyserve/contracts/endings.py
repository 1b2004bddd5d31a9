"""Endings, and the other events of policies by their days."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import ENDING_KINDS, Book
from policyserve.contracts.keys import among


def policy_ends(book: Book) -> pl.DataFrame:
    """Say when each policy ended or will end: `policy_id`, `ended_on` (the first day not in force), `ended_by`."""
    events = book.events.filter(pl.col("policy_id").is_not_null() & pl.col("kind").is_in(ENDING_KINDS)).select(
        "policy_id", ended_on="occurred_on", ended_by=pl.col("kind").cast(pl.String)
    )
    terms = book.policies.filter(pl.col("ends_on").is_not_null()).select(
        "policy_id", ended_on=pl.col("ends_on").dt.offset_by("1d"), ended_by=pl.lit("end of cover")
    )
    return (
        pl.concat([events, terms]).sort("policy_id", "ended_on", maintain_order=True).unique("policy_id", keep="first")
    )


def first_event(book: Book, *kinds: str) -> pl.DataFrame:
    """Return the first event of any of `kinds` of each policy: `policy_id`, `occurred_on`."""
    events = book.events.filter(pl.col("policy_id").is_not_null() & pl.col("kind").is_in(kinds))
    return events.group_by("policy_id").agg(pl.col("occurred_on").min())


def event_days(book: Book, *kinds: str) -> pl.DataFrame:
    """Return the days of all events of `kinds` of policies, sorted: `policy_id`, `occurred_on`."""
    events = book.events.filter(pl.col("policy_id").is_not_null() & pl.col("kind").is_in(kinds))
    return events.select("policy_id", "occurred_on").sort("occurred_on")


def first_after(rows: pl.DataFrame, days: pl.DataFrame, day: str) -> pl.Series:
    """Return, for each row, the first of `days` (as from `event_days`) of its policy on or after its column `day`."""
    nothing = pl.Series([None], dtype=pl.Date).new_from_index(0, rows.height)
    if days.is_empty():
        return nothing
    places = among(days["policy_id"], rows["policy_id"]).arg_true()
    asked = rows.select("policy_id", asked=day)[places].with_columns(place=places).sort("asked")
    found = asked.join_asof(
        days, left_on="asked", right_on="occurred_on", by="policy_id", strategy="forward", check_sortedness=False
    )
    return nothing.scatter(found["place"], found["occurred_on"])
