"""The database: connections, transactions, bulk in and bulk out; the one place that knows two dialects.

SQLite runs in WAL mode through Python's own sqlite3 alone: a second SQLite library in the process would corrupt the
file. PostgreSQL runs through psycopg. A write transaction takes the write lock when it begins (BEGIN IMMEDIATE, or an
advisory lock for bulk work), so that two of them follow each other instead of failing half-way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import polars as pl
from polars import selectors
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from policyserve.errors import PolicyserveError
from policyserve.faults import explained

BUSY_SECONDS = 30.0
"""How long a writer waits for another one."""

BULK_LOCK = 7_202_601
"""The PostgreSQL advisory lock that imports and releases take."""

CHUNK = 50_000
"""Rows that pass through Python at once."""

PAGE = 200_000
"""How many keys one piece of a long reading spans."""

_INSTANT = "%Y-%m-%d %H:%M:%S%.6f"

_NULL = "\x01"
"""What stands for no text while SQLite prints rows."""


def open_engine(url: str) -> Engine:
    """Open the database at `url` (sqlite or postgresql); a missing SQLite folder is made.

    Raises PolicyserveError for a URL of another kind. Parameters never show in errors: they hold personal data.
    """
    try:
        parsed = make_url(url if url.isprintable() else "")
    except (ArgumentError, ValueError) as error:
        raise PolicyserveError(
            "The database URL cannot be read; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:" and not parsed.database.startswith("file:"):
            _make_folder(Path(parsed.database).parent)
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    raise PolicyserveError(
        "The database '{backend}' is not known; use sqlite:///FILE or postgresql://USER@HOST/NAME.", backend=backend
    )


def missing_file(url: str) -> str | None:
    """Return the path of the SQLite file that `url` names if it is not there yet."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    path = parsed.database
    is_file = parsed.get_backend_name() == "sqlite" and path and path != ":memory:"
    return path if is_file and path and not Path(path).exists() else None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no name of a folder"
        raise PolicyserveError(
            "The folder {folder!r} of the database cannot be made: {reason}. Name another file with --db.",
            folder=str(folder),
            reason=reason,
        ) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event begins transactions, see below
    if connection.execute("pragma journal_mode").fetchone() != ("wal",):
        connection.execute("pragma journal_mode=wal")
    for pragma in ("synchronous=normal", "foreign_keys=on", "cache_size=-200000"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one consistent view of the database.

    Raises PolicyserveError where the database cannot be reached or read.
    """
    options = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with (
        explained(engine.url, BUSY_SECONDS),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def writing(
    engine: Engine, *, bulk: bool = False, vouched: bool = False, durable: bool = False
) -> Iterator[Connection]:
    """Open one transaction that writes: all of it or nothing. `bulk` work is done by one process at a time.

    `vouched`: the caller has resolved every reference in this transaction, so SQLite need not look each one up again,
    which costs half as much as the insert itself. `durable`: it must survive a power cut, not only a crash; without it
    SQLite may lose the last transactions then, whole.
    Raises DatabaseBusyError where another writer does not end in time, PolicyserveError where the database cannot be
    reached or written.
    """
    with (
        explained(engine.url, BUSY_SECONDS),
        engine.connect().execution_options(writes=True) as connection,
        _pragma(connection, "foreign_keys", "off", "on") if vouched and is_sqlite(engine) else nullcontext(),
        _pragma(connection, "synchronous", "full", "normal") if durable and is_sqlite(engine) else nullcontext(),
        connection.begin(),
    ):
        if not is_sqlite(connection):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(BUSY_SECONDS * 1000)}ms'")
            if bulk:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({BULK_LOCK})")
        yield connection


@contextmanager
def _pragma(connection: Connection, name: str, value: str, usual: str) -> Iterator[None]:
    """Set a pragma of SQLite for the time of a `with` block that holds a whole transaction."""
    _driver(connection).execute(f"pragma {name}={value}")
    try:
        yield
    finally:
        _driver(connection).execute(f"pragma {name}={usual}")


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the database is SQLite."""
    return bind.dialect.name == "sqlite"


def read_frame(connection: Connection, query: str, schema: pl.Schema, *, page_by: str | None = None) -> pl.DataFrame:
    """Run `query` (its columns in the order of `schema`, without semicolon) and return its rows in columns.

    Both databases print the rows as text themselves and Polars parses it, faster than a Python object for every value.
    Columns may be integers, text, dates, booleans and enumerations. What is longer than some 10 million rows is read in
    pieces by `page_by`, an integer column of `schema` with an index; the text of one piece must stay below 1 GB.
    """
    lines = _sqlite_lines(schema) if is_sqlite(connection) else _postgres_lines()
    source = f"WITH t({_names(schema)}) AS NOT MATERIALIZED ({query})"
    frames = [
        _parse(text, schema, backslashes=not is_sqlite(connection))
        for where in _pages(connection, source, page_by)
        if (text := _fetch(connection, f"{source} {lines.format(where=where)}")[0])
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _pages(connection: Connection, source: str, page_by: str | None) -> Iterator[str]:
    if page_by is None:
        yield ""
        return
    ends = ", ".join(f'(SELECT {end}("{page_by}") FROM t)' for end in ("min", "max"))  # one index look-up each
    first, last = _fetch(connection, f"{source} SELECT {ends}")
    for start in range(first, last + 1, PAGE) if first is not None else ():
        yield f'WHERE "{page_by}" >= {start} AND "{page_by}" < {start + PAGE}'


def _fetch(connection: Connection, sql: str) -> Any:
    """Return the first row; the driver's own cursor leaves % and : in the query alone."""
    cursor = _driver(connection).cursor() if is_sqlite(connection) else _driver(connection).cursor(binary=True)
    return cursor.execute(sql).fetchone()


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


def insert_frame(connection: Connection, table: str, frame: pl.DataFrame, *, conflict: str = "") -> int:
    """Insert every row of `frame`, whose columns are named as those of `table`; return how many went in.

    `conflict`: an ON CONFLICT clause; then rows go through a temporary table on PostgreSQL.
    """
    if frame.is_empty():
        return 0
    if is_sqlite(connection):
        marks = ", ".join("?" * frame.width)
        return _execute_many(
            connection, f'INSERT INTO "{table}" ({_names(frame.columns)}) VALUES ({marks}) {conflict}', frame
        )
    cursor = _driver(connection).cursor()
    if not conflict:
        _copy_in(cursor, table, frame)
        return frame.height
    columns = _names(frame.columns)
    with _incoming(cursor, table, frame) as renamed:
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {_names(renamed)} FROM incoming {conflict}')
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
    cursor = _driver(connection).cursor()
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
    columns = _names(keys.columns)
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
    return int(_driver(connection).total_changes)


def _execute_many(connection: Connection, sql: str, frame: pl.DataFrame) -> int:
    """Run `sql` once for each row on SQLite and return how many rows of the database were changed."""
    cursor = _driver(connection).cursor()
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
    with cursor.copy(f'COPY "{table}" ({_names(frame.columns)}) FROM STDIN (FORMAT csv)') as copy:
        for part in slices(frame):
            copy.write(part.write_csv(include_header=False).encode())


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
