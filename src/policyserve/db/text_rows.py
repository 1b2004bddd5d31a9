"""Frames out of the database: it prints its rows as text, and Polars parses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import polars as pl
from sqlalchemy import Connection

from policyserve import errands
from policyserve.db.driver import driver, names_of
from policyserve.db.engine import is_sqlite

PAGE = 200_000
"""How many keys one piece of a long reading spans."""


_NULL = "\x01"
"""What stands for no text while SQLite prints rows."""


def read_frame(
    connection: Connection,
    query: str,
    schema: pl.Schema,
    *,
    page_by: str | None = None,
    values: Mapping[str, str] = MappingProxyType({}),
) -> pl.DataFrame:
    """Run `query` (its columns in the order of `schema`, without semicolon) and return its rows in columns.

    Both databases print the rows as text themselves and Polars parses it, faster than a Python object for every value.
    Columns may be integers, text, dates, booleans and enumerations. What is longer than some 10 million rows is read in
    pieces by `page_by`, an integer column of `schema` with an index; the text of one piece must stay below 1 GB.
    `values` are bound to the names that stand in the query as :name; instants as `instant` writes them.
    """
    lines = _sqlite_lines(schema) if is_sqlite(connection) else _postgres_lines()
    source = f"WITH t({names_of(schema)}) AS NOT MATERIALIZED ({query})"
    frames = [
        _parse(text, schema, backslashes=not is_sqlite(connection))
        for where in _pages(connection, source, page_by, values)
        if (text := _fetch(connection, f"{source} {lines.format(where=where)}", values)[0])
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def instant(connection: Connection, at: datetime) -> str:
    """Write an instant as a value that the database compares with its own."""
    utc = at.astimezone(UTC)
    return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite(connection) else utc.isoformat()


def _pages(connection: Connection, source: str, page_by: str | None, values: Mapping[str, str]) -> Iterator[str]:
    if page_by is None:
        yield ""
        return
    ends = ", ".join(f'(SELECT {end}("{page_by}") FROM t)' for end in ("min", "max"))  # one index look-up each
    first, last = _fetch(connection, f"{source} SELECT {ends}", values)
    for start in range(first, last + 1, PAGE) if first is not None else ():
        yield f'WHERE "{page_by}" >= {start} AND "{page_by}" < {start + PAGE}'


def _fetch(connection: Connection, sql: str, values: Mapping[str, str]) -> Any:
    """Return the first row; without values the driver's own cursor leaves % and : in the query alone."""
    errands.check()
    if is_sqlite(connection):
        return driver(connection).cursor().execute(sql, dict(values)).fetchone()
    cursor = driver(connection).cursor(binary=True)
    return (cursor.execute(_named(sql, values), dict(values)) if values else cursor.execute(sql)).fetchone()


def _named(sql: str, values: Mapping[str, str]) -> str:
    """Write the names of values as PostgreSQL's driver knows them."""
    names = "|".join(map(re.escape, values))
    return re.sub(rf"(?<!:):({names})\b", r"%(\1)s", sql.replace("%", "%%"))


def _sqlite_lines(schema: pl.Schema) -> str:
    """Print rows as (,1,"text",2026-01-31,) for the rows that `where` leaves; %w doubles quotation marks."""
    text = {name for name, dtype in schema.items() if dtype == pl.String}
    form = ",".join('"%w"' if name in text else "%s" for name in schema)
    values = ", ".join(f"ifnull(\"{name}\", '{_NULL}')" if name in text else f'"{name}"' for name in schema)
    return f"SELECT CAST(group_concat(printf('(,{form},)', {values}), char(10)) AS BLOB) FROM t {{where}}"


def _postgres_lines() -> str:
    """Print rows in the same way: PostgreSQL's own text of a row, with an empty column before and after."""
    return (
        "SELECT convert_to(string_agg(r::text, E'\\n'), 'UTF8') "
        "FROM (SELECT NULL AS before, t.*, NULL AS after FROM t {where}) AS r"
    )


def _parse(text: bytes, schema: pl.Schema, *, backslashes: bool) -> pl.DataFrame:
    """Parse printed rows; `backslashes`: they were doubled."""
    raw = {name: pl.String() if dtype == pl.Boolean else dtype for name, dtype in schema.items()}
    frame = pl.read_csv(
        text,
        has_header=False,
        columns=list(range(1, len(schema) + 1)),
        schema={"(": pl.String(), **raw, ")": pl.String()},
        null_values={name: _NULL for name, dtype in schema.items() if dtype == pl.String},
    )
    if backslashes and b"\\" in text:
        frame = frame.with_columns(pl.col(pl.String).str.replace_all("\\\\", "\\", literal=True))
    return frame.with_columns(pl.col(name).is_in(["1", "t"]) for name, dtype in schema.items() if dtype == pl.Boolean)
