"""What the benchmarks of figures are asked of, and how they measure: columns in memory against SQL over the same."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import duckdb
import polars as pl

from benchmarks.books import CUSTOMERS_PER_POLICY, book_of
from benchmarks.measuring import REPEAT, Figure
from policyserve.book.columns import Book
from policyserve.config import fixture
from policyserve.generated_book.generator import generate
from policyserve.metrics.add_ons.add_ons import calendar_year
from policyserve.metrics.add_ons.candidates import CoverRules
from policyserve.metrics.commission.rates import RateTable, load_rates
from policyserve.metrics.rule_files import read_rules
from policyserve.metrics.services.orphans import hand_overs
from policyserve.metrics.services.task_states import TASKS
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard

AS_OF = date(2026, 11, 21)
YEAR = calendar_year(AS_OF.year)
GOAL = 3.0
TASKS_OF_A_POLICY = 10
Rows = list[tuple[object, ...]]
Asked = tuple[str, Callable[[], Rows], str]
"""The work, how the product does it, and the SQL that finds the same."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the figures are asked of."""

    book: Book
    sums: pl.DataFrame
    refusals: pl.DataFrame
    tasks: pl.DataFrame
    standard: Standard
    rules: CoverRules
    rates: RateTable


def sql(*names: str) -> str:
    """Put a question together: the last file asks, those before it define what it asks of."""
    parts = [Path(__file__).with_name(f"figures_{name}.sql").read_text(encoding="utf-8") for name in names]
    defined = ",\n".join(parts[:-1])
    return f"WITH RECURSIVE {defined}{parts[-1]}" if defined else parts[-1]


def measured(desk: Desk, figures: Iterable[Asked]) -> Iterator[Figure]:
    """Measure each figure; both sides must find the same."""
    connection = prepared(desk)
    for work, ours, question in figures:
        yield _measured(work, ours, lambda question=question: _asked(connection, question))  # type: ignore[misc]


def _measured(work: str, ours: Callable[[], Rows], by_hand: Callable[[], Rows]) -> Figure:
    """Let both sides find the same, then let them take turns."""
    mine, theirs = ours(), by_hand()
    if sorted(map(str, mine)) != sorted(map(str, theirs)):
        raise ArithmeticError(f"The product and the hand-written SQL do not find the same: {work}.")
    if not mine:
        raise ArithmeticError(f"There is nothing to measure: {work}.")
    turns = [(_seconds(ours), _seconds(by_hand)) for _ in range(REPEAT)]
    return Figure(
        work=work,
        goal=GOAL,
        ours=median(turn[0] for turn in turns),
        floor=median(turn[1] for turn in turns),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    """Compute the same with SQL."""
    values = {"as_of": AS_OF, "first": YEAR.start, "last": YEAR.last}
    rows: Rows = connection.execute(sql, {name: day for name, day in values.items() if f"${name}" in sql}).fetchall()
    return rows


def generated(size: int) -> Desk:
    """Generate a book of `size` policies, and a year's tasks of its agents."""
    lists = generate(customers=round(size * CUSTOMERS_PER_POLICY), as_of=AS_OF, seed=7)
    book = book_of(lists, known_on=AS_OF)
    refused = lists["customers"].with_row_index("customer_id", 1).filter(~pl.col("marketing_consent"))
    sums = lists["policies"].with_row_index("policy_id", 1).select("policy_id", pl.col("sum_assured") * 100)
    standard = default_standard()
    return Desk(
        book=book,
        sums=sums.cast({"policy_id": pl.Int32, "sum_assured": pl.Int64}).drop_nulls(),
        refusals=refused.select(pl.col("customer_id").cast(pl.Int32)),
        tasks=_tasks(TASKS_OF_A_POLICY * size, [one.code for one in standard.services], book.agents.height),
        standard=standard,
        rules=read_rules(fixture("cover", "cover-cn.yaml"), CoverRules),
        rates=load_rates(),
    )


def _tasks(count: int, codes: list[str], agents: int) -> pl.DataFrame:
    """Scatter tasks over services, agents and the days of the year and beyond."""
    number = pl.int_range(count, dtype=pl.Int64)

    def scattered(salt: int, below: int) -> pl.Expr:
        return (number * 2_654_435_761 + salt * 40_503).hash(salt) % below

    said = pl.Series([None, "reached", "satisfied", "reached", "no answer", "未接通"], dtype=pl.String)
    states = pl.Series(["open", "done", "done", "done", "done", "done", "skipped", "missed", "cancelled"])
    drawn = pl.select(
        task_id=number.cast(pl.Int32) + 1,
        service=pl.lit(pl.Series(codes)).gather(scattered(1, len(codes))),
        customer_id=pl.lit(1, dtype=pl.Int32),
        policy_id=pl.lit(None, dtype=pl.Int32),
        agent_id=(scattered(2, agents) + 1).cast(pl.Int32),
        performer=pl.when(scattered(3, 10) > 0).then(pl.lit("agent")).otherwise(pl.lit("office")),
        due=pl.lit(YEAR.start) + pl.duration(days=scattered(4, 400)),
        status=pl.lit(states).gather(scattered(5, len(states))),
        lag=scattered(6, 21).cast(pl.Int64) - 7,
        said=pl.lit(said).gather(scattered(7, len(said))),
        liked=scattered(8, 8),
    )
    done = pl.col("status") == "done"
    return drawn.with_columns(
        latest=pl.col("due") + timedelta(days=7),
        done_on=pl.when(done).then(pl.col("due") + pl.duration(days="lag")),
        channel=pl.lit("visit"),
        outcome=pl.when(done).then("said"),
        satisfaction=pl.when(done & pl.col("liked").is_between(1, 5)).then("liked"),
        texted_on=None,
    ).select(pl.col(name).cast(dtype) for name, dtype in TASKS.items())


def prepared(desk: Desk) -> duckdb.DuckDBPyConnection:
    """Put the same columns into tables in DuckDB's own memory."""
    names = ("agents", "customers", "policies", "premiums", "events", "referrals", "stages")
    frames: dict[str, pl.DataFrame] = {name: getattr(desk.book, name) for name in names}
    frames |= {"sums": desk.sums, "refusals": desk.refusals, "tasks": desk.tasks, "rates": desk.rates.lines()}
    connection = duckdb.connect()
    for name, frame in (frames | {"services": _services(desk.standard), "needs": _needs(desk.rules)}).items():
        connection.register("incoming", frame.cast({pl.Enum: pl.String}).to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


def _services(standard: Standard) -> pl.DataFrame:
    visits, notices = hand_overs(standard)
    handed_over = dict.fromkeys(visits, "visit") | dict.fromkeys(notices, "notice")
    rows = [
        (one.code, one.level, one.message_class, one.window.until, handed_over.get(one.code))
        for one in standard.services
    ]
    columns = ("service", "level", "message_class", "until", "hand_over")
    found = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return found.unique("service", keep="first", maintain_order=True)


def _needs(rules: CoverRules) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {**need.model_dump(), "kinds": list(need.kinds), "place": place} for place, need in enumerate(rules.needs)
    ]
    types = dict.fromkeys(("min_age", "max_age", "minimum", "minimum_premiums", "place"), pl.Int64)
    return pl.DataFrame(rows, schema_overrides={**types, "children": pl.Boolean, "gender": pl.String})
