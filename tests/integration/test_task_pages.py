"""The page of a task: of one that is done, decided against, missed, cancelled or not due yet, and what can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from desks.page_book import Branch, branch_in
from desks.task_book import MANY, MONDAY, run, touch
from policyserve import db
from policyserve.tables import Premium, table

LATER = MONDAY + timedelta(days=40)
FORMS = ("done", "put-off", "skip", "undo")


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made
        assert made.troubles == []


def page(branch: Branch, task: int = 1, language: str = "en") -> str:
    """Return the page of the agent's task, its words alone."""
    answer = branch.signed_in("agent", language).get(f"/tasks/{task}")
    assert answer.status_code == 200
    forms = [one for one in FORMS if f'action="/tasks/{task}/{one}"' in answer.text]
    assert '<a href="/customers/C1">' in answer.text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.text.partition("<main")[2])))
    return f"{words} forms: {' '.join(forms)}"


def set_task(branch: Branch, **values: object) -> None:
    with db.writing(branch.engine) as connection:
        told = ", ".join(f"{name} = :{name}" for name in values)
        connection.execute(text(f"UPDATE tasks SET {told} WHERE id = 1"), values)


def test_one_that_is_done_says_when_how_and_by_whom_and_is_taken_back(branch: Branch) -> None:
    typed = {"channel": "call", "on": "2026-05-03", "outcome": "met", "satisfaction": "4", "note": "谈了保障"}
    branch.signed_in("agent").post("/tasks/1/done", data=typed)
    said = page(branch)
    assert "On 3 May Noted by Agent 1002 How call What came of it met Satisfaction 4/5 Note 谈了保障" in said
    assert said.endswith("forms: undo")


def test_one_decided_against_says_why(branch: Branch) -> None:
    branch.signed_in("agent").post("/tasks/1/skip", data={"why": "moved away"})
    said = page(branch)
    assert "Not done On 4 May Decided by Agent 1002 Why moved away" in said
    assert said.endswith("forms: undo")


@pytest.mark.parametrize("status", ["missed", "open"])
def test_one_whose_days_have_passed_is_still_noted_and_no_more(branch: Branch, status: str) -> None:
    set_task(branch, status=status, latest=(MONDAY - timedelta(days=1)).isoformat())
    said = page(branch)
    assert "Its last day was 3 May" in said
    assert said.endswith("forms: done")


def test_one_that_was_cancelled_has_nothing_left_to_do(branch: Branch) -> None:
    run(branch.engine, [one for one in MANY if one["policy_id"] == 3])
    assert branch.status(1) == "cancelled"
    assert page(branch).endswith("forms: ")


def test_one_that_is_not_due_yet_says_when_and_may_be_done_before(branch: Branch) -> None:
    set_task(branch, due=LATER.isoformat(), earliest=(LATER - timedelta(days=7)).isoformat(), latest="2026-06-27")
    said = page(branch)
    assert "It is to be done on 13 June; any day from 6 June to 27 June is on time." in said
    assert said.endswith("forms: done put-off skip")


def test_what_was_refused_stands_beside_its_form_with_what_was_typed(branch: Branch) -> None:
    answer = branch.signed_in("agent").post("/tasks/1/put-off", data={"to": "2027-01-01"})
    assert answer.status_code == 422
    before, _, after = answer.text.partition('action="/tasks/1/put-off"')
    assert ('role="alert"' in before, after.count('role="alert"'), 'value="2027-01-01"' in after) == (False, 1, True)


def test_a_reminder_of_a_premium_that_is_paid_since_is_settled_on_the_card(branch: Branch) -> None:
    run(branch.engine, [touch("renewal-reminder-d30", policy=1, ordinal=2)])
    agent = branch.signed_in("agent")
    assert "instalment 2 was paid" not in agent.get("/policies/P1").text
    (task,) = re.findall(r'href="/tasks/(\d+)"', agent.get("/customers/C1").text)[:1]
    with db.writing(branch.engine) as connection:
        connection.execute(
            insert(table(Premium)).values(
                policy_id=1, instalment=2, due_on=date(2027, 1, 4), amount=500_000, paid_on=MONDAY
            )
        )
    assert "instalment 2 was paid on 2026-05-04" in re.sub(r"<[^>]+>", "", agent.get("/policies/P1").text)
    assert f'href="/tasks/{task}"' not in agent.get("/customers/C1").text
