"""What an agent enters about a customer, a policy's life and the weeks ahead, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from desks.page_book import Branch, take_branch
from policyserve import db

FIRST = {"on": "2026-05-04", "channel": "call", "outcome": "met", "note": "asked for a copy"}


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def rows(branch: Branch, sql: str) -> list[tuple[object, ...]]:
    with db.reading(branch.engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_a_contact_without_a_task_is_kept_once_and_stands_on_the_card(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    for _ in range(2):
        answer = agent.post("/customers/C1/contact", data={**FIRST, "service": "contact", "form_key": "a"})
    assert "asked for a copy" in answer.text
    assert ">Contact<" in answer.text
    assert rows(branch, "SELECT channel, outcome, note FROM contacts") == [("call", "met", "asked for a copy")]
    assert branch.log() == [("agent", "contact noted", "C1")]


def test_a_referral_is_kept_with_whose_it_is_and_not_twice(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    named = {"referred_name": "张三", "referred_phone": "13900000077"}
    assert "张三" in agent.post("/customers/C1/referral", data={**named, "form_key": "a"}).text
    again = agent.post("/customers/C1/referral", data={**named, "form_key": "b"})
    assert (again.status_code, "张三" in again.text) == (422, True)
    assert rows(branch, "SELECT referred_name, agent_id FROM referrals") == [("张三", 2)]
    assert branch.log() == [("agent", "referral noted", "C1")]


def test_what_happened_is_kept_and_of_an_agent_only_what_customers_tell(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    day = {"occurred_on": "2026-05-04"}
    assert "complaint" in agent.post("/customers/C1/event", data={**day, "kind": "complaint"}).text
    for wrong in ({**day, "kind": "surrender"}, {"kind": "sick", "occurred_on": "2026-05-05"}):
        assert agent.post("/customers/C1/event", data=wrong).status_code == 422
    assert agent.post("/customers/C1/event", data={**day, "kind": "sick", "policy_no": "P3"}).status_code == 404
    assert rows(branch, "SELECT kind FROM events") == [("complaint",)]
    assert branch.log() == [("agent", "event noted", "C1")]


@pytest.mark.parametrize("form", ["contact", "referral", "event"])
def test_nothing_is_entered_about_another_agents_customer(branch: Branch, form: str) -> None:
    typed = {**FIRST, "service": "errand", "kind": "sick", "occurred_on": "2026-05-04", "referred_name": "x"}
    assert branch.signed_in("agent").post(f"/customers/C2/{form}", data=typed).status_code == 404
    tables = ("contacts", "referrals", "events")
    assert [rows(branch, f"SELECT count(*) FROM {name}") for name in tables] == [[(0,)]] * 3


def test_the_schedule_counts_what_falls_on_each_day_and_names_it(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    agent.post("/tasks/1/put-off", data={"to": "2026-05-06"})
    said = agent.get("/schedule").text
    assert 'href="/schedule?day=2026-05-06"><span class="heard">6 May, 1 task</span>' in said
    named = agent.get("/schedule?day=2026-05-06").text
    assert 'href="/tasks/1"' in named
    assert 'href="/tasks/2"' not in named
