"""Arrears: instalments that were, or are, unpaid after their due day."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.endings import event_days, first_after
from policyserve.dates import FOREVER


def arrears(book: Book, terms: pl.DataFrame, rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the instalments from the second on that were, or are, unpaid after their due day, known by `as_of`.

    `rows` as from `payments`. Columns: `policy_id`, `instalment`, `due_on`, `ended_on`, `cleared_on` (paid, or
    reinstated on or after its due day; FOREVER while unpaid), `loaned_on` (the first premium loan from its due day on).
    Instalments after the policy stopped paying do not exist.
    """
    late = existing(
        rows.filter(
            pl.col("instalment") >= 2,
            pl.col("due_on") <= as_of,
            pl.col("paid_on").is_null() | (pl.col("paid_on") > pl.col("due_on")),
        ),
        terms,
    )
    return cleared(book, late)


def cleared(book: Book, due: pl.DataFrame) -> pl.DataFrame:
    """Say of instalments (as from `existing`) when each was cleared; columns as of `arrears`."""
    reinstated = first_after(due, event_days(book, "reinstated"), "due_on")
    return due.select(
        "policy_id",
        "instalment",
        "due_on",
        "ended_on",
        loaned_on=first_after(due, event_days(book, "premium_loan"), "due_on"),
        cleared_on=pl.min_horizontal("paid_on", reinstated).fill_null(FOREVER),
    )


def existing(rows: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Keep the `rows` (`place`, `instalment`, `due_on`) that the contract has, with `stopped_on` and `ended_on`."""
    of_policy = terms.select(pl.col("stopped_on", "ended_on", "instalments").gather(rows["place"]))
    return pl.concat([rows, of_policy], how="horizontal").filter(
        pl.col("due_on") < pl.col("stopped_on"), pl.col("instalment") <= pl.col("instalments")
    )
