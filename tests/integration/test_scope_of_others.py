"""Others than the customer who is asked for: relatives, who referred whom, agents of another day; only in scope."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from desks.page_book import Branch, branch_in, hashed
from desks.task_book import AT, MONDAY
from policyserve import db
from policyserve.access import users
from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.operations.cards import customer_card
from policyserve.operations.personal_data import copy_of
from policyserve.operations.sessions import viewer_of_session
from policyserve.web.door import SESSION

SOUTH = """
INSERT INTO customers (customer_no, name, agent_id, family_no, known_on, phone, birthday)
VALUES ('S1', 'South One', 4, 'F1', '2026-01-01', '13911110000', '1980-01-01')
"""


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    """C1, C2 and S1 are one family; 1002 serves C1, 1003 C2, and 1004 of the South branch S1, who referred C1."""
    with branch_in(tmp_path_factory.mktemp("family"), sqlite_template) as made:
        with db.writing(made.engine) as connection:
            connection.execute(text("UPDATE customers SET family_no = 'F1'"))
            connection.execute(text(SOUTH))
            referrer = "(SELECT id FROM customers WHERE customer_no = 'S1')"
            connection.execute(text(f"UPDATE customers SET referred_by_id = {referrer} WHERE customer_no = 'C1'"))
            for login, place in {"south": "South", "north": "North"}.items():
                users.add(connection, login, Place(role="clerk", branch=place), password=hashed(), name=None, at=AT)
        yield made


@pytest.mark.parametrize(
    ("who", "family", "referrer"),
    [("agent", [], None), ("manager", ["C2"], None), ("north", ["C2"], None), ("clerk", ["C2", "S1"], "S1")],
)
def test_a_card_names_relatives_and_referrers_in_scope_alone(
    branch: Branch, who: str, family: list[str], referrer: str | None
) -> None:
    card = branch.machine(who).get("/customers/C1").json()
    assert (sorted(one["customer_no"] for one in card["family"]), card["referred_by"]) == (family, referrer)
    page = branch.signed_in(who).get("/customers/C1").text
    assert [one for one in ("C2", "S1") if one in page] == family
    assert ("South One" in page) is ("S1" in family)


def test_the_other_side_of_a_family_is_not_seen_either(branch: Branch) -> None:
    assert branch.machine("south").get("/customers/S1").json()["family"] == []


def test_whoever_runs_the_system_sees_the_whole_family(branch: Branch) -> None:
    card = customer_card(branch.engine, SYSTEM, branch.house.calendar, "C1", as_of=MONDAY, language="en")
    assert sorted(one["customer_no"] for one in card.family) == ["C2", "S1"]


@pytest.mark.parametrize(("who", "family", "referrer"), [("north", ["C2"], None), ("clerk", ["C2", "S1"], "S1")])
def test_a_copy_of_personal_data_names_others_in_scope_alone(
    branch: Branch, who: str, family: list[str], referrer: str | None
) -> None:
    viewer = viewer_of_session(branch.engine, branch.signed_in(who).cookies[SESSION], at=branch.moment)
    assert viewer
    written, _ = copy_of(branch.engine, viewer, "C1", as_of=MONDAY, at=branch.moment, language="en")
    held = json.loads(written)
    assert [one["customer_no"] for one in held["family"]] == family
    assert (held["customer"][0]["customer_no"], held["customer"][0]["referred_by_no"]) == ("C1", referrer)
    assert all(one["customer_no"] == "C1" for one in held["tasks"])


def test_who_saw_an_agent_once_does_not_by_asking_for_an_old_day(branch: Branch) -> None:
    """1002 sees the work of 1003, who reports to them and leaves tomorrow; not yet today, on no day asked for."""
    tomorrow = MONDAY + timedelta(days=1)
    move = text("UPDATE agents SET manager_id = :manager, left_on = :left WHERE id = 3")
    machine = branch.machine("agent")

    def seen(left: date | None) -> list[int]:
        with db.writing(branch.engine) as connection:
            connection.execute(move, {"manager": 2, "left": None if left is None else str(left)})
        days = (MONDAY - timedelta(days=30), MONDAY, tomorrow, tomorrow + timedelta(days=30))
        return [machine.get("/agenda", params={"agent_no": "1003", "date": str(day)}).status_code for day in days]

    assert [seen(left) for left in (None, tomorrow, MONDAY)] == [[404] * 4, [404] * 4, [200] * 4]
