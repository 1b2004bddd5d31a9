"""Figures of service, referrals, add-ons and collection from columns in memory, against SQL by hand over the same."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
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
from policyserve.demo.generating import generate
from policyserve.metrics.add_ons import add_ons, calendar_year
from policyserve.metrics.candidates import CoverRules, candidates
from policyserve.metrics.collected import STEPS, collected_by
from policyserve.metrics.funnel import funnel
from policyserve.metrics.referrals import STAGES, centres_of_influence, referrals
from policyserve.metrics.rules import read_rules
from policyserve.metrics.services import ALLOWED, service_rate
from policyserve.metrics.task_states import TASKS
from policyserve.standard.model import Standard
from policyserve.standard.parsing import default_standard

AS_OF = date(2026, 11, 21)
YEAR = calendar_year(AS_OF.year)
GOAL = 3.0
TASKS_OF_A_YEAR = 1_000_000
FIELDS = ("company", "branch", "team", "agent_no", "level", "service", "message_class")
COUNTS = ("numerator", "denominator", "late", "missed", "open", "pending", "skipped")
Rows = list[tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the figures are asked of."""

    book: Book
    sums: pl.DataFrame
    refusals: pl.DataFrame
    tasks: pl.DataFrame
    standard: Standard
    rules: CoverRules


def run(size: int) -> Iterator[Figure]:
    """Measure a generated book of `size` policies, and a million tasks; both sides must find the same."""
    desk = generated(size)
    connection = prepared(desk)
    in_force, people = _sql("in_force"), _sql("people")
    sized, busy = f"{size:,} policies", f"{TASKS_OF_A_YEAR:,} tasks"
    figures: list[tuple[str, Callable[[], Rows], str]] = [
        (f"service rate by all {len(ALLOWED)} groupings, {busy}", lambda: by_all(desk), _sql("services")),
        (f"premiums collected by agent and month, {sized}", lambda: collected(desk), in_force + _sql("collected")),
        (f"add-ons by agent, {sized}", lambda: added(desk), in_force + _sql("add_ons")),
        (f"add-on candidates, {sized}", lambda: listed(desk), in_force + _sql("candidates")),
        (f"people referred by agent, {sized}", lambda: referred(desk), people + _sql("referrals")),
        (f"funnel by agent and year, {sized}", lambda: staged(desk), people + _sql("funnel")),
        (f"centres of influence, {sized}", lambda: influence(desk), people + _sql("influence")),
    ]
    for work, ours, sql in figures:
        yield _measured(work, ours, lambda sql=sql: _asked(connection, sql))  # type: ignore[misc]


def _sql(name: str) -> str:
    return Path(__file__).with_name(f"figures_{name}.sql").read_text(encoding="utf-8")


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


def by_all(desk: Desk) -> Rows:
    """Count the tasks of the year by every grouping; fields that a grouping does not have are null."""
    ask = (desk.tasks, desk.standard, desk.book.agents, YEAR)
    figures = [service_rate(*ask, by=[name], as_of=AS_OF) for name in ALLOWED]
    return pl.concat(figures, how="diagonal").select(*FIELDS, *COUNTS).rows()


def collected(desk: Desk) -> Rows:
    """Say when the second premiums of the year came in."""
    found = collected_by(desk.book, YEAR, by=["agent"], as_of=AS_OF)
    amounts = [pl.when(pl.col(step) > 0).then(step) for step in STEPS]
    return found.select("agent_no", "month", "currency", "due", *amounts, "due_count").rows()


def added(desk: Desk) -> Rows:
    """Count who bought again in the year."""
    found = add_ons(desk.book, YEAR, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", "single_policy_customers", "bought").rows()


def listed(desk: Desk) -> Rows:
    """Rank everybody who might buy again."""
    found = candidates(desk.book, desk.rules, desk.sums, desk.refusals, as_of=AS_OF)
    return found.select(
        "customer_no", "agent_no", "age", "missing", pl.col("score").round(6, mode="half_away_from_zero")
    ).rows()


def referred(desk: Desk) -> Rows:
    """Count the people referred in the year."""
    found = referrals(desk.book, AS_OF.year, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", "referred", "target").rows()


def staged(desk: Desk) -> Rows:
    """Count how far people came."""
    return funnel(desk.book, by=["agent", "year"], as_of=AS_OF).select("agent_no", "year", *STAGES).rows()


def influence(desk: Desk) -> Rows:
    """Find the hundred largest centres of influence."""
    found = centres_of_influence(desk.book.as_of(AS_OF), 100)
    names = ("policies", "premium", "policies_through", "premium_through")
    return found.select("customer_no", "currency", *names).rows()


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
        tasks=_tasks(TASKS_OF_A_YEAR, [one.code for one in standard.services], book.agents.height),
        standard=standard,
        rules=read_rules(fixture("cover", "cover-cn.yaml"), CoverRules),
    )


def _tasks(count: int, codes: list[str], agents: int) -> pl.DataFrame:
    """Scatter tasks over services, agents and the days of the year and beyond."""
    number = pl.int_range(count, dtype=pl.Int64)

    def scattered(salt: int, below: int) -> pl.Expr:
        return (number * 2_654_435_761 + salt * 40_503).hash(salt) % below

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
    )
    done = pl.when(pl.col("status") == "done").then(pl.col("due") + pl.duration(days="lag"))
    return drawn.with_columns(
        latest=pl.col("due") + timedelta(days=7),
        done_on=done,
        channel=pl.lit("visit"),
        outcome=pl.lit(None, dtype=pl.String),
        satisfaction=pl.lit(None, dtype=pl.Int32),
    ).select(pl.col(name).cast(dtype) for name, dtype in TASKS.items())


def prepared(desk: Desk) -> duckdb.DuckDBPyConnection:
    """Put the same columns into tables in DuckDB's own memory."""
    names = ("agents", "customers", "policies", "premiums", "events", "referrals", "stages")
    frames: dict[str, pl.DataFrame] = {name: getattr(desk.book, name) for name in names}
    frames |= {"sums": desk.sums, "refusals": desk.refusals, "tasks": desk.tasks}
    connection = duckdb.connect()
    for name, frame in (frames | {"services": _services(desk.standard), "needs": _needs(desk.rules)}).items():
        connection.register("incoming", frame.cast({pl.Enum: pl.String}).to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


def _services(standard: Standard) -> pl.DataFrame:
    rows = [(one.code, one.level, one.message_class) for one in standard.services]
    found = pl.DataFrame(rows, schema=["service", "level", "message_class"], orient="row")
    return found.unique("service", keep="first", maintain_order=True)


def _needs(rules: CoverRules) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {**need.model_dump(), "kinds": list(need.kinds), "place": place} for place, need in enumerate(rules.needs)
    ]
    types = dict.fromkeys(("min_age", "max_age", "minimum", "minimum_premiums", "place"), pl.Int64)
    return pl.DataFrame(rows, schema_overrides={**types, "children": pl.Boolean, "gender": pl.String})
