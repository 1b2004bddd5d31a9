"""Persistency from columns in memory, against hand-written SQL over the same columns in memory.

Once by cohort, and once by every grouping there is at once.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import duckdb
import polars as pl

from benchmarks.books import generated_book
from benchmarks.measuring import REPEAT, Figure
from policyserve.book.columns import Book
from policyserve.metrics.groupings import FIELDS
from policyserve.metrics.persistency.persistency import persistency, policy_results

AS_OF = date(2026, 11, 21)
GOAL = 3.0
SUMS = ("numerator", "denominator", "numerator_count", "denominator_count")
ALL = (
    "company",
    "branch",
    "team",
    "agent_no",
    "serving_agent_no",
    "product",
    "channel",
    "mode",
    "cohort",
    "year",
    "orphan",
)
Rows = list[tuple[object, ...]]


def _sql(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


COUNTED = f"WITH counted AS MATERIALIZED ({_sql('persistency.sql')})\n"
BY_COHORT = COUNTED + _sql("persistency_by_cohort.sql")
BY_ALL = COUNTED + _sql("persistency_by_all.sql")


def run(size: int) -> Iterator[Figure]:
    """Measure a generated book of `size` policies and 3.4 instalments for each; both sides must find the same."""
    book = generated_book(size, AS_OF)
    connection = prepared(book)
    sized = f"{size:,} policies, {book.premiums.height:,} instalments"
    yield _measured(
        f"persistency of all cohorts, {sized}", lambda: by_cohort(book), lambda: _asked(connection, BY_COHORT)
    )
    yield _measured(
        f"persistency by all {len(FIELDS)} groupings at once, {sized}",
        lambda: by_all(book),
        lambda: _asked(connection, BY_ALL),
    )


def _measured(work: str, ours: Callable[[], Rows], by_hand: Callable[[], Rows]) -> Figure:
    """Let both sides find the same, then let them take turns."""
    if sorted(map(str, ours())) != sorted(map(str, by_hand())):
        raise ArithmeticError("The product and the hand-written SQL do not find the same persistency.")
    turns = [(_seconds(ours), _seconds(by_hand)) for _ in range(REPEAT)]
    return Figure(
        work=work,
        goal=GOAL,
        ours=median(turn[0] for turn in turns),
        floor=median(turn[1] for turn in turns),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def by_cohort(book: Book) -> Rows:
    """Compute month 13 of all cohorts with the product."""
    figures = persistency(policy_results(book, as_of=AS_OF), by=["cohort"], book=book)
    return figures.filter(pl.col("denominator_count") > 0).select("cohort", "currency", *SUMS).rows()


def by_all(book: Book) -> Rows:
    """Judge once and add up by every grouping; fields that a grouping does not have are null."""
    results = policy_results(book, as_of=AS_OF)
    figures = [persistency(results, by=[name], book=book).cast({pl.Enum: pl.String}) for name in FIELDS]
    rows = pl.concat(figures, how="diagonal").filter(pl.col("denominator_count") > 0)
    return rows.select(*ALL, "currency", *SUMS).rows()


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    """Compute the same with SQL."""
    rows: Rows = connection.execute(sql, {"as_of": AS_OF}).fetchall()
    return rows


def prepared(book: Book) -> duckdb.DuckDBPyConnection:
    """Put the book's columns into tables in DuckDB's own memory."""
    connection = duckdb.connect()
    for name in ("agents", "policies", "premiums", "events"):
        frame: pl.DataFrame = getattr(book, name)
        connection.register("incoming", frame.cast({pl.Enum: pl.String}).to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
