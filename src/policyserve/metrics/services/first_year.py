"""First-year services given to policies, read from the contacts of their tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
from sqlalchemy import Connection

from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.db import read_frame
from policyserve.metrics.services.task_states import changed_after, read_as_they_stood

QUERY = """
SELECT c.task_id, t.service, t.subject_kind, t.subject_id, t.ordinal, c.done_on
FROM contacts c
JOIN tasks t ON t.id = c.task_id
WHERE t.subject_kind = 'policy' AND t.status = 'done'
"""


def with_policy_contacts(book: Book, connection: Connection, *, as_of: date | None = None) -> Book:
    """Add what was done for policies to the contacts of the book, which holds those of customers alone.

    As it was written down by the end of `as_of`: what was reopened later was done, what was written down later was not.
    Without it: as it stands now.
    """
    schema = pl.Schema({"task_id": pl.Int32(), **columns.CONTACTS})
    query = QUERY if as_of is None else f"{QUERY} AND t.id NOT IN ({changed_after(as_of)})"
    done = [read_frame(connection, query, schema, page_by="task_id").drop("task_id")]
    if as_of is not None:
        done.append(_as_it_was(connection, as_of))
    customers = book.contacts.filter(pl.col("subject_kind") != "policy")
    return replace(book, contacts=pl.concat([customers, *done]))


def _as_it_was(connection: Connection, as_of: date) -> pl.DataFrame:
    """Return what had been done by `as_of` of the tasks that changed after it."""
    changed = f"t.subject_kind = 'policy' AND t.id IN ({changed_after(as_of)})"
    stood = read_as_they_stood(connection, changed, as_of).filter(pl.col("status") == "done")
    return stood.select(
        "service",
        subject_kind=pl.lit("policy"),
        subject_id="policy_id",
        ordinal=pl.lit(1, dtype=pl.Int32),
        done_on="done_on",
    )
