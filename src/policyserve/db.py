"""The database: connections, transactions, bulk in and bulk out; the one place that knows two dialects.

SQLite runs in WAL mode through Python's own sqlite3 alone: a second SQLite library in the process would corrupt the
file. PostgreSQL runs through psycopg. A write transaction takes the write lock when it begins (BEGIN IMMEDIATE, or an
advisory lock for bulk work), so that two of them follow each other instead of failing half-way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from polars import selectors
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from policyserve.errors import DatabaseBusyError, PolicyserveError

BUSY_SECONDS = 30.0
"""How long a writer waits for another one."""

BULK_LOCK = 7_202_601
"""The PostgreSQL advisory lock that imports and releases take."""

CHUNK = 200_000
"""Rows that pass through Python at once."""

_FIELD = "\x1f"


def open_engine(url: str) -> Engine:
    """Open the database at `url` (sqlite or postgresql); a missing SQLite folder is made.

    Raises PolicyserveError for a URL of another kind. Parameters never show in errors: they hold personal data.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise PolicyserveError(
            "The database URL cannot be read; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    raise PolicyserveError(f"The database '{backend}' is not known; use sqlite:///FILE or postgresql://USER@HOST/NAME.")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event begins transactions, see below
    for pragma in ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "cache_size=-200000"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one consistent view of the database."""
    options = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, bulk: bool = False) -> Iterator[Connection]:
    """Open one transaction that writes: all of it or nothing. `bulk` work is done by one process at a time.

    Raises DatabaseBusyError where another writer does not end in time.
    """
    with engine.connect().execution_options(writes=True) as connection:
        try:
            transaction = connection.begin()
            if not is_sqlite(engine):
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(BUSY_SECONDS * 1000)}ms'")
                if bulk:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({BULK_LOCK})")
        except OperationalError as error:
            if _is_busy(error):
                raise DatabaseBusyError(BUSY_SECONDS) from error
            raise
        with transaction:
            yield connection


def _is_busy(error: OperationalError) -> bool:
    text = str(error.orig).lower()
    return "locked" in text or "lock timeout" in text


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the database is SQLite."""
    return bind.dialect.name == "sqlite"


def read_frame(connection: Connection, query: str, schema: pl.Schema) -> pl.DataFrame:
    """Run `query` (its columns in the order of `schema`, without semicolon) and return its rows in columns.

    Both databases write the rows as text themselves and Polars parses it, several times faster than a Python object
    for every value. Text must hold no control characters (imports remove them).
    """
    text = _sqlite_text(connection, query, schema) if is_sqlite(connection) else _postgres_text(connection, query)
    if not text.strip(b"\n") and len(schema) > 1:
        return pl.DataFrame(schema=schema)
    raw = pl.Schema({name: _as_text(dtype) for name, dtype in schema.items()})
    frame = pl.read_csv(text, has_header=False, separator=_FIELD, quote_char=None, schema=raw)
    return frame.with_columns(
        _from_text(pl.col(name), dtype) for name, dtype in schema.items() if raw[name] != dtype
    ).cast(schema)


def _as_text(dtype: pl.DataType) -> pl.DataType:
    return pl.String() if dtype == pl.Boolean or isinstance(dtype, pl.Enum) else dtype


def _from_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return column.is_in(["1", "t"]) if dtype == pl.Boolean else column.cast(dtype)


def _sqlite_text(connection: Connection, query: str, schema: pl.Schema) -> bytes:
    names = [f"c{number}" for number in range(len(schema))]
    form = _FIELD.join(["%s"] * len(names))
    sql = (
        f"WITH t({', '.join(names)}) AS ({query}) "
        f"SELECT group_concat(line, char(10)) FROM (SELECT printf('{form}', {', '.join(names)}) AS line FROM t)"
    )
    text = _driver(connection).execute(sql).fetchone()[0]
    return (text or "").encode()


def _postgres_text(connection: Connection, query: str) -> bytes:
    with (
        _driver(connection)
        .cursor()
        .copy(f"COPY ({query}) TO STDOUT (FORMAT csv, DELIMITER E'\\x1f', QUOTE E'\\x01')") as copy
    ):
        return b"".join(bytes(block) for block in copy)


def insert_frame(connection: Connection, table: str, frame: pl.DataFrame, *, conflict: str = "") -> int:
    """Insert every row of `frame`, whose columns are named as those of `table`; return how many went in.

    `conflict`: an ON CONFLICT clause; then rows go through a temporary table on PostgreSQL.
    """
    if frame.is_empty():
        return 0
    columns = ", ".join(frame.columns)
    if is_sqlite(connection):
        marks = ", ".join("?" * frame.width)
        cursor = _driver(connection).cursor()
        before = connection_changes(connection)
        for rows in slices(plain(frame)):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {conflict}", rows.rows())
        return connection_changes(connection) - before
    cursor = _driver(connection).cursor()
    if not conflict:
        _copy_in(cursor, table, columns, frame)
        return frame.height
    cursor.execute(f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")
    _copy_in(cursor, "incoming", columns, frame)
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming {conflict}")
    count = cursor.rowcount
    cursor.execute("DROP TABLE incoming")
    return int(count)


def update_frame(
    connection: Connection, table: str, frame: pl.DataFrame, *, keys: Sequence[str], guard: str = ""
) -> int:
    """Update the rows of `table` that `keys` name with the other columns of `frame`; return how many were updated.

    `guard`: a further condition on the stored row, such as `status = 'open'`.
    """
    values = [name for name in frame.columns if name not in keys]
    if frame.is_empty() or not values:
        return 0
    where = f" AND {guard}" if guard else ""
    if is_sqlite(connection):
        sql = (
            f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in values)} "
            f"WHERE {' AND '.join(f'{name} = ?' for name in keys)}{where}"
        )
        cursor = _driver(connection).cursor()
        before = connection_changes(connection)
        for rows in slices(plain(frame.select(*values, *keys))):
            cursor.executemany(sql, rows.rows())
        return connection_changes(connection) - before
    cursor = _driver(connection).cursor()
    columns = ", ".join(frame.columns)
    cursor.execute(f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")
    _copy_in(cursor, "incoming", columns, frame)
    cursor.execute(
        f"UPDATE {table} SET {', '.join(f'{name} = incoming.{name}' for name in values)} FROM incoming "
        f"WHERE {' AND '.join(f'{table}.{name} = incoming.{name}' for name in keys)}"
        + where.replace("AND ", f"AND {table}.")
    )
    count = cursor.rowcount
    cursor.execute("DROP TABLE incoming")
    return int(count)


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame into pieces that fit in memory as Python objects."""
    for offset in range(0, frame.height, CHUNK):
        yield frame.slice(offset, CHUNK)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with dates, instants and enumerations as the text that SQLAlchemy stores on SQLite."""
    return frame.with_columns(
        pl.col(pl.Date).dt.to_string("%Y-%m-%d"),
        pl.col(pl.Datetime).dt.to_string("%Y-%m-%d %H:%M:%S%.6f"),
        selectors.enum().cast(pl.String),
        pl.col(pl.Boolean).cast(pl.Int8),
    )


def connection_changes(connection: Connection) -> int:
    """Rows changed on this SQLite connection so far."""
    return int(_driver(connection).total_changes)


def _copy_in(cursor: Any, table: str, columns: str, frame: pl.DataFrame) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        for rows in slices(frame):
            copy.write(rows.write_csv(include_header=False).encode())


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
