"""Who is away, and with whom their work stands meanwhile, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, update

from desks.task_book import AT, MONDAY, TASKS, fill
from policyserve import db
from policyserve.access.viewer import SYSTEM, Scope, Viewer
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.operations.absences import add_absence, list_absences, preview_absence, withdraw_absence
from policyserve.operations.calendars import calendar_named
from policyserve.operations.overdue import overdue_by_agent
from policyserve.operations.schedule import work_ahead
from policyserve.standard.parser import default_standard
from policyserve.tables import Absence, Agent, PressingService, table
from policyserve.tasks.absences import Away
from policyserve.tasks.agenda import agenda
from policyserve.tasks.transitions import Stamp
from slow.absences import Gone, Person, Staff, Work

FRIDAY = MONDAY + timedelta(days=4)
BACK = MONDAY + timedelta(days=5)
"""A Saturday that is worked in exchange for a day off."""
LATER = MONDAY + timedelta(days=7)
STAMP = Stamp(at=AT, as_of=MONDAY, actor="m1")
STANDARD = default_standard()
ABSENCES, AGENTS, PRESSING = table(Absence), table(Agent), table(PressingService)
DAYS = [MONDAY + timedelta(days=number) for number in range(14)]


@pytest.fixture
def calendar() -> Calendar:
    return calendar_named("cn")


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def row(key: int, work: Work) -> dict[str, Any]:
    """Return a task of policy 1 of customer 1."""
    return {
        "id": key, "service": "urgent" if work.pressing else "quiet", "subject_kind": "policy", "subject_id": 1,
        "ordinal": key, "customer_id": 1, "policy_id": 1, "agent_id": work.agent, "performer": "agent",
        "channels": "visit", "anchor": MONDAY, "nominal": work.due, "due": work.due, "latest": work.latest,
        "earliest": MONDAY - timedelta(days=30), "provisional": False, "status": "open", "assigned": False,
        "snoozed_to": work.snoozed_to,
    }  # fmt: skip


def put(engine: Engine, *work: Work) -> None:
    with db.writing(engine) as connection:
        connection.execute(insert(TASKS), [row(key, one) for key, one in enumerate(work, 1)])


def lists(connection: Connection, day: date) -> dict[int, list[tuple[str, date, str | None]]]:
    """Return of each task on whose lists it stands, with the day to do it and for whom."""
    found: dict[int, list[tuple[str, date, str | None]]] = {}
    for number in connection.scalars(AGENTS.select().with_only_columns(AGENTS.c.agent_no)).all():
        for task in agenda(connection, number, day, STANDARD).tasks:
            found.setdefault(task.task_id, []).append((number, task.day, task.absent))
    return found


def away(substitute: str | None = "1003", agent: str = "1002", first: date = MONDAY, last: date = FRIDAY) -> Away:
    return Away(agent_no=agent, first=first, last=last, substitute_no=substitute)


EXPIRES = Work(agent=2, due=MONDAY, latest=FRIDAY)
WAITS = Work(agent=2, due=MONDAY, latest=LATER)
URGENT = Work(agent=2, due=MONDAY, latest=LATER, pressing=True)
APPOINTED = Work(agent=2, due=MONDAY - timedelta(days=1), latest=LATER, snoozed_to=MONDAY)


def test_what_does_not_wait_stands_with_the_substitute_and_the_rest_on_the_day_of_the_return(
    book: Engine, calendar: Calendar
) -> None:
    put(book, EXPIRES, WAITS, URGENT, APPOINTED)
    add_absence(book, SYSTEM, calendar, away(), STAMP)
    with db.writing(book) as connection:
        connection.execute(insert(PRESSING), [{"service": "urgent"}])
        before = lists(connection, MONDAY)
        assert before == {key: [("1003", MONDAY, "Agent 1002")] for key in (1, 3, 4)}
        assert [one[0][:1] for one in lists(connection, BACK).values()] == [("1002",)] * 3
    late = overdue_by_agent(book, SYSTEM, as_of=MONDAY + timedelta(days=1)).rows
    assert late["agent_no"].to_list() == ["1003"]
    assert late["overdue"].to_list() == [3]
    ahead = work_ahead(book, viewer("agent", 2), Days.between(MONDAY, LATER), as_of=MONDAY)
    assert [(one.task_id, one.day) for one in ahead] == [(2, BACK)]
    ahead = work_ahead(book, viewer("agent", 3), Days.between(MONDAY, LATER), as_of=MONDAY)
    assert sorted(one.task_id for one in ahead) == [1, 3, 4]


def viewer(role: str, key: int) -> Viewer:
    reach = Scope(reach="own" if role == "agent" else "teams", agent_id=key)
    return Viewer(who=f"u{key}", role=role, scope=reach, agent_no=f"100{key}")  # type: ignore[arg-type]


def test_after_it_is_over_and_where_it_is_withdrawn_nothing_is_different(book: Engine, calendar: Calendar) -> None:
    put(book, EXPIRES, WAITS, URGENT, APPOINTED)
    with db.reading(book) as connection:
        never = [lists(connection, day) for day in DAYS]
    kept = add_absence(book, SYSTEM, calendar, away(), STAMP)
    with db.reading(book) as connection:
        assert [lists(connection, day) for day in DAYS[5:]] == never[5:]
        assert [lists(connection, day) for day in DAYS[:5]] != never[:5]
    withdraw_absence(book, SYSTEM, kept["absence_id"], STAMP)
    with db.reading(book) as connection:
        assert [lists(connection, day) for day in DAYS] == never
    with pytest.raises(PolicyserveError, match="withdrawn before"):
        withdraw_absence(book, SYSTEM, kept["absence_id"], STAMP)


REFUSED = {
    "ends on 2026-05-04, before it begins": away(first=FRIDAY, last=MONDAY),
    "was over on 2026-05-03": away(first=MONDAY - timedelta(days=2), last=MONDAY - timedelta(days=1)),
    "366 days at most": away(last=MONDAY + timedelta(days=366)),
    "No agent has the number '1009'": away(agent="1009"),
    "No agent has the number '1010'": away("1010"),
    "stands in for themselves": away("1002"),
    "leaves, or left, on 2026-05-08": away("1004"),
    "nobody is there who stands in for agent 1001": away(None, agent="1001"),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(said: str, book: Engine, calendar: Calendar) -> None:
    with db.writing(book) as connection:
        connection.execute(update(AGENTS).where(AGENTS.c.id == 4).values(left_on=FRIDAY))
    with pytest.raises(PolicyserveError, match=said):
        add_absence(book, SYSTEM, calendar, REFUSED[said], STAMP)
    assert list_absences(book, SYSTEM, as_of=MONDAY, every=True) == []


def test_circles_overlaps_and_agents_of_others_are_refused(book: Engine, calendar: Calendar) -> None:
    add_absence(book, SYSTEM, calendar, away(), STAMP)
    with pytest.raises(PolicyserveError, match="in a circle"):
        add_absence(book, SYSTEM, calendar, away("1002", agent="1003", first=FRIDAY, last=BACK), STAMP)
    with pytest.raises(PolicyserveError, match="is away from 2026-05-04 to 2026-05-08 already"):
        add_absence(book, SYSTEM, calendar, away("1001", first=FRIDAY, last=BACK), STAMP)
    for asked in (away("1003", agent="1004"), away("1004", agent="1003")):
        with pytest.raises(PolicyserveError, match="No agent has the number '1004'"):
            add_absence(book, viewer("manager", 1), calendar, asked, STAMP)
    assert len(list_absences(book, SYSTEM, as_of=MONDAY, every=True)) == 1


def test_a_preview_counts_what_goes_where_and_enters_nothing(book: Engine, calendar: Calendar) -> None:
    put(book, EXPIRES, WAITS, APPOINTED)
    found = preview_absence(book, SYSTEM, calendar, away(), STAMP)
    assert [(one.agent_no, one.tasks, one.customers) for one in found.shares] == [("1003", 2, 1)]
    assert (found.waiting, found.back_on) == (1, BACK)
    assert list_absences(book, SYSTEM, as_of=MONDAY, every=True) == []


def test_a_substitute_who_is_away_is_followed_by_theirs(book: Engine, calendar: Calendar) -> None:
    put(book, EXPIRES)
    add_absence(book, SYSTEM, calendar, away(), STAMP)
    add_absence(book, SYSTEM, calendar, away(None, agent="1003", first=MONDAY + timedelta(days=1)), STAMP)
    with db.reading(book) as connection:
        whose = [lists(connection, day)[1][0][0] for day in DAYS[:5]]
    assert whose == ["1003", "1001", "1001", "1001", "1001"]


PEOPLE = range(1, 9)


def drawn(random: Random) -> tuple[Staff, list[Work]]:
    """Draw people of whom some have left, absences in a row and crossing, and work around them."""
    people = {
        key: Person(
            manager=random.choice([None, *range(1, key)]) if key > 1 else None,
            left_on=random.choice([None, None, None, random.choice(DAYS)]),
        )
        for key in PEOPLE
    }
    gone = []
    for key in PEOPLE:
        first = random.randrange(4)
        while first < len(DAYS) and random.random() < 0.7:
            last = min(first + random.randrange(5), len(DAYS) - 1)
            others = [None, *(one for one in PEOPLE if one != key)]
            free = last + 1 + random.randrange(3)
            gone.append(Gone(agent=key, first=DAYS[first], last=DAYS[last], back_on=MONDAY + timedelta(days=free),
                             substitute=random.choice(others)))  # fmt: skip
            first = last + 1 + random.randrange(3)
    work = []
    for _ in range(60):
        due = MONDAY + timedelta(days=random.randrange(-3, 14))
        latest = due + timedelta(days=random.choice([0, 1, 3, 8]))
        snoozed = random.choice([None, None, due + timedelta(days=random.randrange(10))])
        work.append(Work(agent=random.choice(PEOPLE), due=due, latest=latest, snoozed_to=snoozed,
                         pressing=random.random() < 0.3))  # fmt: skip
    return Staff(people=people, absences=gone), work


@pytest.fixture
def staffed(book: Engine) -> Engine:
    with db.writing(book) as connection:
        connection.execute(
            insert(AGENTS), [{"id": key, "agent_no": f"100{key}", "branch_id": 1} for key in range(5, 9)]
        )
        connection.execute(insert(PRESSING), [{"service": "urgent"}])
    return book


def test_every_task_stands_on_one_list_and_where_the_slow_reading_says(staffed: Engine) -> None:
    seen: Counter[str] = Counter()
    for seed in range(10):
        staff, work = drawn(Random(seed))
        with db.writing(staffed) as connection:
            connection.execute(delete(TASKS))
            connection.execute(delete(ABSENCES))
            for key, person in staff.people.items():
                change = update(AGENTS).where(AGENTS.c.id == key)
                connection.execute(change.values(manager_id=person.manager, left_on=person.left_on))
            connection.execute(insert(ABSENCES), [
                {"agent_id": one.agent, "first_day": one.first, "last_day": one.last, "back_on": one.back_on,
                 "substitute_id": one.substitute, "entered_by": "m1", "entered_at": AT} for one in staff.absences
            ])  # fmt: skip
            connection.execute(insert(TASKS), [row(key, one) for key, one in enumerate(work, 1)])
        with db.reading(staffed) as connection:
            for day in DAYS[::3]:
                slow = {key: staff.stands(one, day) for key, one in enumerate(work, 1) if one.latest >= day}
                here = {key: found for key, found in slow.items() if staff.people[found[0]].here(day)}
                due = {key: [(f"100{who}", to_do)] for key, (who, to_do) in here.items() if to_do <= day}
                found = {
                    key: [one for one in stands if staff.people[int(one[0][3:])].here(day)]
                    for key, stands in lists(connection, day).items()
                }
                assert {key: [one[:2] for one in stands] for key, stands in found.items() if stands} == due
                seen.update("instead" for stands in found.values() for one in stands if one[2])
                seen.update("waits" for key, one in here.items() if one[1] > day >= work[key - 1].due)
    assert seen["instead"] > 50
    assert seen["waits"] > 20
