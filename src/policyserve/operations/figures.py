"""Figures: what is read for one, in one read."""

from __future__ import annotations

from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.metrics.persistency import gap_tasks
from policyserve.operations.database import Database


def read_book(engine: Database) -> Book:
    """Read the whole book, for metrics."""
    with db.reading(engine) as connection:
        return load_book(connection)


def open_tasks(engine: Database, policies: list[int]) -> dict[int, list[int]]:
    """Return the open tasks of policies (by key); see `gap_tasks`."""
    with db.reading(engine) as connection:
        return gap_tasks.open_tasks(connection, policies)
