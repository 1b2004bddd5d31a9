"""Crowded days: whose visits go beyond capacity, counted by household."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from desks.task_book import MONDAY, fill, run, touch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.operations.crowded_days import crowded_days
from policyserve.settings_file import VisitSettings

LATER = MONDAY + timedelta(days=14)


def test_a_day_over_capacity_is_told_with_its_agent_its_services_and_by_how_much(engine: Engine) -> None:
    fill(engine)
    run(engine, [touch(policy=1, due=LATER), touch("visit-m7", policy=2, due=LATER)])
    run(
        engine,
        [touch(policy=3, due=LATER, agent_id=2), touch(policy=1, due=LATER), touch("visit-m7", policy=2, due=LATER)],
    )
    (row,) = crowded_days(engine, SYSTEM, VisitSettings(capacity=1), "en", as_of=MONDAY).rows.to_dicts()
    assert row == {
        "agent_no": "1002", "from_day": LATER, "days": 1, "over": 1.0, "most": 2.0,
        "services": "Policy check-up, Invite to a customer event",
    }  # fmt: skip
    assert crowded_days(engine, SYSTEM, VisitSettings(capacity=2), "en", as_of=MONDAY).rows.is_empty()
    with db.writing(engine) as connection:
        connection.exec_driver_sql("UPDATE agents SET daily_capacity = 2")
    assert crowded_days(engine, SYSTEM, VisitSettings(capacity=1), "en", as_of=MONDAY).rows.is_empty()
