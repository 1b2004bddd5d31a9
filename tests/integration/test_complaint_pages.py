"""Complaints on their pages: received by an agent, led on by a clerk and a manager, found by nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in

WORDS = "保费扣了两次 <b>nobody</b> called me back"
RECEIVED = {"words": WORDS, "kind": "premium", "channel": "call", "on": "2026-05-04"}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("complaints"), sqlite_template) as made:
        yield made


def received(browser: TestClient, customer: str = "C1", **form: str) -> str:
    answer = browser.post(f"/customers/{customer}/complaint", data=RECEIVED | form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def led(browser: TestClient, where: str, step: str, **form: str) -> str:
    answer = browser.post(where, data={"step": step, "said": f"because of {step}"} | form)
    assert answer.url.path == where
    return answer.text


def test_an_agent_receives_one_once_and_sees_it_as_it_was_said(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    where = received(agent, form_key="twice")
    assert received(agent, form_key="twice") == "/customers/C1"
    said = agent.get(where).text
    assert "&lt;b&gt;nobody&lt;/b&gt; called me back" in said
    assert "<b>nobody" not in said
    assert 'name="step"' not in said
    assert where in agent.get("/complaints").text
    assert where in agent.get("/customers/C1").text
    assert branch.log()[-1] == ("agent", "complaint received", where.rpartition("/")[2])
    assert agent.post(where, data={"step": "founded", "said": "no"}).status_code == 403


def test_a_complaint_of_another_agents_customer_is_not_found(branch: Branch) -> None:
    where, other = received(branch.signed_in("agent")), branch.signed_in("other")
    assert [other.get(one).status_code for one in (where, "/customers/C1/complaint")] == [404, 404]
    assert where not in other.get("/complaints").text
    assert other.post("/customers/C1/complaint", data=RECEIVED).status_code == 404
    assert branch.machine("other").get(where).status_code == 404


def test_a_complaint_goes_round_its_loop_and_back_where_the_customer_is_not_content(branch: Branch) -> None:
    where = received(branch.signed_in("agent"))
    clerk, manager = branch.signed_in("clerk"), branch.signed_in("manager")
    for step in ("answered", "founded"):
        led(clerk, where, step)
    assert "Name the cause" in led(clerk, where, "investigated")
    led(clerk, where, "investigated", cause="system", responsible_no="1002")
    led(clerk, where, "proposed")
    assert "taken by a manager" in led(clerk, where, "approved")
    for step in ("approved", "carried-out", "reopened"):
        led(manager, where, step)
    assert "cannot follow" in led(manager, where, "confirmed")
    led(manager, where, "investigated", cause="explanation")
    for step in ("proposed", "approved", "carried-out", "confirmed"):
        led(manager, where, step)
    assert where in manager.get("/complaints").text
    said = led(manager, where, "reviewed")
    assert where not in manager.get("/complaints").text
    assert where in manager.get("/complaints?all=1").text
    assert re.findall(r"because of ([a-z-]+)", said).count("investigated") == 2
    assert manager.get("/complaints?form=xlsx&all=1").status_code == 200


def test_the_api_receives_leads_and_lists(branch: Branch) -> None:
    agent, manager = branch.machine("agent"), branch.machine("manager")
    body = {"customer_no": "C1", "words": WORDS, "kind": "service"}
    made = agent.post("/complaints", json=body, headers={"Idempotency-Key": "a"})
    again = agent.post("/complaints", json=body, headers={"Idempotency-Key": "a"})
    assert (made.status_code, again.json()) == (201, made.json())
    key = made.json()["complaint_id"]
    assert agent.post(f"/complaints/{key}/steps", json={"step": "founded", "said": "so it is"}).status_code == 403
    assert manager.post(f"/complaints/{key}/steps", json={"step": "founded", "said": "so it is"}).status_code == 200
    refused = manager.post(f"/complaints/{key}/steps", json={"step": "confirmed", "said": "so it is"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:policyserve:step-out-of-turn")
    shown = manager.get(f"/complaints/{key}").json()
    assert (shown["status"], shown["words"], shown["answer_by"]) == ("founded", WORDS, "2026-05-06")
    assert [step["action"] for step in shown["steps"]] == ["received", "founded"]
    assert key in [row["complaint_id"] for row in agent.get("/complaints?open_only=true").json()["items"]]
