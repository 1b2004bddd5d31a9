"""No figure of a day changes by what becomes known after it."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import later_facts
from desks import later_work
from policyserve.book.columns import Book
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.metrics import groupings
from policyserve.metrics.add_ons.add_ons import add_ons, calendar_year, customers_behind
from policyserve.metrics.add_ons.candidates import CoverRules, candidates
from policyserve.metrics.collection.collection import ALLOWED as OF_INSTALMENTS
from policyserve.metrics.collection.collection import collection
from policyserve.metrics.collection.steps import collected_behind, collected_by
from policyserve.metrics.referrals.funnel import funnel, open_leads, people_behind
from policyserve.metrics.referrals.points import Rates, facts
from policyserve.metrics.referrals.referrals import referrals
from policyserve.metrics.referrals.tree import centres_of_influence, referral_tree
from policyserve.metrics.rule_files import read_rules
from policyserve.metrics.services.callback_rate import callbacks
from policyserve.metrics.services.orphans import orphan_service
from policyserve.metrics.services.service_rate import ALLOWED, satisfaction, service_rate
from policyserve.metrics.services.task_states import Past, as_they_stood
from policyserve.standard.parser import default_standard

STANDARD = default_standard()
COVER = read_rules(fixture("cover", "cover-cn.yaml"), CoverRules)
RATES = read_rules(fixture("points", "points-cn.yaml"), Rates)
NO_SUMS = pl.DataFrame(schema={"policy_id": pl.Int32, "sum_assured": pl.Int64})
NOBODY = pl.DataFrame(schema={"customer_id": pl.Int32})
AS_OF = st.sampled_from([date(2026, 11, 21), date(2026, 12, 31), date(2024, 2, 29), date(2026, 1, 1)])
RUNS = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def figures_of_the_book(book: Book, day: date) -> dict[str, pl.DataFrame]:
    """Ask every figure that comes out of the book."""
    known = book.as_of(day)
    dues = Days.between(date(day.year - 1, 1, 1), date(day.year, 12, 31))
    of_agents = ["agent", "team"]
    return {
        **{f"referrals {by}": referrals(book, day.year, by=[by], as_of=day) for by in groupings.OF_AGENTS},
        **{f"add-ons {by}": add_ons(book, calendar_year(day.year), by=[by], as_of=day) for by in groupings.OF_AGENTS},
        **{f"funnel {by}": funnel(book, by=[by, "year"], as_of=day) for by in groupings.OF_AGENTS},
        "leads": open_leads(book, as_of=day),
        "people": people_behind(book, day.year, by=["team"], as_of=day),
        "customers": customers_behind(book, calendar_year(day.year), by=["team"], as_of=day),
        "premiums": collected_behind(book, dues, policy_year=None, by=OF_INSTALMENTS, as_of=day),
        "collected": collected_by(book, dues, policy_year=None, by=OF_INSTALMENTS, as_of=day),
        "collection": collection(book, dues, policy_year=None, by=of_agents, as_of=day),
        "candidates": candidates(book, COVER, NO_SUMS, NOBODY, as_of=day),
        "influence": centres_of_influence(known),
        "tree": referral_tree(known, book.customers["customer_no"][0]),
        "points": facts(book, RATES, as_of=day).sort(pl.all()),
    }


def figures_of_tasks(desk: later_work.Desk, book: Book, day: date) -> dict[str, pl.DataFrame]:
    """Ask every figure that comes out of tasks."""
    days = Days.between(date(day.year, 1, 1), day)
    tasks = as_they_stood(desk.tasks, Past(statuses=desk.statuses, changes=desk.changes), day)
    return {
        "services": service_rate(tasks, STANDARD, book.agents, days, by=ALLOWED, as_of=day),
        "callbacks": callbacks(tasks, STANDARD, book.agents, days, by=["agent"], as_of=day),
        "satisfaction": satisfaction(tasks, STANDARD, book.agents, days, by=["service"]),
        "orphans": orphan_service(book, tasks, STANDARD, days, by=["agent"], as_of=day),
    }


def differing(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> list[str]:
    """Name the figures that are not the same, with both."""
    return [f"{name}\n{before[name]}\n{after[name]}" for name in before if not before[name].equals(after[name])]


@pytest.mark.slow
@RUNS
@given(st.data(), AS_OF)
def test_no_figure_of_a_book_changes_by_facts_of_later_days(data: st.DataObject, day: date) -> None:
    book = data.draw(later_facts.books(day))
    later = data.draw(later_facts.learnt(book, day))
    assert differing(figures_of_the_book(book, day), figures_of_the_book(later, day)) == []


@pytest.mark.slow
@RUNS
@given(st.data(), AS_OF)
def test_no_figure_of_tasks_changes_by_work_of_later_days(data: st.DataObject, day: date) -> None:
    book, desk = data.draw(later_facts.books(day)), data.draw(later_work.desks(day))
    later, worked = data.draw(later_facts.learnt(book, day)), data.draw(later_work.worked(desk, day))
    assert differing(figures_of_tasks(desk, book, day), figures_of_tasks(worked, later, day)) == []
