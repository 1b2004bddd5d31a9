"""Release against its floor: reading the same columns and loading the same rows, with nothing in between.

The floor of the first release is a bare read of the book and a bare load of the tasks and transitions that it makes,
into equal tables with the same indexes; that of the next night, with 1 % of the policies changed, a bare read of book
and tasks and a bare write of what changed. Both sides start from copies of one file and take turns.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import polars as pl
from sqlalchemy import Connection, Engine

from benchmarks.measuring import REPEAT, Figure
from benchmarks.random_book import KNOWN_ON, random_book
from benchmarks.reading import QUERIES
from policyserve import db
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.migrations import schema
from policyserve.standard.parser import default_standard
from policyserve.tasks.columns import STORED
from policyserve.tasks.nightly_release import run_release

AS_OF = KNOWN_ON
TOMORROW = AS_OF + timedelta(days=1)
GOAL = 1.5

TASKS = (
    "id, service, subject_kind, subject_id, ordinal, customer_id, policy_id, agent_id, performer, channels, anchor, "
    "nominal, due, earliest, latest, provisional, status, snoozed_to, assigned, release_id"
)
TRANSITIONS = "id, task_id, at, as_of, actor, action, from_status, to_status, reason, arguments"
CHANGES = "transition_id, field, old, new"
STORED_TASKS = f"SELECT {', '.join(name for name in STORED if name != 'by_hand')}, release_id IS NULL FROM tasks"

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a release has written, as plain rows."""

    added: Rows
    moved: Rows
    closed: Rows
    transitions: Rows
    changes: Rows


def run(size: int) -> Iterator[Figure]:
    """Release a random book on SQLite twice: at first, and a day later."""
    with tempfile.TemporaryDirectory() as folder:
        start, scratch = Path(folder) / "book.sqlite3", Path(folder) / "scratch.sqlite3"
        fill(start, size)
        yield measured(f"first release, {size:,} policies, SQLite", start, scratch, AS_OF)
        shutil.move(scratch, start)
        change(start, size)
        yield measured(f"release a night later, {size:,} policies, SQLite", start, scratch, TOMORROW)


def measured(work: str, start: Path, scratch: Path, as_of: date) -> Figure:
    """Let a release and its floor take turns on fresh copies of `start`; a released copy stays in `scratch`."""
    made = made_by(start, scratch, as_of)
    floors, ours = [], []
    for _ in range(REPEAT):
        shutil.copyfile(start, scratch)
        floors.append(seconds(lambda: bare(scratch, as_of, made)))
        shutil.copyfile(start, scratch)
        with opened(scratch) as engine:
            ours.append(seconds(lambda: release(engine, as_of)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Figure(work=work, goal=GOAL, ours=median(ours), floor=median(floors), peak=peak)


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """Open a file, and close it so that it can be copied."""
    engine = db.open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def fill(path: Path, size: int) -> None:
    """Make the schema and a random book."""
    with opened(path) as engine:
        store(engine, size)


def store(engine: Engine, size: int, *, held: int = 500) -> None:
    """Make the schema and a random book in an open database; `held`: policies to an agent."""
    schema.upgrade(engine)
    with db.writing(engine, bulk=True) as connection:
        for table, frame in random_book(size, held=held).items():
            db.insert_frame(connection, table, frame)


def change(path: Path, size: int) -> None:
    """Surrender one policy in two hundred, and let the receipts of as many be signed."""
    ids = pl.select(policy_id=pl.int_range(1, size + 1, 200, dtype=pl.Int32))
    held = pl.Schema({"policy_id": pl.Int32(), "customer_id": pl.Int32()})
    with opened(path) as engine, db.writing(engine, bulk=True) as connection:
        holders = db.read_frame(connection, "SELECT id, customer_id FROM policies", held)
        surrenders = ids.join(holders, on="policy_id").with_columns(
            number=pl.int_range(1, pl.len() + 1), kind=pl.lit("surrender"), occurred_on=TOMORROW, recorded_on=TOMORROW
        )
        db.insert_frame(connection, "events", surrenders)
        signed = ids.select(id=pl.col("policy_id") + 100, receipt_on=pl.lit(TOMORROW))
        db.update_frame(connection, "policies", signed, keys=["id"])


def release(engine: Engine, as_of: date) -> None:
    """Do what is measured."""
    calendar = load_calendar(fixture("calendars", "cn.yaml"))
    with db.writing(engine, bulk=True) as connection:
        run_release(connection, default_standard(), calendar, as_of=as_of, at=datetime.now(UTC))


def made_by(start: Path, scratch: Path, as_of: date) -> Made:
    """Release once and return what that wrote."""
    shutil.copyfile(start, scratch)
    with opened(scratch) as engine:
        with db.reading(engine) as connection:
            task, transition = _newest(connection, "tasks"), _newest(connection, "transitions")
        release(engine, as_of)
        changed = f"id <= {task} AND id IN (SELECT task_id FROM transitions WHERE id > {transition})"
        with db.reading(engine) as connection:
            return Made(
                added=_rows(connection, f"SELECT {TASKS} FROM tasks WHERE id > {task}"),
                moved=_rows(connection, f"SELECT {TASKS} FROM tasks WHERE {changed} AND status = 'open'"),
                closed=_rows(connection, f"SELECT status, id FROM tasks WHERE {changed} AND status <> 'open'"),
                transitions=_rows(connection, f"SELECT {TRANSITIONS} FROM transitions WHERE id > {transition}"),
                changes=_rows(connection, f"SELECT {CHANGES} FROM changes WHERE transition_id > {transition}"),
            )


def _newest(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one())


def _rows(connection: Connection, query: str) -> Rows:
    return [tuple(row) for row in connection.exec_driver_sql(query)]


def bare(path: Path, as_of: date, made: Made) -> None:
    """Read and write the same with the plain driver."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "cache_size=-200000"):
        connection.execute(f"pragma {pragma}")
    for query in (*QUERIES, f"{STORED_TASKS} WHERE status = 'open' OR latest >= '{as_of}'"):
        connection.execute(query).fetchall()
    names = TASKS.split(", ")[1:]
    sets = ", ".join(f"{name} = ?" for name in names)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO releases VALUES (NULL, '2026-01-01', 30, '2026-01-01 00:00:00.000000', 0, 0, 0, 0, 0, 0)"
    )
    connection.executemany(f"INSERT INTO tasks ({TASKS}) VALUES ({', '.join('?' * 20)})", made.added)
    connection.executemany(f"UPDATE tasks SET {sets} WHERE id = ?", [(*row[1:], row[0]) for row in made.moved])
    connection.executemany("UPDATE tasks SET status = ? WHERE id = ?", made.closed)
    connection.executemany(f"INSERT INTO transitions ({TRANSITIONS}) VALUES ({', '.join('?' * 10)})", made.transitions)
    connection.executemany(f"INSERT INTO changes ({CHANGES}) VALUES (?, ?, ?, ?)", made.changes)
    connection.execute("COMMIT")
    connection.close()
