"""Obligations of a whole book judged for a year, against SQL by hand that judges its debits alone."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median
from time import perf_counter

import duckdb
import polars as pl

from benchmarks.books import generated_book
from benchmarks.measuring import REPEAT, Figure
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.obligations.evidence import DEEDS, WORK, Evidence
from policyserve.obligations.occasions import Ground
from policyserve.obligations.owed import owed_of
from policyserve.operations.calendars import calendar_named
from policyserve.standard.parser import default_standard

AS_OF = date(2026, 11, 21)
YEAR = Days(start=date(2026, 1, 1), end=AS_OF)
KNOWN = date(2020, 1, 1)
GOAL = 60.0
"""All nine obligations, with the contracts worked out, over a join of two lists."""

DEBITS = """
SELECT count(*) FILTER (WHERE told), count(*) FILTER (WHERE NOT told) FROM (
    SELECT d.policy_id, d.number, bool_or(e."on" <= d.debit_on + 1) IS TRUE AS told
    FROM debits d LEFT JOIN deeds e ON e.subject_id = d.policy_id AND e.ordinal = d.number
        AND e.service = 'payment-feedback'
    WHERE d.debit_on + 1 >= DATE '2026-01-01' AND d.debit_on + 1 < DATE '2026-11-21'
    GROUP BY d.policy_id, d.number
)
"""


def run(size: int) -> Iterator[Figure]:
    """Judge what a generated book of `size` policies was owed in a year, two debits in three told the day after."""
    book = generated_book(size, AS_OF)
    told = {name: getattr(book, name).with_columns(known_on=pl.lit(KNOWN)) for name in ("customers", "policies")}
    known = Book(**{**vars(book), **told})
    deeds = _deeds(known)
    connection = duckdb.connect()
    connection.register("debits", known.debits.to_arrow())
    connection.register("deeds", deeds.to_arrow())
    turns = [(_ours(known, deeds), _floor(connection)) for _ in range(REPEAT)]
    yield Figure(
        work=f"obligations of a year, all nine, {size:,} policies; floor: its debits alone by SQL",
        goal=GOAL,
        ours=median(mine for mine, _ in turns),
        floor=median(theirs for _, theirs in turns),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _deeds(book: Book) -> pl.DataFrame:
    """Tell the result of two debits in three, one of them a day late."""
    told = book.debits.with_row_index("row").filter(pl.col("row") % 3 < 2)
    words = {"service": "payment-feedback", "subject_kind": "policy", "kind": "text", "channel": "sms"}
    return told.with_columns(
        on=pl.col("debit_on") + pl.duration(days=pl.col("row") % 3 + 1), subject_id="policy_id", ordinal="number",
        number=pl.col("row").cast(pl.Int32), outcome=pl.lit("delivered"), counts=pl.lit(value=True),
        **{name: pl.lit(word) for name, word in words.items()},
    ).select(DEEDS.names()).cast(DEEDS)  # fmt: skip


def _ours(book: Book, deeds: pl.DataFrame) -> float:
    start = perf_counter()
    ground = Ground.of(book, default_standard(), calendar_named("cn"), YEAR, AS_OF)
    owed_of(ground, YEAR, Evidence(deeds=deeds, work=pl.DataFrame(schema=WORK), since=AS_OF - timedelta(days=900)))
    return perf_counter() - start


def _floor(connection: duckdb.DuckDBPyConnection) -> float:
    start = perf_counter()
    connection.execute(DEBITS).fetchall()
    return perf_counter() - start
