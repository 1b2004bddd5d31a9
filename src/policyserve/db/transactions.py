"""Transactions: one consistent view to read, one that writes all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine

from policyserve import errands
from policyserve.db import engine as opened
from policyserve.db.driver import driver
from policyserve.db.engine import is_sqlite
from policyserve.db.faults import explained
from policyserve.errors import DatabaseBusyError

BULK_LOCK = 7_202_601
"""The PostgreSQL advisory lock that imports and releases take."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one consistent view of the database; a statement ends where nobody waits for it any more (`errands`).

    Raises PolicyserveError where the database cannot be reached or read.
    """
    options = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with (
        explained(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
        errands.stopped_by(partial(_interrupt, driver(connection))),
    ):
        yield connection


def _interrupt(connection: Any) -> None:
    """End the statement that a connection of sqlite3 or psycopg is at work on in another thread."""
    if isinstance(connection, sqlite3.Connection):
        connection.interrupt()
    else:
        connection.cancel()


@contextmanager
def writing(
    engine: Engine, *, bulk: bool = False, vouched: bool = False, durable: bool = False
) -> Iterator[Connection]:
    """Open one transaction that writes: all of it or nothing. `bulk` work is done by one process at a time.

    `vouched`: the caller has resolved every reference in this transaction, so SQLite need not look each one up again,
    which costs half as much as the insert itself. `durable`: it must survive a power cut, not only a crash; without it
    SQLite may lose the last transactions then, whole.
    Raises DatabaseBusyError where another writer does not end in time, PolicyserveError where the database cannot be
    reached or written.
    """
    with (
        _turn(engine) if is_sqlite(engine) else nullcontext(),
        explained(engine),
        engine.connect().execution_options(writes=True) as connection,
        _pragma(connection, "foreign_keys", "off", "on") if vouched and is_sqlite(engine) else nullcontext(),
        _pragma(connection, "synchronous", "full", "normal") if durable and is_sqlite(engine) else nullcontext(),
        connection.begin(),
    ):
        if not is_sqlite(connection):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(opened.busy_seconds(connection) * 1000)}ms'")
            if bulk:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({BULK_LOCK})")
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Let the writers of one process follow each other, before they take a connection.

    Left alone they would wait in SQLite, which sleeps longer the longer it has waited, while the file lies idle.
    """
    turn: Lock = engine.get_execution_options()[opened.TURN]
    seconds = opened.busy_seconds(engine)
    if not turn.acquire(timeout=seconds):
        raise DatabaseBusyError(seconds)
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _pragma(connection: Connection, name: str, value: str, usual: str) -> Iterator[None]:
    """Set a pragma of SQLite for the time of a `with` block that holds a whole transaction."""
    driver(connection).execute(f"pragma {name}={value}")
    try:
        yield
    finally:
        driver(connection).execute(f"pragma {name}={usual}")
