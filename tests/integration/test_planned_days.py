"""Planned days on both databases: chosen in a release, told when a shown day changes, and left to whoever decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from desks.levelled_book import level
from desks.task_book import AT, MONDAY, fill, run, steps, tasks, touch
from policyserve import db
from policyserve.settings_file import VisitSettings
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

LATER = MONDAY + timedelta(days=14)
STAMP = Stamp(at=AT, as_of=MONDAY, actor="release")


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def test_services_of_one_customer_become_one_visit_and_the_task_says_why(book: Engine) -> None:
    run(book, [touch(policy=1, due=LATER), touch("visit-m7", policy=2, due=LATER + timedelta(days=2))])
    assert len(set(level(book))) == 1
    assert {task.planned_why for task in tasks(book)} == {"as-due", "joined"}
    assert [task.due for task in tasks(book)] == [LATER, LATER + timedelta(days=2)]
    assert [step[0] for step in steps(book)] == ["added", "added"]


def test_visits_of_two_households_leave_a_day_that_is_too_full(book: Engine) -> None:
    run(book, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)])
    days = level(book)
    assert len(set(days)) == 2
    assert sorted(abs((day - LATER).days) for day in days) in ([0, 1], [0, 3])
    assert {task.planned_why for task in tasks(book)} == {"as-due", "eased"}
    assert level(book) == days


def test_touches_that_are_no_tasks_yet_take_their_room_too(book: Engine) -> None:
    run(book, [touch(policy=1, due=LATER)])
    greeting = touch("sick-visit", policy=3, due=LATER, agent_id=2, earliest=LATER, latest=LATER)
    (day,) = level(book, ahead=[greeting])
    assert day != LATER


def test_what_somebody_decided_stays_and_what_begins_anew_is_planned_anew(book: Engine) -> None:
    run(book, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)])
    with db.writing(book) as connection:
        deeds.snooze(connection, 2, STAMP, to=LATER)
    one, other = level(book)
    assert (one == LATER, other == LATER) == (False, True)
    with db.writing(book) as connection:
        deeds.assign(connection, 1, STAMP, agent_no="1003")
    assert tasks(book)[0].planned_on is None
    assert level(book)[0] == LATER


def test_a_day_that_people_saw_changes_with_a_transition_and_without_levelling_all_days_are_due_days(
    book: Engine,
) -> None:
    run(book, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)])
    planned = level(book)
    run(book, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)])
    assert level(book, VisitSettings()) == [LATER, LATER]
    (told,) = [step for step in steps(book) if step[0] == "planned"]
    moved = next(day for day in planned if day != LATER)
    assert told == ("planned", "open", "open", f"planned for {moved} -> {LATER}")


def test_the_next_three_working_days_are_frozen(book: Engine) -> None:
    run(book, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)])
    days = level(book)
    near = min(days) - timedelta(days=1)
    run(book, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)], as_of=near)
    hard = touch("sick-visit", policy=2, due=min(days), earliest=min(days), latest=min(days))
    assert level(book, ahead=[hard, {**hard, "ordinal": 2}], as_of=near) == days
