"""Calls on their pages and by the API: a form without scripts, sent twice it is kept once, found by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desks.page_book import Branch, branch_in
from desks.task_book import MONDAY, run, touch
from policyserve.standard.parser import default_standard

CALLBACK = "new-policy-callback"
CODES = [one.code for one in default_standard().calls.points(CALLBACK)]
REACHED = {
    "outcome": "reached", "satisfaction": "5", "on": MONDAY.isoformat(), "at": "10:30",
    **{f"point-{code}": "yes" for code in CODES},
}  # fmt: skip


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        run(made.engine, [touch(CALLBACK, channels="call", ordinal=7)])
        yield made


def where_of(branch: Branch) -> str:
    (row,) = branch.machine("agent").get("/calls").json()["items"]
    return f"/calls/{row['task_id']}"


def test_an_agent_calls_with_the_seven_points_once(branch: Branch) -> None:
    agent, where = branch.signed_in("agent"), where_of(branch)
    assert where in agent.get("/calls").text
    form = agent.get(where).text
    assert all(f'name="point-{code}"' in form for code in CODES)
    short = {name: value for name, value in REACHED.items() if name != "point-freelook"}
    refused = agent.post(where, data=short).text
    assert "Answer every point" in refused
    assert 'name="point-cover" value="yes" checked' in refused
    for _ in range(2):
        assert agent.post(where, data=REACHED | {"form_key": "twice"}, follow_redirects=False).status_code == 303
    assert branch.status(int(where.rpartition("/")[2])) == "done"
    assert 'name="outcome"' not in agent.get(where).text
    assert [one[1] for one in branch.log()].count("call noted") == 1


def test_a_customer_who_did_not_sign_is_heard_and_the_words_stay_as_they_were(branch: Branch) -> None:
    clerk, where = branch.signed_in("clerk"), where_of(branch)
    answers = REACHED | {"point-own-signature": "no", "words": "别人签的 <b>not me</b>"}
    said = clerk.post(where, data=answers).text
    assert "&lt;b&gt;not me&lt;/b&gt;" in said
    assert "complaint 1 was opened" in said
    assert "not me" in clerk.get("/complaints/1").text


def test_a_time_is_agreed_and_shares_are_the_managers(branch: Branch) -> None:
    agent, where = branch.signed_in("agent"), where_of(branch)
    said = agent.post(f"{where}/agreed", data={"on": MONDAY.isoformat(), "at": "13:00"}).text
    assert "Customers rest at 13:00" in said
    agent.post(f"{where}/agreed", data={"on": MONDAY.isoformat(), "at": "15:00"})
    assert " 15:00" in agent.get("/calls").text
    manager = branch.signed_in("manager")
    agent.post(where, data={"outcome": "not-reached", "on": MONDAY.isoformat(), "at": "15:00"})
    assert "1002" in manager.get("/calls/shares?by=agent").text
    assert agent.get("/calls/shares").status_code == 403


def test_calls_of_other_agents_are_not_found(branch: Branch) -> None:
    where, other = where_of(branch), branch.signed_in("other")
    assert other.get(where).status_code == 404
    assert other.post(where, data=REACHED).status_code == 404
    assert branch.machine("other").get("/calls").json()["items"] == []


def test_the_api_notes_a_call_once_and_tells_of_it(branch: Branch) -> None:
    machine, where = branch.machine("agent"), where_of(branch)
    deed = f"/tasks/{where.rpartition('/')[2]}/calls"
    body = {"outcome": "reached", "at": "10:00", "answers": dict.fromkeys(CODES, True), "satisfaction": 4}
    made = machine.post(deed, json=body, headers={"Idempotency-Key": "a"})
    again = machine.post(deed, json=body, headers={"Idempotency-Key": "a"})
    assert (made.status_code, again.json()) == (201, made.json())
    seen = machine.get(where).json()
    assert [one["point"] for one in seen["points"]] == CODES
    assert seen["former"][0]["answers"] == dict.fromkeys(CODES, True)
