"""Figures of tasks as of an earlier day, after the tasks were taken back, reopened, moved and done again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from desks import task_book
from policyserve import db
from policyserve.book.snapshot import load_agents
from policyserve.dates import Days
from policyserve.metrics.services.callback_rate import callbacks
from policyserve.metrics.services.service_rate import satisfaction
from policyserve.metrics.services.task_states import read_tasks
from policyserve.metrics.spot_checks.records import draw_check, read_sample
from policyserve.metrics.spot_checks.scopes import Scope
from policyserve.standard.parser import default_standard
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

Row = dict[str, Any]
STANDARD = default_standard()
MONDAY = task_book.MONDAY
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=step) for step in (1, 2, 3))
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
TOLD = ("status", "done_on", "channel", "outcome", "satisfaction")


def stamp(as_of: date) -> Stamp:
    return Stamp(at=datetime(2026, 5, 4, 3, 0, tzinfo=UTC), as_of=as_of, actor="1002")


def done(engine: Engine, as_of: date, on: date, channel: str = "visit", **more: Any) -> None:
    with db.writing(engine) as connection:
        deeds.done(connection, 1, stamp(as_of), on=on, channel=channel, **more)


def reopen(engine: Engine, as_of: date) -> None:
    with db.writing(engine) as connection:
        deeds.reopen(connection, 1, stamp(as_of), why="a mistake")


def told(engine: Engine, as_of: date) -> tuple[Any, ...]:
    """Return how the first task stood on a day."""
    with db.reading(engine) as connection:
        tasks = read_tasks(connection, MAY, as_of).filter(task_id=1)
    return tasks.select(TOLD).row(0)


@pytest.fixture
def call(engine: Engine) -> Engine:
    """Return a book with one call-back, due on Monday."""
    task_book.fill(engine)
    task_book.run(engine, [task_book.touch("new-policy-callback")])
    return engine


def test_each_stretch_keeps_its_own_contact(call: Engine) -> None:
    done(call, MONDAY, MONDAY, "visit", outcome="satisfied", satisfaction=5)
    reopen(call, TUESDAY)
    done(call, WEDNESDAY, date(2026, 5, 2), "call", outcome="no answer", satisfaction=1)
    reopen(call, THURSDAY)
    assert told(call, MONDAY) == ("done", MONDAY, "visit", "satisfied", 5)
    assert told(call, TUESDAY) == ("open", None, None, None, None)
    assert told(call, WEDNESDAY) == ("done", date(2026, 5, 2), "call", "no answer", 1)
    assert told(call, THURSDAY) == ("open", None, None, None, None)


def test_a_contact_that_was_only_mended_keeps_what_it_said_before(call: Engine) -> None:
    done(call, MONDAY, MONDAY, outcome="busy", satisfaction=1)
    reopen(call, TUESDAY)
    done(call, TUESDAY, MONDAY, outcome=None, satisfaction=5)
    assert told(call, MONDAY) == ("done", MONDAY, "visit", "busy", 1)
    assert told(call, TUESDAY) == ("done", MONDAY, "visit", None, 5)


def test_of_several_contacts_taken_back_on_one_day_each_day_knows_its_last_one(call: Engine) -> None:
    done(call, MONDAY, MONDAY, satisfaction=1)
    for mark in (2, 3):
        reopen(call, TUESDAY)
        done(call, TUESDAY, MONDAY, satisfaction=mark)
    reopen(call, WEDNESDAY)
    done(call, WEDNESDAY, MONDAY, satisfaction=4)
    assert [told(call, day)[-1] for day in (MONDAY, TUESDAY, WEDNESDAY)] == [1, 3, 4]


def test_what_was_done_and_taken_back_on_one_day_was_not_done(call: Engine) -> None:
    done(call, TUESDAY, MONDAY, satisfaction=5)
    reopen(call, TUESDAY)
    assert [told(call, day)[0] for day in (MONDAY, TUESDAY)] == ["open", "open"]
    done(call, WEDNESDAY, TUESDAY, "call", satisfaction=2)
    assert told(call, TUESDAY) == ("open", None, None, None, None)


def test_a_call_that_reached_the_customer_still_did_after_it_was_taken_back(call: Engine) -> None:
    def reached(as_of: date) -> tuple[int, int]:
        with db.reading(call) as connection:
            tasks, agents = read_tasks(connection, MAY, as_of), load_agents(connection, as_of)
        row = callbacks(tasks, STANDARD, agents, MAY, as_of=as_of).row(0, named=True)
        return row["numerator"], row["not_reached"]

    done(call, MONDAY, MONDAY, "call", outcome="no answer")
    reopen(call, TUESDAY)
    done(call, TUESDAY, TUESDAY, "call", outcome="reached")
    assert (reached(MONDAY), reached(TUESDAY)) == ((0, 1), (1, 0))


def test_a_service_done_in_the_days_is_found_although_it_was_done_again_on_another_day(call: Engine) -> None:
    may, july = date(2026, 5, 31), date(2026, 7, 1)
    done(call, MONDAY, MONDAY, satisfaction=4)
    reopen(call, july)
    done(call, july, july, satisfaction=1)

    def mean(as_of: date) -> float | None:
        with db.reading(call) as connection:
            tasks, agents = read_tasks(connection, MAY, as_of, of="done_on"), load_agents(connection, as_of)
        return satisfaction(tasks, STANDARD, agents, MAY, by=[])["mean"].item()  # type: ignore[no-any-return]

    assert (mean(may), mean(july)) == (4.0, None)


def test_a_sample_shows_when_it_was_done_as_known_on_the_day(engine: Engine) -> None:
    task_book.fill(engine)
    task_book.run(engine, [task_book.touch("policy-review")])
    june = date(2026, 6, 1)
    done(engine, MONDAY, MONDAY)
    with db.writing(engine, bulk=True) as connection:
        check, _ = draw_check(connection, STANDARD, MAY, stamp(june), scope=Scope(), size=1, seed=7)
    days = [june + timedelta(days=step) for step in range(3)]
    reopen(engine, days[1])
    done(engine, days[2], date(2026, 5, 20))
    with db.reading(engine) as connection:
        shown = [read_sample(connection, check, day)["done_on"].item() for day in days]
    assert shown == [MONDAY, None, date(2026, 5, 20)]
    with db.writing(engine, bulk=True) as connection:
        again, new = draw_check(connection, STANDARD, MAY, stamp(june), scope=Scope(), size=1, seed=8)
        assert new
        assert read_sample(connection, again, june)["done_on"].to_list() == [MONDAY]


def stood(engine: Engine, as_of: date, days: Days = MAY) -> list[Row]:
    with db.reading(engine) as connection:
        return read_tasks(connection, days, as_of).select("agent_id", "performer", "due", "latest", "status").to_dicts()


def ended(engine: Engine, how: str) -> date:
    """Let the first task end in one of three ways; return the day."""
    if how == "missed":
        task_book.run(engine, [task_book.touch()], as_of=date(2026, 5, 19))
        return date(2026, 5, 19)
    if how == "cancelled":
        task_book.run(engine, [], as_of=TUESDAY)
        return TUESDAY
    with db.writing(engine) as connection:
        deeds.skip(connection, 1, stamp(TUESDAY), why="abroad")
    return TUESDAY


@pytest.mark.parametrize("how", ["missed", "cancelled", "skipped"])
def test_what_a_release_reopens_with_other_days_was_due_before_where_it_was(engine: Engine, how: str) -> None:
    task_book.fill(engine)
    task_book.run(engine, [task_book.touch()])
    end = ended(engine, how)
    before = stood(engine, end)
    assert [row["status"] for row in before] == [how]
    later = task_book.touch(due=date(2026, 6, 10), anchor=date(2026, 2, 1), agent_id=3, performer="office")
    assert task_book.run(engine, [later], as_of=date(2026, 6, 1)).reopened == 1
    assert stood(engine, end) == before
    task_book.run(engine, [later | {"due": date(2026, 6, 11)}], as_of=date(2026, 6, 2))
    assert stood(engine, end) == before
    assert stood(engine, date(2026, 6, 2)) == []
    june = Days.between(date(2026, 6, 1), date(2026, 6, 30))
    (now,) = stood(engine, date(2026, 6, 1), june)
    assert (now["agent_id"], now["performer"], now["due"], now["status"]) == (3, "office", date(2026, 6, 10), "open")
