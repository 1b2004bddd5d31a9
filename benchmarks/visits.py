"""Visits and even days: how many before and after, how far over capacity, and how near the result is to its bound.

The bound of each agent that was levelled comes with the result (`levels.bound`), and the least number of visits of each
household is counted again by greedy piercing, in the same run. Nights go by with no new fact: whatever was shown and
stands on another day the next morning has moved.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter

import click
import numpy as np
import polars as pl

from benchmarks.books import generated_book
from benchmarks.measuring import Figure
from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.plan.planner import plan
from policyserve.standard.parser import default_standard
from policyserve.tasks.nightly_release import work_of
from policyserve.visits.days import REACH, Plan, Staff, planned
from policyserve.visits.even_days import Work, overload, visits_of

STARTS = {date(2026, 11, 23): 5.0, date(2027, 1, 4): 10.0}
"""The first day of 30, and the seconds that 5,000 agents may take."""

DAYS, CAPACITY, NIGHTS, FAILS = 30, 6.0, 30, 0.15
DEMO = 5_000
"""Policies of a book as large as the one of the demo: 3,000 customers."""

COLUMNS = ("service", "channels", "customer_id", "agent_id", "performer", "earliest", "due", "latest")
STANDARD = work_of(default_standard())


@dataclass(frozen=True)
class Night:
    """What became of the shown work in one night."""

    shown: int
    moved: int
    frozen: int


def run(size: int) -> Iterator[Figure]:
    """Level both starts on the demo's book and on one of `size` policies; let nights go by on the demo's."""
    for policies in dict.fromkeys((DEMO, size)):
        book = generated_book(policies, min(STARTS))
        for start, seconds in STARTS.items():
            yield from measured(book, start, seconds)
            if policies == DEMO:
                nights(book, start)


def measured(book: Book, start: date, seconds: float) -> Iterator[Figure]:
    """Say what levelling does to the visits of some weeks, by customer and by household."""
    for together in ("customer", "household"):
        rows = touches(book, start, DAYS + REACH, together)
        began = perf_counter()
        found = level(rows, start)
        took = perf_counter() - began
        near = (found.rows["due"] <= start + timedelta(days=DAYS)).to_numpy()
        work, agents = found.work, len(found.agents)
        judged(work, found)
        tell(f"{agents:,} agents from {start} by {together}, {took:.1f} s", near, found)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        name = f"even days from {start} by {together}, {agents:,} agents"
        yield Figure(work=f"{name}: seconds", goal=1, ours=took, floor=seconds, peak=peak)
        values = [(one.value, one.bound) for one in found.even.levelled.values()]
        value, bound = (sum(column) for column in zip(*values, strict=True)) if values else (1.0, 1.0)
        yield Figure(work=f"{name}: value and bound", goal=1.001, ours=value, floor=bound, peak=peak)


def touches(book: Book, start: date, days: int, together: str) -> pl.DataFrame:
    """Plan the work of agents, as a release would hand it on."""
    households = book.customers.select(
        pl.col("customer_id").cast(pl.Int32),
        household=pl.coalesce("family_no", pl.format("c{}", "customer_id"))
        if together == "household"
        else pl.format("c{}", "customer_id"),
    )
    planned_touches = plan(
        book, STANDARD, calendar(), Days.between(start, start + timedelta(days=days)), start, columns=COLUMNS
    )
    work = planned_touches.filter(pl.col("performer").cast(pl.String) == "agent", pl.col("agent_id").is_not_null())
    nothing = pl.lit(None, dtype=pl.Date)
    return work.join(households, on="customer_id", maintain_order="left").with_columns(
        pl.col("service", "channels").cast(pl.String),
        planned_on=nothing,
        snoozed_to=nothing,
        by_hand=pl.lit(value=False),
    )


def level(rows: pl.DataFrame, as_of: date) -> Plan:
    """Choose the days."""
    return planned(rows, STANDARD, calendar(), Staff(CAPACITY), as_of=as_of)


def calendar() -> Calendar:
    """Return the calendar of China."""
    return load_calendar(fixture("calendars", "cn.yaml"))


def tell(what: str, near: np.ndarray, found: Plan) -> None:
    """Print visits and overload of the first weeks, as due, joined and levelled."""
    work = found.work.at(np.flatnonzero(near[found.rows["planned_on"].is_not_null().to_numpy()]))
    stages = {"as due": found.work.ideal, "joined": found.even.joined, "levelled": found.even.day}
    click.echo(what)
    for name, days in stages.items():
        own = days[near[found.rows["planned_on"].is_not_null().to_numpy()]]
        visits = visits_of(work, own)
        over = overload(work, own, np.full(len(found.agents), CAPACITY))
        most = np.bincount(visits.agent * 1000 + visits.day, weights=visits.effort).max()
        click.echo(
            f"  {name:9} {int((visits.effort >= 1).sum()):>9,} visits {over.sum():>10,.0f} over {most:>6,.1f} most"
        )


def judged(work: Work, found: Plan) -> None:
    """Count the least visits of each household again; raise where there are more, or work left its window."""
    together = work.at(np.flatnonzero(~work.alone))
    own = found.even.joined[~work.alone]
    rows = pl.DataFrame(
        {"agent": together.agent, "house": together.household, "low": together.low, "high": together.high}
    )
    least = 0
    for _, door in rows.sort("high").group_by("agent", "house", maintain_order=True):
        last = -1
        for low, high in door.select("low", "high").iter_rows():
            if low > last:
                least, last = least + 1, high
    if len(visits_of(together, own).day) != least:
        raise AssertionError(f"{len(visits_of(together, own).day):,} visits where {least:,} would do")
    if not ((work.low <= found.even.day) & (found.even.day <= work.high)).all():
        raise AssertionError("work left its window")


def nights(book: Book, start: date) -> None:
    """Let nights go by: work is done on its day or fails; print what moved, and what was missed with and without."""
    rows = touches(book, start, DAYS + NIGHTS + REACH, "household").with_row_index("row")
    draws = np.random.default_rng(1).random((rows.height, NIGHTS + 400)) < FAILS
    workdays = set(calendar().days(Days.between(start, start + timedelta(days=NIGHTS))).filter("workday")["day"])
    seen: list[Night] = []
    missed = [_missed(rows, draws, start, workdays, seen if levelled else None) for levelled in (True, False)]
    shares = [100 * one.moved / max(one.shown, 1) for one in seen]
    frozen = sum(one.frozen for one in seen)
    click.echo(
        f"  {NIGHTS} nights: at most {max(shares):.2f} %, on average {np.mean(shares):.3f} % of what was shown moved, "
        f"{frozen} in frozen days; missed {missed[0]:,} levelled, {missed[1]:,} as due"
    )


def _missed(rows: pl.DataFrame, draws: np.ndarray, start: date, workdays: set[date], seen: list[Night] | None) -> int:
    """Count the work whose window ended without it; `seen` takes what moved, None is without levelling."""
    tries, missed = np.zeros(rows.height, dtype=int), 0
    for night in range(NIGHTS + 1):
        today = start + timedelta(days=night)
        task = pl.col("due") <= today + timedelta(days=DAYS)
        if seen is not None:
            near = rows.filter(pl.col("due") <= today + timedelta(days=DAYS + REACH))
            found = level(near, today).rows.filter(task)
            shown = found.filter(pl.col("before").is_not_null())
            moves = shown.filter(pl.col("planned_on") != pl.col("before"))
            near_days = sorted(day for day in workdays if day >= today)[:3]
            frozen = moves.filter(pl.col("before").is_in(near_days)).height
            seen.append(Night(shown.height, moves.height, frozen))
            days = found.select("row", new="planned_on")
            rows = rows.join(days, on="row", how="left", maintain_order="left")
            rows = rows.with_columns(planned_on=pl.coalesce("new", "planned_on")).drop("new")
        if today not in workdays:
            continue
        tried = rows.filter(pl.coalesce("planned_on", "due") <= today, task)
        places = tried["row"].to_numpy()
        fails = draws[places, tries[places]]
        tries[places] += 1
        lost = tried.filter(pl.Series(fails), pl.col("latest") <= today)
        missed += lost.height
        over = pl.concat([tried.filter(pl.Series(~fails)), lost])
        rows = rows.join(over.select("row"), on="row", how="anti", maintain_order="left")
    return missed
