"""Orphan policies of random books, judged one policy at a time, on a day and after what becomes known later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import later_facts
from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.metrics.groupings import OF_AGENTS, fields_of
from policyserve.metrics.services.orphans import orphan_service, orphans_behind
from policyserve.metrics.services.task_states import TASKS
from policyserve.standard.parser import default_standard
from slow import services

STANDARD = default_standard()
AS_OF = st.sampled_from([date(2026, 11, 21), date(2024, 2, 29), date(2026, 1, 1)])
NO_TASKS = pl.DataFrame(schema=TASKS)
GROUPINGS = (*((by,) for by in OF_AGENTS), ("team", "agent"), ())
NAMES = ("orphan_policies", "unassigned")
RUNS = settings(
    max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def branches(draw: st.DrawFn, day: date) -> Book:
    """Draw a book with facts of later days, in which agents write, move and leave at any time."""
    book = draw(later_facts.learnt(draw(later_facts.books(day)), day))
    numbers = list(later_facts.NUMBERS)
    near = st.sampled_from([day - timedelta(days=step) for step in (-90, -1, 0, 1, 400)])
    left = [draw(st.none() | near) for _ in range(book.agents.height)]
    writers = [draw(st.sampled_from([None, *numbers])) for _ in range(book.policies.height)]
    moved = draw(st.lists(st.tuples(st.sampled_from(numbers), near), max_size=4, unique=True))
    places = [
        {"agent_id": agent, "until": until, "team": draw(st.sampled_from([None, "T1", "T2"])),
         "branch": draw(st.sampled_from([None, "N", "S"]))}
        for agent, until in moved
    ]  # fmt: skip
    return replace(
        book,
        agents=book.agents.with_columns(left_on=pl.Series(left, dtype=pl.Date)),
        places=later_facts.frame(places, columns.PLACES),
        policies=book.policies.with_columns(writing_agent_id=pl.Series(writers, dtype=pl.Int32)),
    )


def counted(book: Book, day: date, by: tuple[str, ...]) -> dict[services.Group, tuple[int, int]]:
    days = Days.between(day, day)
    found = orphan_service(book, NO_TASKS, STANDARD, days, by=by, as_of=day).select(*fields_of(by, OF_AGENTS), *NAMES)
    return {row[:-2]: row[-2:] for row in found.rows()}


def listed(book: Book, day: date, by: tuple[str, ...]) -> dict[services.Group, tuple[int, int]]:
    """Count the list of orphan policies by group."""
    groups: dict[services.Group, tuple[int, int]] = {} if by else {(): (0, 0)}
    for row in orphans_behind(book, STANDARD.grace_days, by=by, as_of=day).to_dicts():
        group = tuple(row.get(name, "all") for name in fields_of(by, OF_AGENTS))
        before = groups.get(group, (0, 0))
        groups[group] = (before[0] + row["orphan"], before[1] + row["unassigned"])
    return groups


@pytest.mark.slow
@RUNS
@given(st.data(), AS_OF, st.sampled_from([0, 0, 1, 90]), st.sets(st.sampled_from(GROUPINGS), min_size=3, max_size=3))
def test_orphans_are_those_that_one_finds_policy_by_policy(
    data: st.DataObject, day: date, later: int, groupings: set[tuple[str, ...]]
) -> None:
    book, asked = data.draw(branches(day)), day + timedelta(days=later)
    for by in groupings:
        judged = services.orphans(book, asked, by)
        assert (counted(book, asked, by), listed(book, asked, by)) == (judged, judged), by
