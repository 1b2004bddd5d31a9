"""Planning 13 months of the whole default standard, against hand-written SQL for its ten heaviest services."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from benchmarks.books import generated_book, save_book, saved_book
from benchmarks.measuring import Figure, compare
from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.calendars.lunar_birthdays import lunar_parts
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.plan.planner import CONTRACT, plan
from policyserve.plan.recurrences import own_days
from policyserve.standard.parser import default_standard

AS_OF = date(2026, 11, 21)
GOAL = 1.2
WINDOW = Days(start=AS_OF, end=date(2027, 12, 21))
SQL = Path(__file__).with_name("planning.sql").read_text()
HEAVIEST = (
    "good-news", "event-invitation", "renewal-reminder-d3", "renewal-reminder-d30", "renewal-reminder-d7",
    "renewal-reminder-d1", "renewal-reminder-d90", "birthday-greeting", "policy-review", "data-check",
)  # fmt: skip


def run(size: int) -> Iterator[Figure]:
    """Measure both on one generated book; raise where the counts of the heaviest services differ."""
    with tempfile.TemporaryDirectory() as folder:
        save_book(generated_book(size, AS_OF), Path(folder))
        _agree(folder)
        work = f"plan 13 months, whole standard, {size:,} policies"
        yield compare(work, GOAL, touches, by_hand, folder, prepare=(saved_book, prepared))


def _agree(folder: str) -> None:
    connection = prepared(folder)
    by_hand(connection)
    counted = connection.execute("SELECT service::VARCHAR, count(*) FROM touches GROUP BY 1").fetchall()
    planned = touches(saved_book(folder)).group_by(pl.col("service").cast(pl.String)).len().rows()
    if {*counted} != {row for row in planned if row[0] in HEAVIEST}:
        raise AssertionError(f"the planner and the SQL count differently: {sorted({*counted} ^ {*planned})}")


def touches(book: Book) -> pl.DataFrame:
    """Plan with the product."""
    return plan(book, default_standard(), calendar(), WINDOW, AS_OF, columns=CONTRACT)


def by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    """Plan the heaviest services with SQL, into a table in memory."""
    days = calendar().days(WINDOW)
    unpublished = days.filter(~pl.col("published"))["day"].min() or date(9999, 12, 31)
    values = {"as_of": AS_OF, "first": WINDOW.start, "last": WINDOW.last, "unpublished": unpublished}
    connection.execute(SQL, values)


def calendar() -> Calendar:
    """Return the calendar of China."""
    return load_calendar(fixture("calendars", "cn.yaml"))


def prepared(folder: str) -> duckdb.DuckDBPyConnection:
    """Put the book's columns into tables in DuckDB's own memory."""
    book = saved_book(folder)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    for name in ("service", "subject_kind", "performer", "channels"):
        connection.execute(f"CREATE TYPE {name} AS ENUM ({', '.join(repr(value) for value in _values(name))})")
    frames: dict[str, Any] = {
        name: getattr(book, name) for name in ("agents", "customers", "policies", "premiums", "events")
    }
    own = own_days(book.customers["customer_no"], 30)  # worked out beforehand, in favour of the floor
    frames |= {"days": _days(), "lunar": _lunar(book), "customers": book.customers.with_columns(own)}
    for name, frame in frames.items():
        plain = frame.with_columns(
            pl.col(column).cast(pl.String) for column, kind in frame.schema.items() if isinstance(kind, pl.Enum)
        )
        connection.register("incoming", plain.to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


def _values(name: str) -> list[str]:
    fixed = {"subject_kind": ["policy", "customer"], "performer": ["agent", "office", "nobody"]}
    return fixed.get(name) or {"service": list(HEAVIEST), "channels": ["sms", "visit", "visit+sms"]}[name]


def _days() -> pl.DataFrame:
    days = calendar().days(WINDOW.widened(before=60, after=60))
    working = pl.when(pl.col("workday")).then("day")
    return days.select("day", previous=working.forward_fill(), next=working.backward_fill())


def _lunar(book: Book) -> pl.DataFrame:
    """Return when each lunar birthday of the book is celebrated: worked out beforehand, in favour of the floor."""
    table = calendar().lunar_birthdays(WINDOW)
    own = book.customers.select("lunar_birthday").drop_nulls().unique()
    known = own.with_columns(lunar_parts(pl.col("lunar_birthday"))).join(table, on=["lunar_month", "lunar_day", "leap"])
    return known.select("birth_year", "lunar_year", lunar_day=pl.col("lunar_birthday").str.slice(4), day="on")
