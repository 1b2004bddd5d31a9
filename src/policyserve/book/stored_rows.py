"""What the database already holds of a list, and how new values are laid over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.bulk_load import loading
from policyserve.book.rows import cleared

FEW = 50_000
"""Up to so many keys are looked up one by one; for more, the whole table is read unless it is far greater."""

LONG = 5_000_000
"""From so many rows on a table is read in pieces, by the first integer of what is read."""

OLD = ":old"
"""The suffix of a column that holds the stored value."""

_WANTED = "wanted_keys"


@contextmanager
def wanted(connection: Connection, keys: pl.DataFrame) -> Iterator[str]:
    """Put keys into a temporary table for the time of a `with` block, and yield its name."""
    types = ", ".join(f"{name} {'TEXT' if dtype == pl.String else 'BIGINT'}" for name, dtype in keys.schema.items())
    end = "" if db.is_sqlite(connection) else " ON COMMIT DROP"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {_WANTED} ({types}){end}")
    db.insert_frame(connection, _WANTED, keys)
    if not db.is_sqlite(connection):
        connection.exec_driver_sql(f"ANALYZE {_WANTED}")
    yield _WANTED
    connection.exec_driver_sql(f"DROP TABLE {_WANTED}")


def read_matching(
    connection: Connection, query: str, schema: Mapping[str, DataType], keys: pl.DataFrame
) -> pl.DataFrame:
    """Run `query` for the rows that one of `keys` may match; its key columns bear the names of those of `keys`.

    The query has no WHERE, which could lead SQLite to an index that finds too many rows. For many keys it is run
    without looking at them, so the answer may hold other rows too.
    """
    keys = keys.drop_nulls()
    if keys.is_empty():
        return pl.DataFrame(schema=schema)
    if keys.height > FEW and 4 * keys.height > (count := _count(connection, query)):
        pages = next((name for name, dtype in schema.items() if dtype == pl.Int32), None) if count > LONG else None
        return db.read_frame(connection, query, pl.Schema(schema), page_by=pages)
    on = " AND ".join(f"found.{name} = {_WANTED}.{name}" for name in keys.columns)
    names = ", ".join(f"found.{name}" for name in schema)
    with wanted(connection, keys.unique()):
        join = "CROSS JOIN" if db.is_sqlite(connection) else "JOIN"  # SQLite then begins with the few keys
        matching = f"SELECT {names} FROM {_WANTED} {join} ({query}) found ON {on}"
        return db.read_frame(connection, matching, pl.Schema(schema))


def _count(connection: Connection, query: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM ({query}) found").scalar_one())


def known_ids(connection: Connection, table: str, number: str, numbers: pl.Series) -> pl.DataFrame:
    """Read the ids of numbers: the columns `number` and `id`, of those that are known."""
    query = f"SELECT {number} AS number, id FROM {table}"
    keys = pl.DataFrame({"number": numbers})
    return read_matching(connection, query, {"number": pl.String, "id": pl.Int32}, keys)


def beside(values: pl.DataFrame, old: pl.DataFrame, *, key: Sequence[str], names: Sequence[str]) -> pl.DataFrame:
    """Put the stored values beside those of a list, each under its name with the suffix `:old`.

    `old` has the key and `names`, and perhaps `id`. Adds the truth value `added`: nothing is stored under this key.
    """
    stored = old.rename({name: name + OLD for name in names}).with_columns(added=pl.lit(value=False))
    joined = values.join(stored, on=list(key), how="left", maintain_order="left", nulls_equal=False)
    return joined.with_columns(pl.col("added").fill_null(value=True))


def lay_over(joined: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Lay the values over those stored `beside` them: a null leaves what is stored, a cleared cell clears it.

    Returns all of `names` in their final state, and `changed`, true where that differs from what is stored.
    """
    if joined["added"].all():
        lacking = [pl.col(name + OLD).alias(name) for name in names if name not in joined.columns]
        return joined.with_columns(*lacking, changed=pl.lit(value=False))
    return with_changes(joined.with_columns(_final(joined, name) for name in names), names)


def with_changes(laid: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Work out `changed` anew from `names` and the stored values beside them."""
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + OLD)) for name in names)
    return laid.with_columns(changed=~pl.col("added") & differs)


def _final(joined: pl.DataFrame, name: str) -> pl.Expr:
    stored = pl.col(name + OLD)
    if name not in joined.columns:
        return stored.alias(name)
    value = pl.coalesce(name, stored)
    if cleared(name) in joined.columns:
        value = pl.when(~pl.col(cleared(name))).then(value)
    return value.alias(name)


def with_ids(connection: Connection, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Give each `added` row the next free `id` of `table`; on PostgreSQL the table's sequence goes on behind them."""
    count = int(rows["added"].sum())
    if not count:
        return rows
    first = int(connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").scalar_one())
    if not db.is_sqlite(connection):
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        connection.exec_driver_sql(f"SELECT setval({sequence}, {first + count - 1})")
    fresh = (pl.col("added").cum_sum() + (first - 1)).cast(pl.Int32)
    return rows.with_columns(id=pl.when("added").then(fresh).otherwise("id"))


def add(connection: Connection, table: str, laid: pl.DataFrame, columns: Sequence[str | pl.Expr]) -> None:
    """Insert the `added` rows of `laid` with these columns."""
    rows = laid.filter("added").select(columns)
    rows = rows.select(column for column in rows if column.null_count() < rows.height)
    if db.is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # a row may refer to one further down
    with loading(connection, table, rows.height):
        db.insert_frame(connection, table, rows)


def change(
    connection: Connection, table: str, laid: pl.DataFrame, names: Sequence[str], *, keys: Sequence[str] = ("id",)
) -> int:
    """Update the `changed` rows of what `lay_over` returned by their `keys`, in the columns that change somewhere.

    Returns how many rows that were.
    """
    rows = laid.filter("changed")
    if rows.is_empty():
        return 0
    differs = rows.select(pl.col(name).ne_missing(pl.col(name + OLD)).any() for name in names)
    touched = [name for name in names if differs[name].item()]
    return db.update_frame(connection, table, rows.select(*keys, *touched), keys=keys)
