"""The report of 20,000 policies: against the bare figures it shows, and against ten seconds.

The floor reads the same book and works out every figure of the report once, and writes nothing. The book is that of the
demo with the work of three years on record (see `past_work`), taken in outside the time measured. What is left of the
time is drawing, typesetting, the font and the sheets.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import past_work
from benchmarks.books import CUSTOMERS_PER_POLICY
from benchmarks.measuring import Figure, compare
from policyserve import db
from policyserve.book.list_import import import_list
from policyserve.book.lists import KINDS
from policyserve.config import fixture
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.metrics.add_ons.add_ons import add_ons, calendar_year
from policyserve.metrics.add_ons.candidates import CoverRules, candidates
from policyserve.metrics.forecast.forecast import forecast, forecast_policies
from policyserve.metrics.forecast.survival import survival
from policyserve.metrics.persistency.persistency import persistency, policy_results
from policyserve.metrics.profiles.profile import MONTHS
from policyserve.metrics.referrals.referrals import referrals
from policyserve.metrics.referrals.tree import centres_of_influence
from policyserve.metrics.rule_files import read_rules
from policyserve.metrics.services.service_rate import service_rate
from policyserve.operations.database import open_database
from policyserve.reporting.files import write_report
from policyserve.reporting.material import read_material

AS_OF = date(2026, 11, 22)
MOST = 20_000
"""Policies of a branch."""

GOAL, SECONDS = 3.0, 10.0


def run(size: int) -> Iterator[Figure]:
    """Report on at most 20,000 policies on SQLite."""
    policies = min(size, MOST)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'book.sqlite3'}"
        fill(url, policies, Path(folder))
        work = f"report on {policies:,} policies: page, print and sheets, SQLite"
        measured = compare(work, GOAL, ours, floor, url)
    yield measured
    yield replace(measured, work=f"the same, of {SECONDS:.0f} seconds", goal=1.0, floor=SECONDS)


def fill(url: str, policies: int, folder: Path) -> None:
    """Take the lists of a generated book in, and the work of its agents."""
    write_lists(generate(customers=round(policies * CUSTOMERS_PER_POLICY), as_of=AS_OF), folder)
    engine = open_database(url)
    for kind in KINDS:
        import_list(engine, kind, folder / f"{kind}.csv", as_of=AS_OF, at=datetime.now(UTC))
    with db.writing(engine, bulk=True) as connection:
        past_work.record(connection, AS_OF)
    engine.dispose()


def ours(url: str) -> object:
    """Write the report."""
    engine = open_database(url)
    with db.reading(engine) as connection:
        material = read_material(connection, as_of=AS_OF, language="zh")
    with tempfile.TemporaryDirectory() as folder:
        return write_report(material, Path(folder))


def floor(url: str) -> object:
    """Work out what it shows, once each."""
    engine = open_database(url)
    with db.reading(engine) as connection:  # reads the book, the tasks, and works out the gap
        read = read_material(connection, as_of=AS_OF, language="zh")
    book, days, staff = read.book, read.question.served, read.book.agents
    kept = [policy_results(book, month=month, as_of=AS_OF) for month in MONTHS]
    expected = forecast_policies(book, as_of=AS_OF)
    rules = read_rules(fixture("cover", "cover-cn.yaml"), CoverRules)
    return [
        *(persistency(results, by=["year"], book=book) for results in kept),
        *(persistency(kept[0], by=by, book=book) for by in (["cohort"], ["branch"], ["team"], ["team", "cohort"])),
        forecast(expected, book=book),
        survival(book, as_of=AS_OF),
        centres_of_influence(book.as_of(AS_OF)),
        candidates(book, rules, read.sums, read.refusals, language="zh", as_of=AS_OF),
        *(add_ons(book, calendar_year(AS_OF.year), by=[part], as_of=AS_OF) for part in ("branch", "team")),
        *(referrals(book, AS_OF.year, by=[part], as_of=AS_OF) for part in ("branch", "team")),
        *(
            service_rate(read.work.tasks, read.work.standard, staff, days, by=[part], as_of=AS_OF)
            for part in ("level", "branch", "team")
        ),
    ]
