"""What a database complains of, put into one sentence that says what to do; passwords and rows never show."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from policyserve import errands
from policyserve.db import engine
from policyserve.errors import DatabaseAwayError, DatabaseBusyError, PolicyserveError
from policyserve.locale import N_, Sentence

SQLITE = {
    "file is not a database": N_("{place} is no SQLite database; name another file with --db."),
    "unable to open database file": N_("{place} cannot be opened; check that it is a file and that you may write it."),
    "readonly database": N_("{place} may not be written by you; ask for the right to write the file and its folder."),
    "database or disk is full": N_("The disk of {place} is full and nothing was changed; make room and run it again."),
    "disk image is malformed": N_("{place} is damaged; put a backup copy in its place."),
    "disk i/o error": N_("The disk of {place} failed and nothing was changed; check the disk and your rights."),
}
"""What is found in a message of SQLite, and what is said instead."""

STOPPED = "57P01"

POSTGRESQL = {
    "42501": N_("The database user lacks a right on {place}; ask its administrator for the rights on all tables."),
    "25006": N_("No changes can be made in {place} (a standby, or set to read only); name the primary server."),
    "53100": N_("The disk of {place} is full and nothing was changed; make room and run it again."),
    "40P01": N_("Another command was changing the same rows of {place} and nothing was changed; run it again."),
    "40001": N_("Another command was changing the same rows of {place} and nothing was changed; run it again."),
    STOPPED: N_("The server of {place} was stopped; nothing was changed. Run the command again when it is up."),
}
"""Conditions of PostgreSQL (SQLSTATE), and what is said for them."""


@contextmanager
def explained(of: Engine) -> Iterator[None]:
    """Turn complaints of the database into PolicyserveError."""
    try:
        yield
    except Exception as error:
        errands.check()
        fault = explain(getattr(error, "orig", None) or error, of.url, engine.busy_seconds(of))
        if fault is None:
            raise
        raise fault from error


def explain(error: BaseException, url: URL, wait: float) -> PolicyserveError | None:
    """Return what to tell a user of an error of sqlite3 or psycopg; None where it is a fault of the program.

    `wait` is how many seconds a writer waits.
    """
    if isinstance(error, PoolTimeoutError):
        return DatabaseBusyError(wait)
    if isinstance(error, sqlite3.Error):
        return _explain_sqlite(str(error).lower(), url, wait)
    if type(error).__module__.startswith("psycopg"):
        return _explain_postgresql(error, url, wait)
    return None


def _explain_sqlite(message: str, url: URL, wait: float) -> PolicyserveError | None:
    if "locked" in message:
        return DatabaseBusyError(wait)
    known = [sentence for words, sentence in SQLITE.items() if words in message]
    return PolicyserveError(known[0], place=f"'{url.database}'") if known else None


def _explain_postgresql(error: BaseException, url: URL, wait: float) -> PolicyserveError | None:
    state, place = getattr(error, "sqlstate", None), Sentence("the database '{name}'", name=url.database)
    if state == "55P03":
        return DatabaseBusyError(wait)
    if state in POSTGRESQL:
        kind = DatabaseAwayError if state == STOPPED else PolicyserveError
        return kind(POSTGRESQL[state], place=place)
    if state is None and type(error).__name__ == "OperationalError":
        reason = str(error).partition("\n")[0]
        return DatabaseAwayError(
            "PostgreSQL does not answer ({reason}). Check the database URL, the user's password, and that the server "
            "runs.",
            reason=reason,
        )
    return None
