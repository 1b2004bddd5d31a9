"""Sums that are kept for an agent's day: judged by the same day with nothing kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from books.lists_in import rows_of
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.operations.agenda import agent_day
from policyserve.operations.calendars import calendar_named
from policyserve.operations.events import add_event, retract_event
from policyserve.operations.lists import import_list
from policyserve.operations.release import release_tasks
from policyserve.tasks.agenda import Agenda

AT = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
DAY = date(2026, 3, 2)
CALENDAR = calendar_named("cn")

LISTS = {
    "agents": "agent_no,name,team,branch\nA1,Gan,Red,North\n",
    "customers": "customer_no,name\nC1,Li\nC2,Wang\nC3,Zhao\n",
    "policies": """policy_no,customer_no,agent_no,issue_date,mode,premium,main_policy_no
P1,C1,A1,2025-01-15,annual,1200,
R1,C1,A1,2025-01-15,annual,300,P1
P2,C2,A1,2025-01-15,annual,2000,
R2,C3,A1,2025-01-15,annual,100,P2
P3,C3,A1,2024-12-20,annual,900,
""",
    "premiums": """policy_no,instalment,amount,paid_on,debit_on,debit_result,failure
P1,1,1200,2025-01-15,,,
R1,1,300,2025-01-15,,,
P2,1,2000,2025-01-15,,,
R2,1,100,2025-01-15,,,
P3,1,900,2024-12-20,,,
P1,2,1200,,,,
R1,2,300,,,,
P2,2,2000,,,,
R2,2,100,,,,
P3,2,,,2026-02-25,failed,insufficient funds
""",
}


def take(engine: Engine, folder: Path, kind: str, text: str, as_of: date = DAY) -> None:
    path = folder / f"{kind}.csv"
    path.write_text(text)
    assert import_list(engine, kind, path, as_of=as_of, at=AT).rejected == 0


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    for kind, text in LISTS.items():
        take(engine, tmp_path, kind, text, as_of=DAY if kind == "premiums" else date(2025, 3, 1))
    release_tasks(engine, CALENDAR, as_of=DAY, at=AT)


def kept(engine: Engine) -> set[tuple[str, int, int]]:
    query = "SELECT p.policy_no, s.instalment, s.owed FROM sums_owed s JOIN policies p ON p.id = s.policy_id"
    return {(str(number), int(one), int(owed)) for number, one, owed in rows_of(engine, query)}


def worked_out(engine: Engine, day: date) -> Agenda:
    with db.writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM sums_owed")
    return agent_day(engine, SYSTEM, "A1", day, as_of=day)


def owed(found: Agenda) -> dict[str, int]:
    return {str(task.policy_no): task.owed.owed for task in found.tasks if task.owed}


def agreed(engine: Engine, day: date = DAY) -> dict[str, int]:
    """Return what the day says is owed, once it says the same with nothing kept."""
    found = agent_day(engine, SYSTEM, "A1", day, as_of=day)
    assert found == worked_out(engine, day)
    return owed(found)


def test_a_release_keeps_what_is_owed_with_its_riders(engine: Engine) -> None:
    assert {("P1", 2, 150_000), ("P3", 2, 90_000)} <= kept(engine)
    assert agreed(engine) == {"P1": 150_000, "P2": 210_000, "P3": 90_000}


def test_a_rider_of_somebody_else_is_worked_out_each_time(engine: Engine) -> None:
    assert "P2" not in {number for number, _, _ in kept(engine)}


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement that is sent from now on."""
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield sent
    event.remove(engine, "before_cursor_execute", hear)


def test_a_day_with_kept_sums_reads_no_book(engine: Engine, statements: list[str]) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql(
            "UPDATE tasks SET status = 'done' WHERE policy_id = (SELECT id FROM policies WHERE policy_no = 'P2')"
        )
    statements.clear()
    assert owed(agent_day(engine, SYSTEM, "A1", DAY, as_of=DAY)) == {"P1": 150_000, "P3": 90_000}
    assert not any("premiums" in one for one in statements)


def test_an_event_by_hand_and_its_retraction_are_heard_at_once(engine: Engine) -> None:
    more = {"policy_no": "P3", "kind": "premium_change", "occurred_on": "2025-12-01", "amount": "750"}
    key = add_event(engine, more, as_of=DAY)
    changed = owed(agent_day(engine, SYSTEM, "A1", DAY, as_of=DAY))
    retract_event(engine, key, why="entered by mistake", as_of=DAY)
    assert owed(agent_day(engine, SYSTEM, "A1", DAY, as_of=DAY)) == {"P1": 150_000, "P2": 210_000, "P3": 90_000}
    add_event(engine, more | {"amount": "800", "occurred_on": "2025-12-02"}, as_of=DAY)
    again = owed(agent_day(engine, SYSTEM, "A1", DAY, as_of=DAY))
    assert (changed["P3"], again["P3"]) == (75_000, 80_000)
    assert agreed(engine) == again


def test_a_list_of_payments_is_in_the_sums_that_are_kept(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "premiums", "policy_no,instalment,amount,paid_on,paid_amount\nP1,2,1200,2026-03-01,500\n")
    assert ("P1", 2, 100_000) in kept(engine)
    assert agreed(engine)["P1"] == 100_000
    rest = "P1,2,2026-03-01,-\nR1,2,2026-03-01,\n"
    take(engine, tmp_path, "premiums", f"policy_no,instalment,paid_on,paid_amount\n{rest}")
    assert "P1" not in agreed(engine)


def test_the_sums_of_one_day_are_not_those_of_the_next(engine: Engine, tmp_path: Path) -> None:
    tomorrow = DAY + timedelta(days=1)
    take(engine, tmp_path, "premiums", "policy_no,instalment,amount,paid_on\nP3,2,,2026-03-03\n", as_of=tomorrow)
    assert agreed(engine)["P3"] == 90_000
    assert "P3" not in agreed(engine, tomorrow)
