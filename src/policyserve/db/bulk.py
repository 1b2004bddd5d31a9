"""Frames into the database: inserted, updated, and keys to join with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from polars import selectors
from sqlalchemy import Connection

from policyserve.db.driver import driver, names_of
from policyserve.db.engine import is_sqlite

CHUNK = 50_000
"""Rows that pass through Python at once."""


_INSTANT = "%Y-%m-%d %H:%M:%S%.6f"


def insert_frame(connection: Connection, table: str, frame: pl.DataFrame, *, conflict: str = "") -> int:
    """Insert every row of `frame`, whose columns are named as those of `table`; return how many went in.

    `conflict`: an ON CONFLICT clause; then rows go through a temporary table on PostgreSQL.
    """
    if frame.is_empty():
        return 0
    if is_sqlite(connection):
        marks = ", ".join("?" * frame.width)
        return _execute_many(
            connection, f'INSERT INTO "{table}" ({names_of(frame.columns)}) VALUES ({marks}) {conflict}', frame
        )
    cursor = driver(connection).cursor()
    if not conflict:
        _copy_in(cursor, table, frame)
        return frame.height
    columns = names_of(frame.columns)
    with _incoming(cursor, table, frame) as renamed:
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {names_of(renamed)} FROM incoming {conflict}')
        return int(cursor.rowcount)


def update_frame(
    connection: Connection, table: str, frame: pl.DataFrame, *, keys: Sequence[str], guard: str = ""
) -> int:
    """Update the rows of `table` that `keys` name with the other columns of `frame`; return how many were updated.

    `guard`: a further condition on the stored row, such as `status = 'open'`.
    """
    values = [name for name in frame.columns if name not in keys]
    if frame.is_empty() or not values:
        return 0
    condition = f" AND ({guard})" if guard else ""
    if is_sqlite(connection):
        changes = ", ".join(f'"{name}" = ?' for name in values)
        match = " AND ".join(f'"{name}" = ?' for name in keys)
        sql = f'UPDATE "{table}" SET {changes} WHERE {match}{condition}'
        return _execute_many(connection, sql, frame.select(*values, *keys))
    cursor = driver(connection).cursor()
    changes = ", ".join(f'"{name}" = "new_{name}"' for name in values)
    match = " AND ".join(f'"{name}" = "new_{name}"' for name in keys)
    with _incoming(cursor, table, frame):
        cursor.execute(f'UPDATE "{table}" SET {changes} FROM incoming WHERE {match}{condition}')
        return int(cursor.rowcount)


@contextmanager
def wanted(connection: Connection, table: str, keys: pl.DataFrame) -> Iterator[None]:
    """Put `keys`, columns of `table`, into the temporary table `wanted` for the time of a `with` block.

    A query that joins it finds the stored rows of thousands of keys. Needs a transaction that writes.
    """
    columns = names_of(keys.columns)
    connection.exec_driver_sql(f'CREATE TEMP TABLE wanted AS SELECT {columns} FROM "{table}" LIMIT 0')
    insert_frame(connection, "wanted", keys)
    connection.exec_driver_sql("ANALYZE wanted")
    yield
    connection.exec_driver_sql("DROP TABLE wanted")


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame into pieces that fit in memory as Python objects."""
    return frame.iter_slices(CHUNK)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with dates, instants and enumerations as the text that SQLAlchemy stores on SQLite."""
    return frame.with_columns(
        pl.col(pl.Date).dt.to_string("%Y-%m-%d"),
        selectors.datetime(time_zone="*").dt.convert_time_zone("UTC").dt.to_string(_INSTANT),
        selectors.datetime(time_zone=None).dt.to_string(_INSTANT),
        selectors.enum().cast(pl.String),
        pl.col(pl.Boolean).cast(pl.Int8),
    )


def connection_changes(connection: Connection) -> int:
    """Rows changed on this SQLite connection so far."""
    return int(driver(connection).total_changes)


def _execute_many(connection: Connection, sql: str, frame: pl.DataFrame) -> int:
    """Run `sql` once for each row on SQLite and return how many rows of the database were changed."""
    cursor = driver(connection).cursor()
    before = connection_changes(connection)
    for part in slices(frame):
        cursor.executemany(sql, plain(part).rows())
    return connection_changes(connection) - before


@contextmanager
def _incoming(cursor: Any, table: str, frame: pl.DataFrame) -> Iterator[list[str]]:
    """Put a frame into the temporary table `incoming`, its columns renamed to new_..., and yield these names."""
    renamed = [f"new_{name}" for name in frame.columns]
    columns = ", ".join(f'"{old}" AS "{new}"' for old, new in zip(frame.columns, renamed, strict=True))
    cursor.execute(f'CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM "{table}" WITH NO DATA')
    _copy_in(cursor, "incoming", frame.rename(dict(zip(frame.columns, renamed, strict=True))))
    cursor.execute("ANALYZE incoming")
    yield renamed
    cursor.execute("DROP TABLE incoming")


def _copy_in(cursor: Any, table: str, frame: pl.DataFrame) -> None:
    with cursor.copy(f'COPY "{table}" ({names_of(frame.columns)}) FROM STDIN (FORMAT csv)') as copy:
        for part in slices(frame):
            copy.write(part.write_csv(include_header=False).encode())
