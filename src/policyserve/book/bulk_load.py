"""Great loads: indexes are taken off a table while most of its rows come in, and put back in the same transaction.

Sorting an index once is several times faster than keeping it sorted row by row, and one join proves a foreign key
faster than a look-up for each row. It all rolls back with the transaction; readers of PostgreSQL wait meanwhile, so it
is only done where the table at least doubles.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult

from policyserve import db

GREAT = 50_000
"""From so many rows on it is worth while."""

_SQLITE_INDEXES = """
    SELECT 'DROP INDEX ' || name, sql FROM sqlite_master
    WHERE type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL
"""
_POSTGRES_CONSTRAINTS = """
    SELECT format('ALTER TABLE {table} DROP CONSTRAINT %I', conname),
        format('ALTER TABLE {table} ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype IN ('f', 'u') ORDER BY contype DESC
"""
_POSTGRES_INDEXES = """
    SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = '{table}'::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
"""


@contextmanager
def loading(connection: Connection, table: str, coming: int) -> Iterator[None]:
    """Take the indexes of `table` off for the time of a `with` block, where so many rows are coming that it pays."""
    statements = _statements(connection, table) if _is_great(connection, table, coming) else []
    for drop, _ in statements:
        _run(connection, drop)
    yield
    for _, create in statements:
        _run(connection, create)


def _run(connection: Connection, sql: str) -> CursorResult[Any]:
    return connection.exec_driver_sql(sql.replace("%", "%%") if not db.is_sqlite(connection) else sql)


def _is_great(connection: Connection, table: str, coming: int) -> bool:
    if coming < GREAT:
        return False
    return coming > int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def _statements(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Return what drops each index (on PostgreSQL also constraints), with what makes it again."""
    queries = [_SQLITE_INDEXES] if db.is_sqlite(connection) else [_POSTGRES_CONSTRAINTS, _POSTGRES_INDEXES]
    return [tuple(row) for query in queries for row in _run(connection, query.format(table=table)).all()]
