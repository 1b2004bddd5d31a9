"""Persistency of all cohorts from columns in memory, against hand-written SQL over the same columns in memory."""

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
from policyserve.metrics.persistency import persistency, policy_results

AS_OF = date(2026, 11, 21)
GOAL = 3.0
SQL = Path(__file__).with_name("persistency.sql").read_text(encoding="utf-8")
FIGURES = ("cohort", "currency", "numerator", "denominator", "numerator_count", "denominator_count")


def run(size: int) -> Iterator[Figure]:
    """Measure a generated book of `size` policies and 3.4 instalments for each; both sides must find the same."""
    book = generated_book(size, AS_OF)
    connection = prepared(book)
    mine = ours(book)
    if by_hand(connection) != mine.rows():
        raise ArithmeticError("The product and the hand-written SQL do not find the same persistency.")
    turns = [(_seconds(lambda: ours(book)), _seconds(lambda: by_hand(connection))) for _ in range(REPEAT)]
    yield Figure(
        work=f"persistency of {mine.height} cohorts, {size:,} policies, {book.premiums.height:,} instalments",
        goal=GOAL,
        ours=median(turn[0] for turn in turns),
        floor=median(turn[1] for turn in turns),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def ours(book: Book) -> pl.DataFrame:
    """Compute month 13 of all cohorts with the product."""
    figures = persistency(policy_results(book, as_of=AS_OF), by=["cohort"], book=book)
    return figures.filter(pl.col("denominator_count") > 0).select(FIGURES)


def by_hand(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Compute the same with SQL."""
    rows: list[tuple[object, ...]] = connection.execute(SQL, {"as_of": AS_OF}).fetchall()
    return rows


def prepared(book: Book) -> duckdb.DuckDBPyConnection:
    """Put the book's columns into tables in DuckDB's own memory."""
    connection = duckdb.connect()
    for name in ("policies", "premiums", "events"):
        frame: pl.DataFrame = getattr(book, name)
        connection.register("incoming", frame.cast({pl.Enum: pl.String}).to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
