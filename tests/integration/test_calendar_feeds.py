"""An agent's calendar for programs, what a dead session had not sent, and who has opened a day, on both databases."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, text

from desks.page_book import PASSWORD, Branch, take_branch
from desks.task_book import MONDAY
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.operations.day_visits import last_visits
from policyserve.operations.users import disable_user

DONE = {"channel": "visit", "on": "2026-05-04", "note": "typed with care", "form_key": "1.a"}
"""As the agent's own page sends it: the key of a form begins with its user."""


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def made(branch: Branch, **typed: str) -> str:
    """Make the address of the agent's calendar, and return its path."""
    said = branch.signed_in("agent").post("/calendar", data=typed).text
    (path,) = re.findall(r"http://branch(/calendar/\S+\.ics)", said)
    return str(path)


def test_a_calendar_has_an_event_for_each_day_of_work_that_no_zone_can_shift(branch: Branch) -> None:
    branch.signed_in("agent").post("/tasks/1/put-off", data={"to": "2026-05-06"})
    path = made(branch, names="yes")
    answer = branch.browser().get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert [(one.decoded("dtstart"), str(one["summary"])) for one in events] == [
        (MONDAY, "1 task"), (date(2026, 5, 6), "1 task")
    ]  # fmt: skip
    assert "Ms 客" in str(events[0]["description"])
    assert "until 18 May" in str(events[0]["description"])
    again = Calendar.from_ical(branch.browser().get(path).text).walk("VEVENT")
    assert [str(one["uid"]) for one in again] == [str(one["uid"]) for one in events]


def test_names_are_masked_unless_they_are_asked_for(branch: Branch) -> None:
    said = branch.browser().get(made(branch)).text.replace("\r\n ", "")
    assert "客**" in said
    assert "客户1" not in said
    assert "13900000001" not in said


def test_a_wrong_a_revoked_and_an_older_address_lead_nowhere(branch: Branch) -> None:
    first = made(branch)
    second = made(branch)
    assert [branch.browser().get(path).status_code for path in (first, second, "/calendar/none.ics")] == [404, 200, 404]
    branch.signed_in("agent").post("/calendar/revoke")
    assert branch.browser().get(second).status_code == 404
    assert [action for _, action, _ in branch.log()] == ["calendar made", "calendar made", "calendar revoked"]
    assert branch.troubles == []


def test_the_calendar_of_a_disabled_user_leads_nowhere(branch: Branch) -> None:
    path = made(branch)
    disable_user(branch.engine, SYSTEM, "agent", at=branch.moment)
    assert branch.browser().get(path).status_code == 404


def carried(page: str) -> dict[str, str]:
    """Return what a sign-in carries."""
    return {name: unescape(value) for name, value in re.findall(r'name="(kept_\w+)" value="([^"]*)"', page)}


def test_what_a_dead_session_had_not_sent_comes_back_after_the_sign_in(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    branch.later(hours=13)
    asked = agent.post("/tasks/1/done", data=DONE)
    assert (asked.status_code, "What was typed is kept" in asked.text) == (401, True)
    fields = carried(asked.text)
    wrong = agent.post("/sign-in", data={**fields, "login": "agent", "password": "a wrong one"})
    assert carried(wrong.text) == fields
    assert "typed with care" not in asked.text + wrong.text, "whoever sits there reads nothing before the sign-in"
    back = agent.post("/sign-in", data={**fields, "login": "agent", "password": PASSWORD})
    assert 'action="/tasks/1/done"' in back.text
    assert "typed with care" in back.text
    assert branch.status(1) == "open"
    typed = dict(re.findall(r'name="(\w+)" value="([^"]*)"', back.text.partition('action="/tasks/1/done"')[2]))
    assert typed == DONE | {"next": "/sign-in"} | ({"language": typed["language"]} if "language" in typed else {})
    agent.post("/tasks/1/done", data=typed)
    assert branch.status(1) == "done"


def test_what_was_typed_comes_back_to_nobody_else(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    branch.later(hours=13)
    fields = carried(agent.post("/tasks/1/done", data=DONE).text)
    answer = agent.post("/sign-in", data={**fields, "login": "other", "password": PASSWORD}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "with care" not in agent.get("/today").text
    assert agent.post("/tasks/1/done", data={**DONE, "form_key": ""}).status_code == 404


def test_a_form_of_somebody_whose_browser_another_one_has_taken_over_is_not_sent_in_their_name(branch: Branch) -> None:
    """The page stayed open in another tab; both would be let in."""
    browser = branch.signed_in("other")
    with db.writing(branch.engine) as connection:
        connection.execute(text("UPDATE tasks SET agent_id = 3 WHERE id = 1"))
    asked = browser.post("/tasks/1/done", data=DONE)
    assert (asked.status_code, branch.status(1)) == (401, "open")
    script = browser.post("/tasks/1/done", data=DONE, headers={"accept": "application/json"})
    assert (script.json()["outcome"], branch.status(1)) == ("sign-in", "open")
    key = re.findall(r'name="form_key" value="([^"]+)"', browser.get("/tasks/1").text)[0]
    browser.post("/tasks/1/done", data=DONE | {"form_key": key})
    assert branch.status(1) == "done"


def test_what_nobody_was_shown_is_not_kept(branch: Branch) -> None:
    for key in ("", "a", ".a", "x.a", "²." + "a", "9" * 5000 + ".a"):
        asked = branch.browser().post("/tasks/1/done", data=DONE | {"form_key": key})
        assert (str(asked.url).partition("?")[0], carried(asked.text)) == ("http://branch/sign-in", {}), key
    assert branch.troubles == []


def test_a_password_is_never_carried_through_a_sign_in(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    branch.later(hours=13)
    answer = agent.post("/account", data={"old_password": "the old one", "password": "the new one"})
    assert "/sign-in" in str(answer.url)
    assert "the new one" not in answer.text


def test_it_is_known_when_an_agent_opened_the_day_and_last_uploaded(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    agent.get("/today")
    opened = branch.moment
    branch.later(minutes=5)
    agent.get("/today")
    agent.post("/tasks/1/done", data=DONE)
    found = last_visits(branch.engine, SYSTEM, ["1002", "1003"], as_of=MONDAY)
    assert list(found) == ["1002"]
    assert (found["1002"].day, found["1002"].opened_at, found["1002"].uploaded_at) == (MONDAY, opened, branch.moment)
