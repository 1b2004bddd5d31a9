"""Importing the list of policies against its floor: DuckDB reads the same file, a bare load writes the same rows.

The floor loads the rows that the import has stored, as they stand, into an empty table with the same keys and indexes
and without checks of references: `executemany` on SQLite, COPY on PostgreSQL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import duckdb
from sqlalchemy import Engine

from benchmarks.books import CUSTOMERS_PER_POLICY
from benchmarks.measuring import REPEAT, Figure
from peers import postgres
from policyserve import db
from policyserve.book.list_import import import_list
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.migrations import schema
from policyserve.tables import Policy, table

AS_OF = date(2026, 11, 21)
AT = datetime(2026, 11, 21, tzinfo=UTC)
GOAL = 3.0
COLUMNS = [column.name for column in table(Policy).columns]


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The files to import."""

    folder: Path
    paths: dict[str, Path]
    policies: int


def run(size: int) -> Iterator[Figure]:
    """Measure on SQLite and on PostgreSQL; both sides take turns on databases with agents and customers alone."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        generated = generate(customers=round(size * CUSTOMERS_PER_POLICY), as_of=AS_OF)
        paths = write_lists({kind: generated[kind] for kind in ("agents", "customers", "policies")}, Path(folder))
        lists = Lists(folder=Path(folder), paths=paths, policies=generated["policies"].height)
        del generated
        yield _measured(lists, "SQLite", f"sqlite:///{folder}/book.sqlite3")
        yield _measured(lists, "PostgreSQL", stack.enter_context(postgres.server()))


def _measured(lists: Lists, name: str, url: str) -> Figure:
    engine = db.open_engine(url)
    schema.upgrade(engine)
    for kind in ("agents", "customers"):
        _import(engine, lists, kind)
    ours, floor = [], []
    for _ in range(REPEAT):
        ours.append(_import(engine, lists, "policies"))
        rows = _stored(engine)
        _emptied(engine)
        floor.append(_read_by_duckdb(lists) + _loaded(engine, rows))
        _emptied(engine)
    engine.dispose()
    work = f"import {lists.policies:,} policies, {name}"
    return Figure(work=work, goal=GOAL, ours=median(ours), floor=median(floor), peak=0)


def _import(engine: Engine, lists: Lists, kind: str) -> float:
    start = perf_counter()
    import_list(engine, kind, lists.paths[kind], as_of=AS_OF, at=AT)
    return perf_counter() - start


def _read_by_duckdb(lists: Lists) -> float:
    start = perf_counter()
    duckdb.connect().execute("CREATE TABLE policies AS SELECT * FROM read_csv(?)", [str(lists.paths["policies"])])
    return perf_counter() - start


def _stored(engine: Engine) -> Any:
    """Return the stored rows in the form that the plain driver loads fastest: tuples, or the text of COPY."""
    with db.reading(engine) as connection:
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        if db.is_sqlite(engine):
            return cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM policies").fetchall()
        with cursor.copy(f"COPY policies ({', '.join(COLUMNS)}) TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)


def _loaded(engine: Engine, rows: Any) -> float:
    """Load the rows into the empty table in one transaction."""
    with db.writing(engine, vouched=True) as connection:
        start = perf_counter()
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        if db.is_sqlite(engine):
            marks = ", ".join("?" * len(COLUMNS))
            cursor.executemany(f"INSERT INTO policies ({', '.join(COLUMNS)}) VALUES ({marks})", rows)
        else:
            with cursor.copy(f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                copy.write(rows)
        connection.commit()
        return perf_counter() - start


def _emptied(engine: Engine) -> None:
    with db.writing(engine) as connection:
        if not db.is_sqlite(engine):
            connection.exec_driver_sql("TRUNCATE policies, events CASCADE")
            connection.exec_driver_sql("DROP TABLE IF EXISTS bare")
            connection.exec_driver_sql("CREATE TABLE bare (LIKE policies INCLUDING INDEXES)")
            return
        for table in ("events", "policies"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
