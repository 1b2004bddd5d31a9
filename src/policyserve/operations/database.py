"""The database: opened with its schema ready, brought to today's schema, looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from policyserve import db
from policyserve.access.seals import seal_all
from policyserve.locale import Sentence
from policyserve.migrations import schema

Database: TypeAlias = Engine
"""An open database, which every operation takes."""

SCHEMA = schema.HEAD
"""The schema of this version."""

PATIENCE: Final = 10.0
"""Seconds that a request waits for another writer, or for a connection."""

CONNECTIONS: Final = 18
"""Connections that a process which answers requests keeps open: as many as it works on requests at once."""

missing_file = db.missing_file

database_files = db.database_files


def open_database(url: str) -> Database:
    """Open the database and make sure that its schema is today's.

    Raises PolicyserveError where it cannot be reached, is no database of ours, or must be upgraded first.
    """
    engine = db.open_engine(url)
    try:
        schema.ensure_ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def open_for_requests(url: str) -> Database:
    """Open the database for those who wait at a screen: they hear within `PATIENCE` seconds that it is busy.

    Nothing is asked of it yet, so it may be away. Raises PolicyserveError for a URL of another kind.
    """
    return db.open_engine(url, busy=PATIENCE, connections=CONNECTIONS)


def shown_database(url: str) -> str:
    """Return which database a URL names, without who opens it and with what secret."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return ""
    place = parsed.database if parsed.host is None else f"{parsed.host}/{parsed.database}"
    return f"{parsed.get_backend_name()}: {place or ''}"


def schema_trouble(engine: Database) -> Sentence | None:
    """Return what is to be done about the schema, None where it is today's; raises where the database is away."""
    return schema.check(engine)


def upgrade_database(url: str) -> None:
    """Bring the database to today's schema, and secrets under the key that is configured; see `seals.seal_all`.

    Raises as `schema.upgrade` does.
    """
    with _as_it_is(url) as engine:
        schema.upgrade(engine)
        with db.writing(engine) as connection:
            seal_all(connection)


def check_database(url: str) -> Sentence | None:
    """Return the sentence that says what is wrong with the database, or None where it is whole and today's."""
    with _as_it_is(url) as engine:
        return schema.examine(engine)


@contextmanager
def _as_it_is(url: str) -> Iterator[Database]:
    engine = db.open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
