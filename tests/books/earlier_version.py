"""A database as version 0004 of the schema left it after five weeks of work: its rows, and what it said then."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

import policyserve.migrations
from policyserve import db

FOLDER = Path(__file__).parent / "version_0004"
VERSION = "0004"

Row = dict[str, Any]


@cache
def expected() -> dict[str, Any]:
    """Return what the code of that version said of the database; README.md beside it names the parts."""
    found: dict[str, Any] = json.loads(gzip.decompress((FOLDER / "expected.json.gz").read_bytes()))
    return found


def rows() -> dict[str, list[Row]]:
    """Return the rows of every table, by its name; columns that are empty are left out."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for line in gzip.decompress((FOLDER / "rows.jsonl.gz").read_bytes()).decode().splitlines():
        row = json.loads(line)
        tables[row.pop("table")].append(row)
    return dict(tables)


def restore(engine: Engine) -> None:
    """Make the schema of that version in an empty database, and put its rows in."""
    with db.writing(engine, vouched=True) as connection:
        config = Config()
        config.set_main_option("script_location", policyserve.migrations.__path__[0].replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, VERSION)
        schema = sa.MetaData()
        schema.reflect(connection)
        stored = rows()
        for table in schema.sorted_tables:
            if table.name in stored:
                _insert(connection, table, stored[table.name])


def _insert(connection: Connection, table: sa.Table, stored: list[Row]) -> None:
    """Insert rows; what refers to the table itself is filled in afterwards."""
    typed = [{name: _typed(table.c[name], value) for name, value in row.items()} for row in stored]
    own = {column.name for column in table.c if any(key.column.table is table for key in column.foreign_keys)}
    empty = dict.fromkeys(table.c.keys())
    connection.execute(table.insert(), [empty | {name: row[name] for name in row if name not in own} for row in typed])
    for row in typed:
        if theirs := own & set(row):
            connection.execute(
                table.update().where(table.c.id == row["id"]).values({name: row[name] for name in theirs})
            )
    if not db.is_sqlite(connection):
        for sequence in _sequences(connection, table):
            connection.exec_driver_sql(f"SELECT setval('{sequence}', {max(row['id'] for row in typed)})")


def _sequences(connection: Connection, table: sa.Table) -> Iterator[str]:
    """Name the sequence that gives the table's keys, where one does."""
    if "id" in table.c and isinstance(table.c["id"].type, sa.Integer):
        found = connection.exec_driver_sql(f"SELECT pg_get_serial_sequence('{table.name}', 'id')").scalar()
        if found:
            yield str(found)


_READERS: Mapping[type[Any], Any] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
    bool: bool,
    bytes: bytes.fromhex,
}


def _typed(column: sa.Column[Any], value: Any) -> Any:
    """Read a value as the column's own type."""
    reader = _READERS.get(column.type.python_type)
    return value if value is None or reader is None else reader(value)
