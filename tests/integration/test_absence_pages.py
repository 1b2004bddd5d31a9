"""An absence by page and by call: the substitute sees its customers while it lasts, and no longer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from desks.task_book import MONDAY

ASKED = {
    "agent_no": "1003",
    "from": "2026-05-04",
    "to": (MONDAY + timedelta(days=14)).isoformat(),
    "substitute_no": "1002",
}
DOORS = ["/customers/C2", "/customers/C2/contact", "/policies/P3", "/tasks/3", "/tasks/3/done",
         "/api/v1/tasks/3", "/api/v1/customers/C2", "/api/v1/policies/P3"]  # fmt: skip


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("absences"), sqlite_template) as made:
        yield made
        assert made.troubles == []


@pytest.fixture(scope="module")
def agent(branch: Branch) -> TestClient:
    return branch.signed_in("agent")


@pytest.fixture(scope="module")
def manager(branch: Branch) -> TestClient:
    return branch.signed_in("manager")


def open_doors(agent: TestClient) -> list[str]:
    return [door for door in DOORS if agent.get(door).status_code == 200]


def test_it_is_looked_at_entered_seen_and_withdrawn(branch: Branch, agent: TestClient, manager: TestClient) -> None:
    never = {path: agent.get(path).text for path in ("/api/v1/customers", "/api/v1/agenda", "/api/v1/tasks")}
    look = manager.post("/absences", data=ASKED | {"deed": "preview"}).text
    assert "1 task of 1 customer stand with 1002 Agent 1002." in look
    assert 'value="1002"' in look
    assert open_doors(agent) == []
    sent = ASKED | {"deed": "enter", "form_key": "once"}
    for _ in range(2):
        entered = manager.post("/absences", data=sent).text
        assert "Agent 1003" in entered
    where = max(re.findall(r"/absences/\d+", entered), key=lambda link: int(link.split("/")[2]))

    assert open_doors(agent) == DOORS
    today = agent.get("/today").text
    assert "You stand in for Agent 1003, away until 18 May." in today
    assert today.count("for Agent 1003, away until 2026-05-18") == 1
    (item,) = [one for one in agent.get("/api/v1/agenda").json()["items"] if one["task_id"] == 3]
    assert (item["instead_of"], item["away_until"]) == ("Agent 1003", "2026-05-18")
    assert "/customers/C2" in agent.get("/schedule?day=2026-05-04").text
    assert where not in agent.get("/absences").text
    why = "\n".join(agent.get("/api/v1/tasks/3").json()["why"])
    assert "1003 Agent 1003 is away from 2026-05-04 to 2026-05-18, and back on 2026-05-19" in why
    assert "It does not wait (its last day, 2026-05-18, is before that): 1002 Agent 1002 does it" in why
    assert "2026-05-18" in manager.get("/board").text
    gone = branch.signed_in("other").get("/today").text
    assert "You are away until 18 May; what does not wait stands with Agent 1002." in gone
    assert "/customers/C2" not in gone

    done = {"channel": "visit", "on": "2026-05-04", "form_key": "done by the substitute"}
    assert agent.post("/tasks/3/done", data=done).status_code == 200
    assert branch.log()[-1] == ("agent", "task done", "3")
    assert open_doors(agent)[0] == "/customers/C2"  # what was done meanwhile can be noted, and taken back
    agent.post("/tasks/3/undo", data={"form_key": "undone"})

    assert "1 task of 1 customer" in manager.get(where).text
    manager.post(where, data={"form_key": "back"})
    assert "It was withdrawn by manager." in manager.get(where).text
    assert open_doors(agent) == []
    assert {path: agent.get(path).text for path in never} == never
    noted = [(who, action, number) for who, action, number in branch.log() if action.startswith("absence")]
    assert noted[-2:] == [("manager", "absence entered", "1003"), ("manager", "absence withdrawn", "1003")]


@pytest.mark.parametrize(("wrong", "said"), [
    ({"from": "2026-05-20"}, "before it begins"),
    ({"from": ""}, "from which day to which day"),
    ({"agent_no": "1004"}, "No agent has the number"),
    ({"substitute_no": "1004"}, "No agent has the number"),
    ({"substitute_no": "1003"}, "stands in for themselves"),
])  # fmt: skip
def test_what_cannot_be_is_told_beside_what_was_typed(manager: TestClient, wrong: dict[str, str], said: str) -> None:
    for deed in ("preview", "enter"):
        answer = manager.post("/absences", data=ASKED | wrong | {"deed": deed})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{(ASKED | wrong)["agent_no"]}"' in answer.text


def test_a_program_enters_one_once_and_sees_it(branch: Branch) -> None:
    machine, reader = branch.machine("manager"), branch.machine("agent")
    body = {"agent_no": "1003", "first_day": "2026-05-11", "last_day": "2026-05-12", "substitute_no": "1002"}
    made = [machine.post("/absences", json=body, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["status"] == "coming"
    seen = reader.get("/absences").json()["items"]
    assert [one["absence_id"] for one in seen] == [made[0].json()["absence_id"]]
    assert reader.get("/customers/C2").status_code == 404  # it has not begun
    assert reader.get("/agenda", params={"date": "2026-05-11"}).json()["items"][0]["customer_no"] == "C1"
    taken = machine.post(f"/absences/{seen[0]['absence_id']}/withdraw")
    assert (taken.status_code, taken.json()["status"]) == (200, "withdrawn")
    assert machine.post("/absences/999/withdraw").status_code == 404


def test_a_form_offers_the_agents_below_by_number_and_name_and_nobody_else(manager: TestClient) -> None:
    offered = [
        re.findall(r'<option value="(\d+)">([^<]*)</option>', manager.get(page).text)
        for page in ("/absences", "/priority", "/spot-checks")
    ]
    assert offered == [[(number, f"Agent {number}") for number in ("1001", "1002", "1003")]] * 3
