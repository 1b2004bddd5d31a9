"""Every call of the API as every role, from the table in the docs; another agent's is not found; tokens that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desks.access_table import allowed
from desks.page_book import SAME, USERS, Branch, branch_in
from desks.task_book import AT
from policyserve.access.viewer import SYSTEM
from policyserve.operations.tokens import all_tokens, revoke_token
from policyserve.operations.users import disable_user
from policyserve.web.api.call import Call
from policyserve.web.api.calls import CALLS
from policyserve.web.app import API

BODIES: dict[str, dict[str, Any]] = {
    "pin": {"on": "2020-01-02"},
    "unpin": {},
    "bring-forward": {},
    "done": {"channel": "visit"}, "put-off": {"to": "2026-05-06"}, "skip": {"why": "abroad"},
    "reopen": {"why": "by mistake"}, "retract": {"why": "by mistake"}, "mend": {"cells": []},
    "absences": {"agent_no": "1002", "first_day": "2026-06-01", "last_day": "2026-06-05", "substitute_no": "1003"},
    "complaints": {"policy_no": "P1", "words": "late", "kind": "service"}, "steps": {"step": "founded", "said": "so"},
    "calls": {"outcome": "not-reached", "at": "10:00"},
    "handovers": {"agents": ["1002"]}, "choice": {"household": "F9", "agent_no": "1003"}, "undo": {"why": "she stays"},
    "1001": {"persistency": 2, "referrals": 1, "add_ons": 1},
    "events": {"policy_no": "P1", "kind": "claim", "occurred_on": "2026-05-04"},
}  # fmt: skip
"""What is sent, by the last part of the path."""


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("api"), sqlite_template) as made:
        yield made


@pytest.fixture(scope="module")
def machines(branch: Branch) -> dict[str, TestClient]:
    return {login: branch.machine(login) for login in USERS} | {"nobody": branch.browser()}


def asked(client: TestClient, call: Call, **places: str) -> Any:
    known = {
        "task_id": "1",
        "customer_no": "C1",
        "policy_no": "P1",
        "name": "agents",
        "import_id": "1",
        "event": "1",
        "absence_id": "1",
        "complaint_id": "1",
        "handover_id": "1",
        "month": "2026-05",
        "manager_no": "1001",
    }
    path = API + call.path.format(**{**known, **places})
    body = BODIES.get(path.rpartition("/")[2]) if call.method == "POST" else None
    if call.upload:
        path += "?kind=customers&name=list.csv"
    if path.endswith("/preview"):
        path += "?weights=2/1/1&agent_no=1002"
    if path.endswith("/missing"):
        path += "?service=visit-m4"
    return client.request(call.method, f"http://branch{path}", json=body)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_each_role_is_let_in_or_refused_as_the_table_says(
    branch: Branch, machines: dict[str, TestClient], call: Call
) -> None:
    for who, lets_in in allowed()[call.method, API + call.path].items():
        answer = asked(machines[who], call)
        assert (answer.status_code in {401, 403}) is not lets_in, (who, answer.status_code, answer.text)
        assert answer.status_code != 422, answer.text
    assert branch.troubles == []


@pytest.mark.parametrize(
    "call", [one for one in CALLS if "_no}" in one.path or "task_id" in one.path], ids=lambda call: call.name
)
def test_what_is_another_agents_is_not_found_as_if_there_were_none(machines: dict[str, TestClient], call: Call) -> None:
    others = {"task_id": "3", "customer_no": "C2", "policy_no": "P3"}
    none = {"task_id": "77", "customer_no": "C77", "policy_no": "P77"}
    if "agent" in call.roles:
        answers = [asked(machines["agent"], call, **places) for places in (others, none)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_the_day_of_somebody_else_is_not_found(machines: dict[str, TestClient]) -> None:
    numbers = ("1003", "1004", "nobody")
    assert [machines["agent"].get("/agenda", params={"agent_no": one}).status_code for one in numbers] == [404] * 3
    assert [machines["manager"].get("/agenda", params={"agent_no": one}).status_code for one in numbers] == [
        200,
        404,
        404,
    ]


def test_a_session_asks_too_and_changes_things_from_our_own_pages_alone(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    assert agent.get("/api/v1/agenda").status_code == 200
    for strange in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "", "origin": "http://elsewhere"}):
        assert agent.post("/api/v1/tasks/2/done", json={}, headers=strange).status_code == 403
    assert branch.status(2) == "open"
    assert agent.post("/api/v1/tasks/2/done", json={}, headers=SAME).status_code == 200


def test_a_token_that_only_reads_changes_nothing(branch: Branch) -> None:
    reader = branch.machine("agent", reads_only=True)
    assert reader.get("/agenda").status_code == 200
    assert reader.post("/tasks/1/skip", json={"why": "x"}).status_code == 403


def test_a_token_ends_on_its_day_or_when_it_is_revoked(branch: Branch) -> None:
    short, revoked = branch.machine("agent", ends_at=AT + timedelta(days=1)), branch.machine("agent")
    names = [one.name for one in all_tokens(branch.engine)]
    assert [one.get("/agenda").status_code for one in (short, revoked)] == [200, 200]
    revoke_token(branch.engine, SYSTEM, names[-1], at=AT)
    branch.later(days=1)
    answers = [one.get("/agenda") for one in (short, revoked)]
    branch.later(days=-1)
    assert [one.status_code for one in answers] == [401, 401]
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_the_token_of_a_disabled_user_lets_nobody_in_in_the_middle_of_work(branch: Branch) -> None:
    machine = branch.machine("other")
    assert machine.get("/agenda").status_code == 200
    disable_user(branch.engine, SYSTEM, "other", at=AT)
    assert machine.get("/agenda").status_code == 401
    disable_user(branch.engine, SYSTEM, "other", at=AT, active=True)
    assert machine.get("/agenda").status_code == 200


def test_the_last_use_of_a_token_is_known_to_the_hour(branch: Branch) -> None:
    machine = branch.machine("agent")
    used = []
    for minutes in (0, 30, 40):
        branch.later(minutes=minutes)
        machine.get("/agenda")
        used.append(max(all_tokens(branch.engine), key=lambda one: int(one.name.split()[1])).last_used_at)
    branch.later(minutes=-70)
    assert used == [AT, AT, AT + timedelta(minutes=70)]


def test_wrong_tokens_are_noted_and_slowed_down_and_a_right_one_is_not(branch: Branch) -> None:
    branch.later(days=2)
    stranger = branch.machine("agent")
    right, wrong = stranger.headers["authorization"], {"authorization": "Bearer policyserve_guess"}
    answers = [stranger.get("/agenda", headers=wrong) for _ in range(6)]
    assert [one.status_code for one in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "10"
    assert branch.log()[-1] == ("?", "token refused", None)
    assert stranger.get("/agenda", headers={"authorization": right}).status_code == 200
    branch.later(hours=1)
    assert stranger.get("/agenda", headers={"authorization": "Basic YTpi"}).status_code == 401
    branch.later(days=-2, hours=-1)
