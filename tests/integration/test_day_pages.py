"""An agent's day in the browser, on both databases: what is done stands in the book once, with who did it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, text

from desks.page_book import USERS, Branch, take_branch
from policyserve import db
from policyserve.settings_file.meanings import FIELDS
from policyserve.web.screen import PLACES

DONE = {"channel": "visit", "on": "2026-05-04", "outcome": "met", "satisfaction": "5", "note": "谈了保障"}


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def test_the_day_has_the_agents_own_customers_with_everything_there_is_to_do(branch: Branch) -> None:
    said = branch.signed_in("agent").get("/today").text
    assert [said.count(f'href="/tasks/{task}"') for task in (1, 2, 3)] == [1, 1, 0]
    assert 'href="tel:13900000001"' in said


def test_done_twice_is_done_once_and_signed_by_the_user(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    key = re.findall(r'name="form_key" value="([^"]+)"', agent.get("/tasks/1").text)[0]
    answers = [agent.post("/tasks/1/done", data={**DONE, "form_key": key}, follow_redirects=False) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/today?done=1#told")] * 2
    with db.reading(branch.engine) as connection:
        rows = connection.execute(text("SELECT actor, action FROM transitions WHERE task_id = 1 ORDER BY id")).all()
        contact = connection.execute(text("SELECT channel, outcome, satisfaction, note FROM contacts")).one()
    assert [tuple(row) for row in rows] == [("release", "added"), ("agent", "done")]
    assert tuple(contact) == ("visit", "met", 5, "谈了保障")
    assert branch.log() == [("agent", "task done", "1")]


def test_a_task_that_is_done_already_says_who_was_first_and_nothing_of_a_terminal(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    agent.post("/tasks/1/done", data={**DONE, "form_key": "a"})
    answer = agent.post("/tasks/1/done", data={**DONE, "form_key": "b"})
    assert answer.status_code == 422
    assert "Task 1 was marked done by agent" in answer.text
    assert "policyserve task" not in answer.text


def test_a_script_that_kept_a_form_is_told_what_came_of_it(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    script = {"accept": "application/json"}
    first, again, second, hidden = (
        agent.post(f"/tasks/{task}/done", data={**DONE, "channel": "call", "form_key": key}, headers=script)
        for task, key in ((1, "a"), (1, "a"), (1, "b"), (3, "c"))
    )
    assert [one.status_code for one in (first, again, second, hidden)] == [200, 200, 422, 404]
    assert first.json()["outcome"] == again.json()["outcome"] == "sent"
    assert second.json()["outcome"] == hidden.json()["outcome"] == "refused"
    assert "was marked done by agent" in second.json()["said"]
    assert "somebody else has it now" in hidden.json()["said"]
    agent.post("/sign-out")
    over = agent.post("/tasks/2/done", data=DONE, headers=script)
    assert (over.status_code, over.json()["outcome"]) == (401, "sign-in")
    assert branch.status(2) == "open"


def test_undo_opens_a_task_again(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    said = agent.post("/tasks/1/done", data=DONE).text
    assert 'action="/tasks/1/undo"' in said
    assert re.search(r"Done: Ms 客, [^<]+\.", said)
    agent.post("/tasks/1/undo")
    assert branch.status(1) == "open"


def test_put_off_and_not_done_are_kept_with_the_day_and_the_reason(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    agent.post("/tasks/1/put-off", data={"to": "2026-05-06"})
    agent.post("/tasks/2/skip", data={"why": "客户出差"})
    with db.reading(branch.engine) as connection:
        put_off = connection.scalar(text("SELECT snoozed_to FROM tasks WHERE id = 1"))
        said = connection.scalar(text("SELECT said FROM transitions WHERE task_id = 2 AND action = 'skipped'"))
    assert (str(put_off), branch.status(2), said) == ("2026-05-06", "skipped", "客户出差")


@pytest.mark.parametrize(
    ("deed", "typed"),
    [
        ("done", {**DONE, "on": "2026-05-05"}),
        ("done", {**DONE, "channel": "pigeon"}),
        ("done", {**DONE, "satisfaction": "6"}),
        ("put-off", {"to": "2027-01-01"}),
        ("put-off", {"to": ""}),
        ("skip", {"why": " "}),
    ],
)
def test_what_cannot_be_is_told_on_the_page_and_what_was_typed_stays(
    branch: Branch, deed: str, typed: dict[str, str]
) -> None:
    answer = branch.signed_in("agent").post(f"/tasks/1/{deed}", data={**typed, "note": "typed with care"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "typed with care" in answer.text
    assert branch.status(1) == "open"


def test_what_people_write_is_shown_as_text(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    agent.post("/tasks/1/done", data={**DONE, "note": "<script>alert(1)</script>"})
    said = agent.get("/customers/C1").text
    assert "&lt;script&gt;alert(1)" in said
    assert "<script>" not in said


PAGES_OF = {
    "agent": [
        "/tasks/1",
        "/tasks/2",
        "/customers/C1",
        "/schedule?day=2026-05-05",
        "/policies/P1",
        "/calendar",
        "/customers/C1/contact",
        "/customers/C1/referral",
        "/customers/C1/event",
    ],
    "manager": ["/agents/1002", "/customers/C1", "/policies/P1"],
    "clerk": ["/customers/C1/personal-data"],
    "administrator": ["/account"],
    "auditor": ["/account"],
}
"""What a role opens beside its tabs."""
ENGLISH = re.compile(r"[A-Za-z]*[a-z]{2,}[A-Za-z]*")
OURS = {
    "policyserve",
    "North",
    "English",
    "Agent",
    "Customer",
    "half",
    "year",
    "visit",
    "met",
    "testclient",
    "csv",
    "xlsx",
    "Excel",
    "yaml",
    "teacher",
    "diamond",
    "platinum",
    "household",
    "Prometheus",
    "OpenID",
    "Connect",
    "cn",
    "contact",
    "data",
    "sqlite",
    "Shanghai",
    "Asia",
    *(word for name in FIELDS for word in ENGLISH.findall(name)),
    *USERS,
}


def test_no_english_stands_on_a_chinese_page(branch: Branch) -> None:
    branch.signed_in("agent", "zh").post("/tasks/2/done", data=DONE)
    found = []
    for login, paths in PAGES_OF.items():
        browser = branch.signed_in(login, "zh-CN")
        for path in [*paths, *(tab for tab, _ in PLACES[USERS[login].role]), "/nowhere"]:
            answer = browser.get(path)
            assert answer.status_code == (404 if path == "/nowhere" else 200), path
            words = ENGLISH.findall(re.sub(r"<[^>]+>", " ", answer.text))
            found += [f"{path}: {word}" for word in words if word not in OURS]
    assert found == []
    assert branch.troubles == []


def test_a_familys_customers_stand_together(branch: Branch) -> None:
    with db.writing(branch.engine) as connection:
        connection.execute(text("UPDATE customers SET family_no = 'F1' WHERE customer_no IN ('C1', 'C2')"))
        connection.execute(text("UPDATE tasks SET agent_id = 2"))
    said = branch.signed_in("agent").get("/today").text
    assert "One household, 2 customers" in said
    _, _, together = said.partition('class="household"')
    assert ['id="c-C1"' in together, 'id="c-C2"' in together] == [True, True]


def test_the_day_for_paper_has_everything_open(branch: Branch) -> None:
    said = branch.signed_in("agent").get("/today?view=paper").text
    assert said.count("<details open>") == said.count('class="task"') == 2
