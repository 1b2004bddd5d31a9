"""Engines: how a database is opened, and what both dialects are told at the beginning."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from policyserve.db.sqlite_files import database_files, own_file
from policyserve.errors import PolicyserveError

BUSY_SECONDS = 30.0
"""How long a writer waits for another one, where nothing else is said."""

CACHE, SMALL_CACHE = 200_000, 32_000
"""Kilobytes of an SQLite file that a connection keeps: one that works through a book, one of many for requests."""

BUSY = "policyserve_busy_seconds"
"""The option of an engine that says how long its writers wait."""

TURN = "policyserve_turn"
"""The option of an engine of SQLite with the lock that its writers of this process take."""


def open_engine(url: str, *, busy: float | None = None, connections: int = 5) -> Engine:
    """Open the database at `url` (sqlite or postgresql); a missing SQLite folder is made.

    `busy`: how many seconds a writer waits for another one, and a reader for one of so many `connections`.
    Raises PolicyserveError for a URL of another kind. Parameters never show in errors: they hold personal data.
    """
    try:
        parsed = make_url(url if url.isprintable() else "")
    except (ArgumentError, ValueError) as error:
        raise PolicyserveError(
            "The database URL cannot be read; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from error
    backend = parsed.get_backend_name()
    given: dict[str, Any] = {"hide_parameters": True, "execution_options": {TURN: Lock()}}
    if busy is not None:
        given["execution_options"][BUSY] = busy
        if parsed.database and backend in {"sqlite", "postgresql"}:  # in memory there is no pool to wait for
            given |= {"pool_size": connections, "pool_timeout": busy}
    if backend == "sqlite":
        if files := database_files(parsed):
            own_file(files)
        given["connect_args"] = {"timeout": BUSY_SECONDS if busy is None else busy}
        engine = create_engine(parsed, **given)
        event.listen(engine, "connect", partial(_prepare_sqlite, kilobytes=CACHE if busy is None else SMALL_CACHE))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        psycopg = parsed.set(drivername="postgresql+psycopg")
        return create_engine(psycopg, **given, pool_pre_ping=True)  # a restarted server has cut the others
    raise PolicyserveError(
        "The database '{backend}' is not known; use sqlite:///FILE or postgresql://USER@HOST/NAME.", backend=backend
    )


def missing_file(url: str) -> str | None:
    """Return the path of the SQLite file that `url` names if it is not there yet."""
    files = database_files(url)
    return str(files[0]) if files and not files[0].exists() else None


def busy_seconds(bind: Engine | Connection) -> float:
    """How long a writer waits for another one."""
    return float(bind.get_execution_options().get(BUSY, BUSY_SECONDS))


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the database is SQLite."""
    return bind.dialect.name == "sqlite"


def _prepare_sqlite(connection: Any, _record: object, *, kilobytes: int) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event begins transactions, see below
    if connection.execute("pragma journal_mode").fetchone() != ("wal",):
        connection.execute("pragma journal_mode=wal")
    for pragma in ("synchronous=normal", "foreign_keys=on", f"cache_size=-{kilobytes}"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
