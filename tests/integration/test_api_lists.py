"""Lists by the API: page by page, of one's scope alone, by cursors of their own."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from desks.outbox_rows import message
from desks.page_book import Branch, branch_in
from desks.task_book import MONDAY
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.operations.agenda import agent_day
from policyserve.operations.cards import policy_card
from policyserve.tables import Event, Message, table

LISTS = {"/tasks": "task_id", "/customers": "customer_no", "/events": "event", "/messages": "message_id"}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("api"), sqlite_template) as made:
        keep_rows(made.engine)
        yield made


def keep_rows(engine: Any) -> None:
    """Store two events and two messages of each customer, of which two events are of one day."""
    with db.writing(engine) as connection:
        for key, customer in enumerate((1, 2, 1, 2), 1):
            happened = {"occurred_on": MONDAY - timedelta(days=key // 2), "recorded_on": MONDAY, "kind": "sick"}
            connection.execute(insert(table(Event)), happened | {"customer_id": customer, "number": key})
            connection.execute(insert(table(Message)), message(key) | {"customer_id": customer})


@pytest.fixture(scope="module")
def manager(branch: Branch) -> TestClient:
    return branch.machine("manager")


@pytest.fixture(scope="module")
def agent(branch: Branch) -> TestClient:
    return branch.machine("agent")


def pages(client: TestClient, path: str, most: int) -> list[list[dict[str, Any]]]:
    found, cursor = [], None
    while True:
        asked = {"most": most} | ({"cursor": cursor} if cursor else {})
        answer = client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        cursor = answer.json()["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("path", LISTS)
def test_pages_bring_each_row_once_and_in_order(manager: TestClient, path: str) -> None:
    [whole] = pages(manager, path, 100)
    single = pages(manager, path, 1)
    assert len(whole) > 1
    assert [len(one) for one in single] == [1] * len(whole)
    assert [row for one in single for row in one] == whole


@pytest.mark.parametrize("path", LISTS)
def test_nothing_of_another_agents_stands_in_a_list(agent: TestClient, path: str) -> None:
    [rows] = pages(agent, path, 100)
    assert {row["customer_no"] for row in rows} == {"C1"}


@pytest.mark.parametrize("asked", [{"customer_no": "C2"}, {"policy_no": "P3"}, {"q": "C2"}])
def test_nor_where_it_is_asked_for(agent: TestClient, asked: dict[str, str]) -> None:
    path = "/customers" if "q" in asked else "/events" if "policy_no" in asked else "/tasks"
    assert agent.get(path, params=asked).json()["items"] == []


def written(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def test_a_cursor_that_was_tampered_with_is_refused_and_opens_nothing(agent: TestClient) -> None:
    cursor = agent.get("/tasks", params={"most": 1}).json()["next"]
    own = json.loads(base64.urlsafe_b64decode(cursor + "=="))[0]
    tampered = [
        cursor[:-2], cursor + "AA", "x", "***", written(own), written(own, "1"), written(own, 2**40),
        written(own, True), written("other", 1), written(own, 1, 1), written([own, 1]), "A" * 400,
    ]  # fmt: skip
    for one in tampered:
        answer = agent.get("/tasks", params={"cursor": one})
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:policyserve:cursor"), one
    moved = agent.get("/tasks", params={"cursor": written(own, 0)}).json()["items"]
    assert {row["customer_no"] for row in moved} == {"C1"}


def test_a_cursor_is_of_its_list_and_of_what_was_asked(agent: TestClient, manager: TestClient) -> None:
    cursor = manager.get("/tasks", params={"most": 1}).json()["next"]
    for path, asked in {"/customers": {}, "/messages": {}, "/tasks": {"status": "done"}}.items():
        assert manager.get(path, params={"cursor": cursor, **asked}).status_code == 404
    assert agent.get("/tasks", params={"cursor": cursor}).status_code == 200


def test_rows_that_come_meanwhile_move_no_page(branch: Branch, manager: TestClient) -> None:
    first = manager.get("/events", params={"most": 2}).json()
    with db.writing(branch.engine) as connection:
        newer = {"customer_id": 1, "number": 9, "kind": "claim", "occurred_on": MONDAY, "recorded_on": MONDAY}
        connection.execute(insert(table(Event)), newer)
    rest = manager.get("/events", params={"most": 100, "cursor": first["next"]}).json()["items"]
    keys = [row["event"] for row in (*first["items"], *rest)]
    assert len(keys) == len(set(keys)) == 4


def test_the_api_says_what_the_commands_say(branch: Branch, agent: TestClient) -> None:
    day = agent.get("/agenda").json()
    told = [
        {name: str(value) if hasattr(value, "isoformat") else value for name, value in task.fields("en").items()}
        for task in agent_day(branch.engine, SYSTEM, "1002", MONDAY, as_of=MONDAY).tasks
    ]
    assert [{name: item[name] for name in told[0]} for item in day["items"]] == told
    life = agent.get("/policies/P1").json()
    card = policy_card(branch.engine, SYSTEM, branch.house.calendar, "P1", as_of=MONDAY, language="en")
    assert [one["due"] for one in life["touches"]] == [str(one["due"]) for one in card.touches]
    assert (life["policy"]["premium"], life["policy"]["currency"]) == ("5000.00", "CNY")


def test_a_manager_sees_masked_phones_and_an_agent_whole_ones(agent: TestClient, manager: TestClient) -> None:
    for path in ("/customers/C1", "/customers?q=C1", "/agenda?agent_no=1002"):
        assert "13900000001" in agent.get(path).text
        assert "13900000001" not in manager.get(path).text
    assert manager.get("/customers", params={"q": "13900000001"}).json()["items"] == []


def test_a_task_says_why_it_is_there(agent: TestClient) -> None:
    answer = agent.get("/tasks/1")
    assert answer.json()["why"][0].startswith("1 Policy check-up")
    assert answer.headers["etag"].startswith(f'"{answer.json()["version"]}.')
