"""Locks that end with the process that holds them, however it ends: who leads, and who has a job in hand.

On PostgreSQL a session's advisory lock on a connection of its own; on SQLite, which one machine has, the kernel's lock
on a file beside the database. A kill -9 frees either at once. So a run that is stored as running while its job's lock
is free belongs to a process that died, wherever that process was.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zlib import crc32

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from policyserve import db
from policyserve.errors import PolicyserveError, of_system

FAMILY = 7_202_602
"""The first half of the keys of these locks on PostgreSQL."""

SESSION = {
    "idle_session_timeout": "0",  # the connection says nothing while a job runs, which may take hours
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""The server's settings of a session that holds a lock: it learns within 30 seconds that a machine is gone."""


class Lock(Protocol):
    """A lock in hand."""

    def held(self) -> bool:
        """Tell whether it is still ours: a server that was started again has forgotten it."""
        ...

    def release(self) -> None:
        """Let others have it."""
        ...


def take(engine: Engine, name: str) -> Lock | None:
    """Take the lock `name` of a database without waiting; None where another process has it.

    Raises PolicyserveError where the database cannot be reached, or the lock's file not be written.
    """
    with db.explained(engine):
        return _take_file(engine, name) if db.is_sqlite(engine) else _take_advisory(engine, name)


@dataclass(frozen=True, kw_only=True)
class AdvisoryLock:
    """A lock of a PostgreSQL session."""

    connection: Connection

    def held(self) -> bool:
        """The lock lives as long as its session."""
        try:
            self.connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back and end the session, which the server notices only some time later."""
        with suppress(SQLAlchemyError):
            self.connection.execute(text("SELECT pg_advisory_unlock_all()"))
        self.connection.close()


def _take_advisory(engine: Engine, name: str) -> AdvisoryLock | None:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # the pool would hand the session, with its lock, to somebody else
    lock = AdvisoryLock(connection=connection)
    try:
        taken = connection.scalar(
            text("SELECT pg_try_advisory_lock(:family, :key)"), {"family": FAMILY, "key": crc32(name.encode()) >> 1}
        )
        if taken:
            _prepare(connection)
    except BaseException:
        lock.release()
        raise
    if not taken:
        lock.release()
    return lock if taken else None


def _prepare(connection: Connection) -> None:
    """Make the settings of `SESSION` that this server knows."""
    known = connection.scalars(text("SELECT name FROM pg_settings WHERE name = ANY(:names)"), {"names": list(SESSION)})
    for name in known.all():
        connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": SESSION[name]})


@dataclass(frozen=True, kw_only=True)
class FileLock:
    """The kernel's lock on an open file; without a file in a database in memory, which no other process has."""

    file: int | None
    path: Path | None

    def held(self) -> bool:
        """Tell whether the file is still the one that others would lock: somebody may have removed it."""
        if self.file is None or self.path is None:
            return True
        try:
            return os.fstat(self.file).st_ino == self.path.stat().st_ino
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Close the file; it stays, for another process may be about to lock it."""
        if self.file is not None:
            os.close(self.file)


def _take_file(engine: Engine, name: str) -> FileLock | None:
    import fcntl

    with engine.connect() as connection:
        database = connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar()
    if not database:
        return FileLock(file=None, path=None)
    path = Path(f"{database}.{name}.lock")
    file = _open(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    except BaseException:
        os.close(file)
        raise
    return FileLock(file=file, path=path)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise PolicyserveError(
            "The lock '{path}' cannot be opened ({strerror}); run all jobs as the user who owns the database.",
            path=path,
            strerror=of_system(error),
        ) from error
