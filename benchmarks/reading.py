"""Reading the book, against a bare fetchall of the same columns by the plain driver."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg

from benchmarks.measuring import Figure, compare
from benchmarks.random_book import random_book
from policyserve import db
from policyserve.book import snapshot
from policyserve.migrations import schema

QUERIES = (
    snapshot.AGENTS,
    snapshot.CUSTOMERS,
    snapshot.POLICIES,
    snapshot.PREMIUMS,
    snapshot.DEBITS,
    snapshot.EVENTS,
    snapshot.REFERRALS,
    snapshot.CONTACTS,
)


def run(size: int) -> Iterator[Figure]:
    """Measure on SQLite and on PostgreSQL, with `size` policies."""
    from peers import postgres  # of the tests, found by __main__

    book = random_book(size)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'book.sqlite3'}"
        store(book, url)
        yield compare(f"read the book, {size:,} policies, SQLite", 1.5, ours, floor, url)
    with postgres.server() as url:
        store(book, url)
        yield compare(f"read the book, {size:,} policies, PostgreSQL", 1.5, ours, floor, url)


def store(book: dict[str, pl.DataFrame], url: str) -> None:
    """Put the book into a new database."""
    engine = db.open_engine(url)
    schema.upgrade(engine)
    with db.writing(engine) as connection:
        for table, frame in book.items():
            db.insert_frame(connection, table, frame)
    engine.dispose()


def ours(url: str) -> object:
    """Read the book into columns."""
    engine = db.open_engine(url)
    with db.reading(engine) as connection:
        return snapshot.load_book(connection)


def floor(url: str) -> object:
    """Fetch the same rows as Python objects, by the driver alone."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        return [connection.execute(query).fetchall() for query in QUERIES]
    with psycopg.connect(url) as server:
        return [server.execute(query).fetchall() for query in QUERIES]
