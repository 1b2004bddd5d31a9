"""Weeks of work drawn at random: figures noted down each evening are the same when they are asked again at the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from desks import task_book
from desks.weeks_of_work import MAY, STANDARD, Weeks
from policyserve import db
from policyserve.book.snapshot import load_agents, load_book
from policyserve.metrics.services.callback_rate import callbacks
from policyserve.metrics.services.first_year import with_policy_contacts
from policyserve.metrics.services.service_rate import satisfaction, service_rate
from policyserve.metrics.services.task_states import read_tasks
from policyserve.metrics.spot_checks.records import read_sample

ALWAYS = MAY.widened(before=400, after=400)
BY = ["agent", "service"]

Noted = dict[str, list[tuple[Any, ...]]]


def noted(engine: Engine, sample: int, as_of: date) -> Noted:
    """Ask every figure that tasks and contacts make."""
    with db.reading(engine) as connection:
        tasks, all_tasks = (read_tasks(connection, days, as_of) for days in (MAY, ALWAYS))
        made, all_made = (read_tasks(connection, days, as_of, of="done_on") for days in (MAY, ALWAYS))
        agents = load_agents(connection, as_of)
        contacts = with_policy_contacts(load_book(connection), connection, as_of=as_of).contacts
        drawn = read_sample(connection, sample, as_of)
    return {
        "tasks": _rows(all_tasks),
        "made": _rows(all_made),
        "contacts": _rows(contacts),
        "sample": _rows(drawn),
        "services": service_rate(tasks, STANDARD, agents, MAY, by=BY, as_of=as_of).rows(),
        "callbacks": callbacks(tasks, STANDARD, agents, MAY, by=["agent"], as_of=as_of).rows(),
        "satisfaction": satisfaction(made, STANDARD, agents, MAY, by=BY).rows(),
    }


def _rows(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.rows(), key=str)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "seed"), [("sqlite", 5), ("sqlite", 6), ("postgresql", 8)], indirect=["database_url"]
)
def test_what_was_noted_down_each_evening_is_said_again_at_the_end(engine: Engine, seed: int) -> None:
    weeks = Weeks(engine, seed)
    evenings: dict[date, Noted] = {}
    for days in (0, 1, 1, 1, 2, 3, 8, 1, 1, 9, 1, 1, 20, 1):
        weeks.day += timedelta(days=days)
        weeks.live()
        evenings[weeks.day] = noted(engine, weeks.sample, weeks.day)
    happened = {(action, before) for action, before, *_ in task_book.steps(engine)}
    assert happened >= {("reopened", status) for status in ("done", "skipped", "missed", "cancelled")}
    assert {"moved", "assigned", "snoozed"} <= {action for action, _ in happened}
    for evening, before in evenings.items():
        again = noted(engine, weeks.sample, evening)
        assert [name for name in before if again[name] != before[name]] == [], evening
