"""Hand-overs on their pages: proposed by a manager for those below, looked at, changed, applied and undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from books.lists_in import rows_of
from desks.page_book import Branch, branch_in


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("handovers"), sqlite_template) as made:
        yield made


def proposed(browser: TestClient, agents: str = "1002") -> str:
    answer = browser.post("/handovers", data={"agents": agents}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def serving(branch: Branch) -> dict[str, str]:
    rows = rows_of(
        branch.engine, "SELECT c.customer_no, a.agent_no FROM customers c JOIN agents a ON a.id = c.agent_id"
    )
    return dict(rows)


def test_a_manager_proposes_changes_applies_and_undoes(branch: Branch) -> None:
    manager, before = branch.signed_in("manager"), serving(branch)
    where = proposed(manager)
    said = manager.get(where).text
    assert [words in said for words in ("Apply the hand-over", "1002", "1003", "C1")] == [True] * 4
    assert manager.get(where).text.count("Undo the hand-over") == 0
    manager.post(where, data={"deed": "choose", "household": "C1", "agent_no": "1001"})
    assert "chosen by Agent 1001 (manager)" in manager.get(where).text
    for _ in range(2):  # a double tap acts once
        answer = manager.post(where, data={"deed": "apply", "form_key": "apply"}, follow_redirects=False)
        assert answer.status_code == 303
    assert rows_of(branch.engine, "SELECT count(*) FROM tasks WHERE agent_id = 2 AND status = 'open'") == [(0,)]
    assert "Say why" in manager.post(where, data={"deed": "undo", "why": " "}).text
    manager.post(where, data={"deed": "undo", "why": "she stays"})
    assert "she stays" in manager.get(where).text
    assert serving(branch) == before
    assert [action for who, action, key in branch.log() if key == where.rpartition("/")[2]] == [
        "hand-over proposed", "hand-over changed", "hand-over applied", "hand-over undone",
    ]  # fmt: skip
    for table in range(4):
        assert manager.get(f"{where}?form=xlsx&table={table}").status_code == 200


def test_agents_out_of_sight_are_not_proposed_for_and_not_given_anything(branch: Branch) -> None:
    manager = branch.signed_in("manager")
    refused = manager.post("/handovers", data={"agents": "1004"})
    assert "There is no such agent whom you see" in refused.text
    where = proposed(manager, "1003")
    assert "There is no such agent whom you see" in manager.post(
        where, data={"deed": "choose", "household": "C2", "agent_no": "1004"}
    ).text  # fmt: skip
    assert manager.get("/handovers/999999").status_code == 404


def test_clerks_read_a_set_and_change_nothing(branch: Branch) -> None:
    where = proposed(branch.signed_in("manager"))
    clerk = branch.signed_in("clerk", "zh")
    said = clerk.get(where).text
    assert "核心系统清单" in said
    assert "执行交接" not in said
    assert clerk.post(where, data={"deed": "apply"}).status_code in {403, 404}
    assert where in clerk.get("/handovers").text


def test_by_the_api_a_set_is_proposed_changed_applied_once_and_undone(branch: Branch) -> None:
    manager, before = branch.machine("manager"), serving(branch)
    earlier, made = (manager.post("/handovers", json={"agents": ["1002"]}) for _ in range(2))
    assert earlier.json()["handover_id"] < made.json()["handover_id"]
    assert (made.status_code, made.json()["status"], made.json()["leavers"]) == (201, "proposed", ["1002"])
    where, key = f"/handovers/{made.json()['handover_id']}", made.json()["handover_id"]
    chosen = manager.post(f"{where}/choice", json={"household": "C1", "agent_no": "1001"})
    assert chosen.json()["households"] == made.json()["households"]
    lines = [manager.get(f"{where}/lines?most=2").json()]
    while lines[-1]["next"]:
        lines.append(manager.get(f"{where}/lines?most=2&cursor={lines[-1]['next']}").json())
    told = [line for part in lines for line in part["items"]]
    assert {line["to_agent_no"] for line in told if line["household"] == "C1"} == {"1001"}
    assert {line["why"] for line in told if line["household"] == "C1"} == {"by-hand"}
    once = {"idempotency-key": "a-set"}
    answers = [manager.post(f"{where}/apply", headers=once) for _ in range(2)]
    assert [(one.status_code, one.json()["status"]) for one in answers] == [(200, "applied")] * 2
    assert manager.post(f"{where}/apply").status_code == 409
    export = manager.get(f"{where}/export").json()["items"]
    assert {(line["customer_no"], line["to_agent_no"]) for line in export if line["subject_kind"] == "customer"} == {
        (customer, agent) for customer, agent in serving(branch).items() if before[customer] == "1002"
    }
    desks = {one["agent_no"]: one for one in manager.get(f"{where}/desks").json()["items"]}
    assert (desks["1002"]["leaves"], desks["1001"]["households"]) == (True, 1)
    assert manager.post(f"{where}/undo", json={"why": " "}).status_code == 422
    assert manager.post(f"{where}/undo", json={"why": "she stays"}).json()["undone_why"] == "she stays"
    assert serving(branch) == before
    listed = manager.get("/handovers?most=1").json()
    assert ([one["handover_id"] for one in listed["items"]], listed["next"] is not None) == ([key], True)
    assert manager.get("/handovers/99999").status_code == 404


def test_by_the_api_weights_are_tried_set_once_and_taken_back(branch: Branch) -> None:
    manager, weights = branch.machine("manager"), {"persistency": 3, "referrals": 0, "add_ons": 0}
    tried = manager.get("/priorities/1001/preview?weights=3/0/0&agent_no=1002").json()["items"]
    assert [one["after"] for one in tried] == [*range(1, len(tried) + 1)]
    assert manager.get("/priorities/1001").json()["manager_no"] is None
    once = {"idempotency-key": "weights"}
    held = [manager.post("/priorities/1001", json=weights, headers=once).json() for _ in range(2)]
    assert [(one["persistency"], one["manager_no"], one["actor"]) for one in held] == [(3.0, "1001", "manager")] * 2
    assert "3/0/0" in manager.get("/priorities/1001").json()["why"]
    assert manager.post("/priorities/1001", json={**weights, "persistency": 0}).status_code == 409
    assert manager.get("/priorities/1004").status_code == 404
    assert manager.post("/priorities/1001/take-back").json()["manager_no"] is None
