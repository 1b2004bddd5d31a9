"""Planning 13 months of the whole default standard, against hand-written SQL for its ten heaviest services."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.plan.planner import CONTRACT, plan
from policyserve.standard.parsing import default_standard

AS_OF = date(2026, 11, 21)
WINDOW = Days(start=AS_OF, end=date(2027, 12, 21))
SQL = Path(__file__).with_name("planning.sql").read_text()
HEAVIEST = (
    "good-news", "event-invitation", "renewal-reminder-d3", "renewal-reminder-d30", "renewal-reminder-d7",
    "renewal-reminder-d1", "renewal-reminder-d90", "birthday-greeting", "policy-review", "data-check",
)  # fmt: skip


def touches(book: Book, calendar: Calendar) -> pl.DataFrame:
    """Plan with the product."""
    return plan(book, default_standard(), calendar, WINDOW, AS_OF, columns=CONTRACT)


def by_hand(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Plan the heaviest services with SQL, into a table in memory."""
    days = calendar.days(WINDOW)
    unpublished = days.filter(~pl.col("published"))["day"].min() or date(9999, 12, 31)
    values = {"as_of": AS_OF, "first": WINDOW.start, "last": WINDOW.last, "unpublished": unpublished}
    connection.execute(SQL, values)


def prepared(book: Book, calendar: Calendar) -> duckdb.DuckDBPyConnection:
    """Put the book's columns into tables in DuckDB's own memory."""
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    for name in ("service", "subject_kind", "performer", "channels"):
        connection.execute(f"CREATE TYPE {name} AS ENUM ({', '.join(repr(value) for value in _values(name))})")
    frames: dict[str, Any] = {
        name: getattr(book, name) for name in ("agents", "customers", "policies", "premiums", "events")
    }
    frames |= {"days": _days(calendar), "lunar": _lunar(book, calendar)}
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


def _days(calendar: Calendar) -> pl.DataFrame:
    days = calendar.days(WINDOW.widened(before=60, after=60))
    working = pl.when(pl.col("workday")).then("day")
    return days.select("day", previous=working.forward_fill(), next=working.backward_fill())


def _lunar(book: Book, calendar: Calendar) -> pl.DataFrame:
    """Return when each lunar birthday of the book is celebrated: worked out beforehand, in favour of the floor."""
    table = calendar.lunar_birthdays(WINDOW)
    own = book.customers.select("lunar_birthday").drop_nulls().unique()
    known = own.with_columns(lunar_parts(pl.col("lunar_birthday"))).join(table, on=["lunar_month", "lunar_day", "leap"])
    return known.select("birth_year", "lunar_year", lunar_day=pl.col("lunar_birthday").str.slice(4), day="on")
