"""First-year services given to policies, read from the contacts of their tasks."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from sqlalchemy import Connection

from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.db import read_frame

QUERY = """
SELECT c.task_id, t.service, t.subject_kind, t.subject_id, t.ordinal, c.done_on
FROM contacts c
JOIN tasks t ON t.id = c.task_id
WHERE t.subject_kind = 'policy' AND t.status = 'done'
"""


def with_policy_contacts(book: Book, connection: Connection) -> Book:
    """Add what was done for policies to the contacts of the book, which holds those of customers alone."""
    schema = pl.Schema({"task_id": pl.Int32(), **columns.CONTACTS})
    done = read_frame(connection, QUERY, schema, page_by="task_id").drop("task_id")
    customers = book.contacts.filter(pl.col("subject_kind") != "policy")
    return replace(book, contacts=pl.concat([customers, done]))
