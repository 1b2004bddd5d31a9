"""Persistency of a real book: through import and database with the product, and straight from the file by hand."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import Engine

from books import real_book
from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.list_import import ImportReport, import_list
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.metrics.persistency.persistency import persistency, policies_behind, policy_results
from policyserve.plan.planner import plan
from policyserve.standard.parser import default_standard
from policyserve.tasks.nightly_release import run_release

pytestmark = pytest.mark.skipif(not real_book.FILE.exists(), reason="the real book is not beside the project")
NOW = datetime(2010, 5, 12, 12, tzinfo=UTC)
Figure = tuple[int, int, int, int]


def imported(engine: Engine, folder: Path, kinds: tuple[str, ...]) -> dict[str, ImportReport]:
    files = real_book.write(folder)
    return {kind: import_list(engine, kind, files[kind], as_of=real_book.AS_OF, at=NOW) for kind in kinds}


def source_rows() -> list[dict[str, str]]:
    with real_book.FILE.open(newline="") as file:
        return list(csv.DictReader(file))


def is_bad(row: dict[str, str]) -> bool:
    return Decimal(row["annual_premium"]) <= 0


def by_hand(month: int) -> tuple[dict[str, Figure], Counter[str]]:
    """Work out numerator, denominator and both counts by cohort, and count the policies by state."""
    sums: dict[str, list[int]] = {}
    states: Counter[str] = Counter()
    for row in source_rows():
        if is_bad(row):
            continue
        issued = date.fromisoformat(row["issue_date"])
        due = issued + relativedelta(months=month - 1)
        ended = date.fromisoformat(row["termination_date"]) if row["termination_date"] else date.max
        ended_by_cutoff = ended <= min(due + timedelta(days=60), real_book.AS_OF)
        if ended_by_cutoff and row["termination_cause"] in {"death", "other"}:
            states["excluded"] += 1
        elif due > real_book.AS_OF:
            states["pending"] += 1
        else:
            states["counted"] += 1
            cents, paid = int(Decimal(row["annual_premium"]) * 100), ended > due
            added = (cents if paid else 0, cents, int(paid and not ended_by_cutoff), 1)
            before = sums.get(f"{issued:%Y-%m}", [0, 0, 0, 0])
            sums[f"{issued:%Y-%m}"] = [one + other for one, other in zip(before, added, strict=True)]
    return {cohort: (a, b, c, d) for cohort, (a, b, c, d) in sums.items()}, states


def test_rows_with_no_premium_are_rejected_and_explained(engine: Engine, tmp_path: Path) -> None:
    report = imported(engine, tmp_path, ("agents", "customers", "policies"))["policies"]
    bad = [line for line, row in enumerate(source_rows(), start=2) if is_bad(row)]
    assert (report.rows, report.rejected, report.added) == (14_659, len(bad), 14_659 - len(bad))
    rejected = report.problems.filter(pl.col("severity") == "rejected")
    assert rejected["line"].to_list() == bad
    assert set(rejected["field"]) == {"premium"}
    assert rejected["reason"].str.len_chars().min() > 10  # type: ignore[operator]


def test_persistency_of_every_cohort_is_what_the_file_gives_by_hand(engine: Engine, tmp_path: Path) -> None:
    imported(engine, tmp_path, real_book.LISTS)
    with db.reading(engine) as connection:
        book = load_book(connection)
    for month in (13, 25):
        assert_by_hand(book, month)
    assert_released(engine)


def assert_by_hand(book: Book, month: int) -> None:
    results = policy_results(book, month=month, as_of=real_book.AS_OF)
    figures = persistency(results, by=["cohort"], book=book)
    expected, states = by_hand(month)
    sums = ("numerator", "denominator", "numerator_count", "denominator_count")
    counted = figures.filter(pl.col("denominator_count") > 0)
    assert {row[0]: row[1:] for row in counted.select("cohort", *sums).iter_rows()} == expected
    assert dict(results.policies.group_by("state").len().iter_rows()) == states
    assert set(figures["currency"]) == {"USD"}
    assert sum(figures["pending"]) == states["pending"]
    one = policies_behind(results, group={"cohort": "2005-03"}, book=book)
    assert one["numerator"].sum() == expected["2005-03"][0]


def assert_released(engine: Engine) -> None:
    """The real book is planned and released, and a second release changes nothing."""
    calendar = load_calendar(fixture("calendars", "us.yaml"))
    day = real_book.AS_OF
    year = Days.between(day, day + timedelta(days=364))
    with db.reading(engine) as connection:
        touches = plan(load_book(connection), default_standard(), calendar, year, day)
    reminded = touches.filter(pl.col("service") == "renewal-reminder-d30")["subject"]
    assert set(reminded) == in_force_all_year(year)
    counts = []
    for _ in range(2):
        with db.writing(engine, bulk=True) as connection:
            counts.append(run_release(connection, default_standard(), calendar, as_of=day, at=NOW, days=30))
    first, again = counts
    due = touches.filter(pl.col("due") <= day + timedelta(days=30), pl.col("performer") != "nobody")
    assert first.added == due.height > 1000
    assert (again.added, again.moved, again.cancelled, again.unchanged) == (0, 0, 0, first.added)


def in_force_all_year(year: Days) -> set[str]:
    """Return the good policies that have not ended by the end of observation: each has one reminder a year."""
    return {
        row["policy_no"]
        for row in source_rows()
        if not is_bad(row) and (not row["termination_date"] or date.fromisoformat(row["termination_date"]) > year.start)
    }
