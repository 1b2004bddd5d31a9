"""Sign-in on both databases: sessions, the throttle, disabled users, forms of strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from desks.page_book import PASSWORD, Branch, take_branch
from desks.task_book import AT
from policyserve import db
from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.operations import users
from policyserve.web.door import SESSION


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def test_a_session_begins_with_a_token_of_its_own_and_ends_at_sign_out(branch: Branch) -> None:
    browser = branch.browser()
    browser.cookies.set(SESSION, "what an attacker has put here")
    browser.post("/sign-in", data={"login": " Agent ", "password": PASSWORD})
    tokens = [one.value for one in browser.cookies.jar if one.name == SESSION]
    assert "what an attacker has put here" not in tokens[-1:]
    stranger = branch.browser()
    stranger.cookies.set(SESSION, "what an attacker has put here")
    assert stranger.get("/today", follow_redirects=False).headers["location"] == "/sign-in?next=/today"
    agent = branch.signed_in("agent")
    token = agent.cookies[SESSION]
    with db.reading(branch.engine) as connection:
        assert token not in str(connection.execute(text("SELECT * FROM sessions")).all())
    assert agent.get("/today").status_code == 200
    agent.post("/sign-out")
    thief = branch.browser()
    thief.cookies.set(SESSION, token)
    assert thief.get("/today", follow_redirects=False).status_code == 303


def test_signing_in_again_ends_the_session_before(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    before = agent.cookies[SESSION]
    agent.post("/sign-in", data={"login": "agent", "password": PASSWORD})
    assert agent.cookies[SESSION] != before
    thief = branch.browser()
    thief.cookies.set(SESSION, before)
    assert thief.get("/today", follow_redirects=False).status_code == 303


def test_a_session_lasts_a_working_day(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    branch.later(hours=11, minutes=59)
    assert agent.get("/today").status_code == 200
    branch.later(minutes=1)
    assert agent.get("/today", follow_redirects=False).status_code == 303


def disable(branch: Branch) -> None:
    users.disable_user(branch.engine, SYSTEM, "agent", at=AT)


def reset(branch: Branch) -> None:
    users.reset_password(branch.engine, SYSTEM, "agent", password="another password", at=AT)


def promote(branch: Branch) -> None:
    users.change_role(branch.engine, SYSTEM, "agent", Place(role="clerk"), at=AT)


@pytest.mark.parametrize("deed", [disable, reset, promote])
def test_a_user_who_is_changed_is_out_in_the_middle_of_work(branch: Branch, deed: Callable[[Branch], None]) -> None:
    agent = branch.signed_in("agent")
    sent = {"channel": "visit", "form_key": "1.a"}  # the agent's own form: its key begins with the user
    deed(branch)
    answer = agent.post("/tasks/1/done", data=sent, follow_redirects=False)
    assert (answer.status_code, branch.status(1)) == (401, "open")


def test_a_disabled_user_does_not_come_in_until_enabled(branch: Branch) -> None:
    disable(branch)
    typed = {"login": "agent", "password": PASSWORD}
    assert "name or the password is wrong" in branch.browser().post("/sign-in", data=typed).text
    users.disable_user(branch.engine, SYSTEM, "agent", at=AT, active=True)
    assert branch.signed_in("agent").get("/today").status_code == 200


def test_a_wrong_name_and_a_wrong_password_are_told_alike(branch: Branch) -> None:
    answers = [
        branch.browser().post("/sign-in", data={"login": login, "password": "wrong password"})
        for login in ("agent", "stranger")
    ]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].text.replace("agent", "stranger") == answers[1].text


def test_after_five_failures_the_right_password_waits_too(branch: Branch) -> None:
    browser, right = branch.browser(), {"login": "agent", "password": PASSWORD}
    for _ in range(5):
        browser.post("/sign-in", data={"login": "agent", "password": "wrong password"})
    assert browser.post("/sign-in", data=right).status_code == 429
    assert branch.signed_in("other")
    branch.later(minutes=15, seconds=1)
    assert browser.post("/sign-in", data=right, follow_redirects=False).status_code == 303


def test_an_address_that_tries_many_names_waits(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyserve.access.throttle.OF_ADDRESS", 3)
    for number in range(3):
        branch.browser().post("/sign-in", data={"login": f"name{number}", "password": "wrong password"})
    assert branch.browser().post("/sign-in", data={"login": "agent", "password": PASSWORD}).status_code == 429


def test_a_form_of_another_page_does_nothing(branch: Branch) -> None:
    agent = branch.signed_in("agent")
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        answer = agent.post("/tasks/1/done", data={"channel": "visit"}, headers=headers)
        assert (answer.status_code, branch.status(1)) == (403, "open")


def test_the_way_back_after_signing_in_leads_nowhere_else(branch: Branch) -> None:
    for wanted, to in {"/customers/C1": "/customers/C1", "//evil.example": "/", "https://evil.example": "/"}.items():
        typed = {"login": "agent", "password": PASSWORD, "next": wanted}
        assert branch.browser().post("/sign-in", data=typed, follow_redirects=False).headers["location"] == to


def test_the_audit_log_is_only_added_to(branch: Branch) -> None:
    branch.signed_in("agent")
    for statement in ("UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="only added to"), branch.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_the_first_user_is_made_with_the_code_and_only_once(engine: Engine) -> None:
    empty = Branch(engine)
    browser = empty.browser()
    assert str(browser.get("/").url).endswith("/first-run")
    typed = {"login": "boss", "password": PASSWORD, "code": "guessed"}
    assert browser.post("/first-run", data=typed).status_code == 422
    assert not users.any_user(engine)
    browser.post("/first-run", data={**typed, "code": empty.code})
    assert [(one.login, one.role) for one in users.all_users(engine)] == [("boss", "administrator")]
    assert browser.get("/first-run").status_code == 404
    assert browser.post("/first-run", data={**typed, "code": empty.code}).status_code == 404
