"""Fixed visits: never moved by a release, ended by facts with a word to the agent, and refused where they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, update

from desks.levelled_book import ON, level
from desks.task_book import AT, MONDAY, TASKS, fill, run, steps, tasks, touch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.errors import PolicyserveError
from policyserve.handovers import open_tasks
from policyserve.operations import visits
from policyserve.operations.visits import Whose
from policyserve.tasks import deeds, pins
from policyserve.tasks.transitions import Stamp
from policyserve.tasks.visit_days import VisitDay

LATER = MONDAY + timedelta(days=14)
STAMP = Stamp(at=AT, as_of=MONDAY, actor="1002")
CALENDAR = load_calendar(fixture("calendars", "cn.yaml"))
FIRST = Whose(customer_no="C1")


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    run(engine, [touch(policy=1, due=LATER), touch(policy=3, due=LATER, agent_id=2)])
    return engine


def pin(book: Engine, on: date = LATER, at: str | None = None) -> VisitDay:
    return visits.pin_visit(book, SYSTEM, CALENDAR, FIRST, STAMP, on=on, at=at)


def test_a_pin_stays_through_levelling_whatever_is_beside_it_and_without_levelling_too(book: Engine) -> None:
    assert pin(book, LATER + timedelta(days=1), at="09:30").at == "09:30"
    days = level(book, ahead=[touch("sick-visit", policy=2, due=LATER + timedelta(days=1))])
    assert days[0] == LATER + timedelta(days=1)
    level(book, ON.model_copy(update={"level": False}))
    assert (tasks(book)[0].planned_on, tasks(book)[0].planned_why) == (LATER + timedelta(days=1), "pinned")
    assert steps(book)[-1] == ("pinned", "open", "open", f"fixed for {LATER + timedelta(days=1)} 09:30")


def test_a_pin_stays_while_its_window_holds_it_and_the_agent_is_told_where_a_fact_ends_it(book: Engine) -> None:
    pin(book, LATER + timedelta(days=1))
    run(book, [touch(policy=1, due=LATER + timedelta(days=2)), touch(policy=3, due=LATER, agent_id=2)])
    assert tasks(book)[0].planned_on == LATER + timedelta(days=1)
    assert visits.ended_pins(book, SYSTEM, as_of=MONDAY) == []
    run(book, [touch(policy=1, due=LATER + timedelta(days=10)), touch(policy=3, due=LATER, agent_id=2)])
    assert tasks(book)[0].planned_on is None
    (told,) = visits.ended_pins(book, SYSTEM, as_of=MONDAY)
    assert told.told("en").startswith(f"The visit to 客户1 is no longer fixed for {LATER + timedelta(days=1)}: ")


def test_the_agent_is_told_of_a_fixed_visit_whose_task_is_cancelled(book: Engine) -> None:
    pin(book)
    run(book, [touch(policy=3, due=LATER, agent_id=2)])
    assert tasks(book)[0].status == "cancelled"
    assert len(visits.ended_pins(book, SYSTEM, as_of=MONDAY)) == 1
    assert visits.ended_pins(book, SYSTEM, as_of=LATER + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (MONDAY - timedelta(days=1), "The day 2026-05-03 has passed; choose today or a later one."),
        (date(2026, 5, 16), "2026-05-16 is no working day. Choose another day."),
        (date(2026, 6, 15), "On 2026-06-15 nothing of what is to be done with C1 is on time; "
                            "choose a day from 2026-05-11 to 2026-06-01."),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused_with_what_can_be(book: Engine, on: date, said: str) -> None:
    with pytest.raises(PolicyserveError) as refused:
        pin(book, on)
    assert str(refused.value) == said
    assert tasks(book)[0].planned_on is None


def put_off(connection: Connection) -> None:
    deeds.snooze(connection, 1, STAMP, to=LATER + timedelta(days=2))


def assign(connection: Connection) -> None:
    deeds.assign(connection, 1, STAMP, agent_no="1003")


def reopen(connection: Connection) -> None:
    deeds.skip(connection, 1, STAMP, why="no")
    deeds.reopen(connection, 1, STAMP, why="yes")


@pytest.mark.parametrize("deed", [put_off, assign, reopen])
def test_putting_off_another_agent_and_reopening_end_a_pin(book: Engine, deed: Callable[[Connection], None]) -> None:
    pin(book)
    with db.writing(book) as connection:
        deed(connection)
    assert (tasks(book)[0].planned_on, tasks(book)[0].planned_why) == (None, None)
    assert any(f"no longer fixed for {LATER}" in str(step[3]) for step in steps(book))


def test_a_visit_is_brought_forward_to_its_first_day_once_and_set_free(book: Engine) -> None:
    found = visits.bring_forward(book, SYSTEM, CALENDAR, FIRST, STAMP)
    assert (found.day, found.pinned) == (LATER - timedelta(days=7), True)
    with pytest.raises(PolicyserveError, match="cannot be earlier"):
        visits.bring_forward(book, SYSTEM, CALENDAR, FIRST, STAMP)
    visits.unpin_visit(book, SYSTEM, FIRST, STAMP)
    assert tasks(book)[0].planned_on is None
    with pytest.raises(PolicyserveError, match=r"No visit to C1 is fixed\."):
        visits.unpin_visit(book, SYSTEM, FIRST, STAMP)


def test_several_agents_with_one_customer_are_asked_whose_visit_it_is(book: Engine) -> None:
    with db.writing(book) as connection:
        connection.execute(update(TASKS).where(TASKS.c.id == 2).values(customer_id=1, agent_id=3))
    with pytest.raises(PolicyserveError, match=r"Several agents visit C1: 1002, 1003; say with --agent whose visit"):
        pin(book)
    visits.pin_visit(book, SYSTEM, CALENDAR, Whose(customer_no="C1", agent_no="1003"), STAMP, on=LATER)
    assert [task.planned_why for task in tasks(book)] == [None, "pinned"]


def give(book: Engine, before: int, after: int, *, back: bool = False) -> None:
    """Give the first task from one agent to another, as a hand-over does, or back, as its undoing does."""
    names = {"subject_id": pl.Int32, "before": pl.Int32, "agent_id": pl.Int32, "assigned": pl.Boolean}
    moves = pl.DataFrame([(1, before, after, False)], schema=names, orient="row")
    with db.writing(book) as connection:
        fixed = pins.given_back(connection, moves, MONDAY) if back else None
        open_tasks.give(connection, moves, STAMP, fixed=fixed)


def test_a_pin_comes_back_with_its_own_change_of_agent_and_the_task_tells_it(book: Engine) -> None:
    first = tasks(book)[0].agent_id
    pin(book, LATER + timedelta(days=1), at="09:30")
    give(book, first, 3)
    assert tasks(book)[0].planned_on is None
    give(book, 3, first, back=True)
    task = tasks(book)[0]
    assert (task.planned_on, task.planned_at, task.planned_why) == (LATER + timedelta(days=1), "09:30", "pinned")
    assert f"fixed for {LATER + timedelta(days=1)} 09:30" in str(steps(book)[-1][3])
    assert visits.ended_pins(book, SYSTEM, as_of=MONDAY) == []


def test_a_pin_that_a_fact_ended_does_not_come_back_with_an_agent(book: Engine) -> None:
    first = tasks(book)[0].agent_id
    pin(book)
    run(book, [touch(policy=1, due=LATER + timedelta(days=30)), touch(policy=3, due=LATER, agent_id=2)])
    give(book, first, 3)
    give(book, 3, first, back=True)
    assert tasks(book)[0].planned_on is None


def test_a_pin_outside_the_window_of_now_does_not_come_back(book: Engine) -> None:
    first = tasks(book)[0].agent_id
    pin(book)
    give(book, first, 3)
    later = {"earliest": LATER + timedelta(days=20), "due": LATER + timedelta(days=25)}
    with db.writing(book) as connection:
        connection.execute(update(TASKS).where(TASKS.c.id == 1).values(**later, latest=LATER + timedelta(days=30)))
    give(book, 3, first, back=True)
    assert tasks(book)[0].planned_on is None


def test_a_visit_fixed_again_is_no_longer_told_as_ended(book: Engine) -> None:
    pin(book, LATER + timedelta(days=1))
    run(book, [touch(policy=1, due=LATER + timedelta(days=10)), touch(policy=3, due=LATER, agent_id=2)])
    assert len(visits.ended_pins(book, SYSTEM, as_of=MONDAY)) == 1
    pin(book, LATER + timedelta(days=10))
    assert visits.ended_pins(book, SYSTEM, as_of=MONDAY) == []
