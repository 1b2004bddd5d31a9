"""A hand-over by an event: it holds against lists that do not know it yet, takes policies along, and is taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from books.lists_in import AS_OF, AT, counts, import_book, import_text, problems, rows_of
from policyserve import db
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.errors import PolicyserveError
from policyserve.operations.events import add_event, retract_event
from policyserve.operations.release import release_tasks

CUSTOMERS = "customer_no,name,agent_no\nC1,Li,{}\n"
POLICIES = "policy_no,customer_no,agent_no,issue_date,mode,premium\nP1,C1,{},2025-01-31,annual,1200\n"
CHANGE = {"customer_no": "C1", "kind": "agent_changed", "occurred_on": "2026-02-20", "detail": "A3"}
MONDAY = date(2026, 3, 2)
TODAY = {**CHANGE, "occurred_on": "2026-03-02"}
STANDING = "SELECT policy_id, previous, detail FROM events WHERE retracted_on IS NULL ORDER BY id"
LEFT = "agent_no,name,left_on\nA1,Gan,2026-02-15\n"


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A1"))


def agents(engine: Engine) -> list[str | None]:
    """Return who serves the customer, the policy, and whom lists still name of either."""
    numbers = {None: None, **dict(rows_of(engine, "SELECT id, agent_no FROM agents"))}
    query = "SELECT agent_id, listed_agent_id FROM {} WHERE id = 1"
    (one,), (other,) = (rows_of(engine, query.format(name)) for name in ("customers", "policies"))
    return [numbers[key] for key in (one[0], other[0], one[1], other[1])]


def test_a_hand_over_takes_the_policies_of_the_former_agent_along_and_no_others(engine: Engine, tmp_path: Path) -> None:
    import_text(
        engine,
        tmp_path,
        "policies",
        "policy_no,customer_no,agent_no,issue_date,mode,premium\nP3,C1,A2,2025-03-01,annual,9\n",
    )
    add_event(engine, CHANGE, as_of=AS_OF)
    assert agents(engine) == ["A3", "A3", "A1", "A1"]
    assert rows_of(
        engine, "SELECT a.agent_no FROM policies p JOIN agents a ON a.id = p.agent_id WHERE policy_no = 'P3'"
    ) == [("A2",)]
    assert rows_of(engine, STANDING) == [(None, "A1", "A3"), (1, "A1", "A3")]


def test_lists_that_still_name_the_former_agent_change_nothing(engine: Engine, tmp_path: Path) -> None:
    add_event(engine, CHANGE, as_of=AS_OF)
    before = rows_of(engine, STANDING)
    for kind, stale in (("customers", CUSTOMERS), ("policies", POLICIES)):
        report = import_text(engine, tmp_path, kind, stale.format("A1"))
        assert (counts(report), problems(report)) == ((0, 0, 1, 0), [])
    assert agents(engine) == ["A3", "A3", "A1", "A1"]
    assert rows_of(engine, STANDING) == before


def test_a_hand_over_is_closed_by_lists_that_know_it_and_what_they_say_next_holds(
    engine: Engine, tmp_path: Path
) -> None:
    add_event(engine, CHANGE, as_of=AS_OF)
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A3"))
    import_text(engine, tmp_path, "policies", POLICIES.format("A3"))
    assert agents(engine) == ["A3", "A3", None, None]
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A1"))
    import_text(engine, tmp_path, "policies", POLICIES.format("A1"))
    assert agents(engine) == ["A1", "A1", None, None]


@pytest.mark.parametrize(("kind", "rows", "place"), [("customers", CUSTOMERS, 0), ("policies", POLICIES, 1)])
def test_a_third_agent_of_a_list_wins_with_a_warning(
    engine: Engine, tmp_path: Path, kind: str, rows: str, place: int
) -> None:
    add_event(engine, CHANGE, as_of=AS_OF)
    report = import_text(engine, tmp_path, kind, rows.format("A2"))
    assert problems(report) == [(2, "warning", "agent_no", "A2")]
    assert (agents(engine)[place], agents(engine)[place + 2]) == ("A2", None)


def test_a_hand_over_of_one_who_has_no_agent_but_by_policies_holds_too(engine: Engine, tmp_path: Path) -> None:
    with db.writing(engine) as connection:
        connection.execute(text("UPDATE customers SET agent_id = NULL"))
    add_event(engine, CHANGE, as_of=AS_OF)
    assert agents(engine) == ["A3", "A3", "A1", "A1"]
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A1"))
    assert agents(engine)[0] == "A3"


def test_a_list_that_gives_the_customers_of_a_leaver_away_gives_their_policies_too(
    engine: Engine, tmp_path: Path
) -> None:
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A2"))
    assert agents(engine) == ["A2", "A1", None, None]
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A1"))
    import_text(engine, tmp_path, "agents", LEFT)
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A2"))
    assert agents(engine) == ["A2", "A2", None, "A1"]
    import_text(engine, tmp_path, "policies", POLICIES.format("A1"))
    assert agents(engine)[1] == "A2"


def test_a_change_that_is_taken_back_gives_customer_and_policies_back(engine: Engine, tmp_path: Path) -> None:
    key = add_event(engine, CHANGE, as_of=AS_OF)
    retract_event(engine, key, why="another customer was meant", as_of=AS_OF)
    assert agents(engine) == ["A1", "A1", None, None]
    assert rows_of(engine, STANDING) == []
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A2"))
    assert agents(engine)[0] == "A2"


def test_a_change_of_a_policy_is_taken_back_by_itself(engine: Engine) -> None:
    of_policy = {"policy_no": "P1", **CHANGE}
    del of_policy["customer_no"]
    key = add_event(engine, of_policy, as_of=AS_OF)
    assert agents(engine) == ["A1", "A3", None, "A1"]
    retract_event(engine, key, why="a slip", as_of=AS_OF)
    assert agents(engine) == ["A1", "A1", None, None]


def test_an_earlier_change_that_is_taken_back_leaves_the_later_one(engine: Engine) -> None:
    first = add_event(engine, CHANGE, as_of=AS_OF)
    second = add_event(engine, {**CHANGE, "occurred_on": "2026-02-25", "detail": "A2"}, as_of=AS_OF)
    retract_event(engine, first, why="a slip", as_of=AS_OF)
    assert agents(engine)[:2] == ["A2", "A2"]
    assert rows_of(engine, STANDING) == [(None, "A1", "A2"), (1, "A1", "A2")]
    retract_event(engine, second, why="a slip", as_of=AS_OF)
    assert agents(engine) == ["A1", "A1", None, None]
    assert rows_of(engine, STANDING) == []


def test_a_change_of_which_the_customer_was_told_is_not_taken_back(engine: Engine) -> None:
    key = add_event(engine, TODAY, as_of=MONDAY)
    release_tasks(engine, load_calendar(fixture("calendars", "cn.yaml")), as_of=MONDAY, at=AT)
    with db.writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO contacts (task_id, done_on, channel) SELECT id, '2026-03-02', 'call' FROM tasks "
                "WHERE service = 'handover-visit' AND customer_id = 1"
            )
        )
        connection.execute(text("UPDATE tasks SET status = 'done' WHERE service = 'handover-visit'"))
    with pytest.raises(PolicyserveError, match="has been told of the new agent already"):
        retract_event(engine, key, why="a slip", as_of=MONDAY)
    assert agents(engine)[0] == "A3"


def test_after_a_hand_over_no_open_work_is_the_leavers_and_a_late_list_makes_none(
    engine: Engine, tmp_path: Path
) -> None:
    calendar = load_calendar(fixture("calendars", "cn.yaml"))
    release_tasks(engine, calendar, as_of=AS_OF, at=AT)
    import_text(engine, tmp_path, "agents", LEFT)
    add_event(engine, TODAY, as_of=MONDAY)
    import_text(engine, tmp_path, "customers", CUSTOMERS.format("A1"))
    import_text(engine, tmp_path, "policies", POLICIES.format("A1"))
    release_tasks(engine, calendar, as_of=MONDAY, at=AT)
    work = "SELECT t.service, a.agent_no FROM tasks t JOIN agents a ON a.id = t.agent_id WHERE customer_id = 1"
    found = rows_of(engine, f"{work} AND status = 'open'")
    assert {agent for _, agent in found} == {"A3"}
    assert {"handover-visit"} <= {service for service, _ in found}
