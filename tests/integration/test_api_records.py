"""Events, imports and figures by the API: what a clerk's machine sends, and what a manager's asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from policyserve.operations.targets import FIGURES

LIST = "customer_no,name,agent_no\nC8,王小明,1002\nC9,李小红,nobody\n"


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("api"), sqlite_template) as made:
        yield made


@pytest.fixture(scope="module")
def clerk(branch: Branch) -> TestClient:
    return branch.machine("clerk")


def test_an_event_is_entered_once_and_of_a_customer_in_scope(branch: Branch, clerk: TestClient) -> None:
    event = {"policy_no": "P1", "kind": "claim", "occurred_on": "2026-05-02", "amount": "1200.50"}
    first = clerk.post("/events", json=event, headers={"idempotency-key": "e1"})
    assert (first.status_code, clerk.post("/events", json=event, headers={"idempotency-key": "e1"}).json()) == (
        201, first.json(),
    )  # fmt: skip
    [kept] = clerk.get("/events", params={"policy_no": "P1"}).json()["items"]
    assert (kept["event"], kept["amount"], kept["currency"]) == (first.json()["event"], "1200.50", "CNY")
    assert clerk.post("/events", json=event).status_code == 409
    agent = branch.machine("agent")
    assert agent.post("/events", json={**event, "policy_no": "P3"}).status_code == 404
    assert agent.post("/events", json={**event, "kind": "surrender"}).status_code == 409
    assert ("clerk", "event noted", "C1") in branch.log()


def test_a_list_is_a_job_that_waits_for_a_word_and_tells_its_rejects(branch: Branch, clerk: TestClient) -> None:
    asked = {"kind": "customers", "name": "new.csv"}
    sent = clerk.post("/imports", params=asked, content=LIST.encode(), headers={"idempotency-key": "i1"})
    again = clerk.post("/imports", params=asked, content=LIST.encode(), headers={"idempotency-key": "i1"})
    other = clerk.post("/imports", params=asked, content=b"customer_no\n", headers={"idempotency-key": "i1"})
    assert (sent.status_code, again.json(), other.status_code) == (202, sent.json(), 422)
    key = sent.json()["import_id"]
    branch.house.imports.finish()
    waiting = clerk.get(f"/imports/{key}").json()
    assert (waiting["status"], waiting["counts"]["added"], waiting["counts"]["rejected"]) == ("waiting", 1, 1)
    assert clerk.get("/customers/C8").status_code == 404
    assert clerk.post(f"/imports/{key}/apply").status_code == 202
    branch.house.imports.finish()
    assert clerk.get(f"/imports/{key}").json()["status"] == "done"
    assert clerk.get("/customers/C8").status_code == 200
    [reject] = clerk.get(f"/imports/{key}/rejects").json()["items"]
    assert (reject["line"], reject["field"], reject["value"]) == (3, "agent_no", "nobody")
    assert [one["import_id"] for one in clerk.get("/imports").json()["items"]] == [key]


def test_a_list_belongs_to_its_sender_and_is_read_of_clerks_alone(branch: Branch, clerk: TestClient) -> None:
    key = clerk.post("/imports", params={"kind": "customers", "name": "a.csv"}, content=b"customer_no\n").json()
    assert branch.machine("agent").get(f"/imports/{key['import_id']}").status_code == 403
    branch.house.imports.finish()
    large = b"x" * 50_000_001
    asked = {"kind": "customers", "name": "large.csv"}
    assert clerk.post("/imports", params=asked, content=large).status_code == 413
    assert branch.machine("agent").post("/imports", params=asked, content=large).status_code == 403


@pytest.mark.parametrize("name", [one for one in FIGURES if one != "forecast"])  # which needs years of lists
def test_each_figure_has_columns_with_kinds_and_the_rows_of_ones_scope(branch: Branch, name: str) -> None:
    found = branch.machine("agent").get(f"/figures/{name}")
    assert found.status_code == 200, found.text
    told = found.json()
    assert {row["agent_no"] for row in told["rows"] if "agent_no" in row} <= {"1002"}
    assert {row["customer_no"] for row in told["rows"] if "customer_no" in row} <= {"C1"}
    assert all(one["kind"] and one["title"] for one in told["columns"])
    assert branch.troubles == []
