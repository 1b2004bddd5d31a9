"""The second factor on both databases: set up, asked for, used once, throttled, recovered, reset, sealed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from httpx2 import Response
from pyotp.totp import TOTP
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from desks.page_book import PASSWORD, Branch, take_branch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.operations import users
from policyserve.settings_file import SettingsFile, SignInSettings
from policyserve.web.door import SESSION

BOSS = {"login": "administrator", "password": PASSWORD}


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


def shown(page: str, kind: str) -> list[str]:
    found = re.search(rf'<{kind} class="secret">(.+?)</{kind}>', page, re.DOTALL)
    assert found, page
    return re.findall(r"[A-Z2-7][A-Z2-7 ]{14,}", found[1])


def code(branch: Branch, secret: str, away: int = 0) -> str:
    return TOTP(secret).at(branch.moment, counter_offset=away)


def give(browser: TestClient, typed: str, **more: str) -> Response:
    return browser.post("/second-factor", data={"code": typed, **more}, follow_redirects=False)


def set_up(branch: Branch, browser: TestClient) -> tuple[str, list[str]]:
    """Set a second factor up on one's account; return its secret and the recovery codes."""
    page = browser.post("/account/second-factor")
    (secret,) = shown(page.text, "p")
    codes = shown(give(browser, code(branch, secret)).text, "ul")
    branch.later(seconds=30)
    return secret, codes


def half(branch: Branch) -> TestClient:
    """Open a browser where the password alone was given."""
    browser = branch.browser()
    answer = browser.post("/sign-in", data={**BOSS, "next": "/audit"}, follow_redirects=False)
    assert answer.headers["location"] == "/second-factor?next=/audit"
    return browser


def test_a_code_is_asked_for_before_anything_opens_and_is_good_once(branch: Branch) -> None:
    secret, codes = set_up(branch, branch.signed_in("administrator"))
    assert len(codes) == 8
    browser = half(branch)
    before = browser.cookies[SESSION]
    assert browser.get("/users", follow_redirects=False).headers["location"] == "/sign-in?next=/users"
    assert give(browser, "000000").status_code == 422
    right = code(branch, secret)
    answer = give(browser, right, next="/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    assert browser.cookies[SESSION] != before
    assert browser.get("/users").status_code == 200
    assert give(half(branch), right).status_code == 422
    assert give(half(branch), code(branch, secret, -1)).status_code == 422
    assert [what for _, what, _ in branch.log()] == ["second factor set up", *["second factor refused"] * 3]
    assert branch.troubles == []


def test_a_code_of_a_clock_that_differs_by_half_a_minute_is_good(branch: Branch) -> None:
    secret, _ = set_up(branch, branch.signed_in("administrator"))
    branch.later(minutes=5)
    answers = [give(half(branch), code(branch, secret, away)).status_code for away in (-2, 2, -1, 1)]
    assert answers == [422, 422, 303, 303]


def test_passwords_given_between_do_not_make_codes_free_to_guess(branch: Branch) -> None:
    secret, codes = set_up(branch, branch.signed_in("administrator"))
    assert [give(half(branch), "000000").status_code for _ in range(4)] == [422] * 4
    browser = half(branch)
    assert give(browser, "000000").status_code == 422
    assert give(browser, code(branch, secret)).status_code == 429
    assert give(browser, codes[0]).status_code == 429
    assert branch.browser().post("/sign-in", data=BOSS).status_code == 429


def test_a_half_session_ends_after_ten_minutes_and_when_its_user_is_disabled(branch: Branch) -> None:
    secret, _ = set_up(branch, branch.signed_in("administrator"))
    late = half(branch)
    branch.later(minutes=10)
    assert give(late, code(branch, secret)).headers["location"] == "/sign-in"
    disabled = half(branch)
    users.disable_user(branch.engine, SYSTEM, "administrator", at=branch.moment)
    assert give(disabled, code(branch, secret)).headers["location"] == "/sign-in"


def test_a_recovery_code_lets_in_once_and_is_not_stored(branch: Branch) -> None:
    _, codes = set_up(branch, branch.signed_in("administrator"))
    with db.reading(branch.engine) as connection:
        assert codes[0].replace(" ", "") not in str(connection.execute(text("SELECT * FROM recovery_codes")).all())
    answers = [give(half(branch), typed).status_code for typed in (codes[0].lower(), codes[0], codes[1])]
    assert answers == [303, 422, 303]


def test_another_administrator_resets_it_and_sessions_end(branch: Branch) -> None:
    browser = branch.signed_in("administrator")
    set_up(branch, browser)
    own = browser.post("/users/administrator", data={"deed": "factor"})
    assert "another administrator can" in own.text
    users.reset_second_factor(branch.engine, SYSTEM, "administrator", at=branch.moment)
    assert browser.get("/users", follow_redirects=False).status_code == 303
    assert branch.signed_in("administrator").get("/users").status_code == 200


def test_where_it_is_required_an_administrator_sets_it_up_at_the_first_sign_in(branch: Branch) -> None:
    file = SettingsFile(sign_in=SignInSettings(second_factor="required"))
    strict = Branch(branch.engine, settings=replace(branch.house.settings, file=file))
    browser = half(strict)
    assert browser.get("/users", follow_redirects=False).status_code == 303
    page = browser.get("/second-factor").text
    (secret,) = shown(page, "p")
    assert f"otpauth://totp/policyserve:administrator?secret={secret}" in page
    assert len(shown(give(browser, code(strict, secret)).text, "ul")) == 8
    assert browser.get("/users").status_code == 200
    assert secret not in browser.get("/second-factor").text
    assert strict.signed_in("agent").get("/today").status_code == 200


def test_the_secret_is_sealed_where_a_key_is_configured(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", Fernet.generate_key().decode())
    secret, _ = set_up(branch, branch.signed_in("administrator"))
    with db.reading(branch.engine) as connection:
        stored = str(connection.scalar(text("SELECT secret FROM second_factors")))
    assert stored.startswith("fernet:")
    assert secret not in stored
    assert give(half(branch), code(branch, secret)).status_code == 303


def test_ones_own_password_is_changed_with_the_old_one_and_other_sessions_end(branch: Branch) -> None:
    here, elsewhere = branch.signed_in("agent"), branch.signed_in("agent")
    wrong = {"old_password": "not this one", "password": "a password of one's own"}
    assert here.post("/account", data=wrong).status_code == 422
    assert here.post("/account", data={"old_password": PASSWORD, "password": "short"}).status_code == 422
    token = here.cookies[SESSION]
    assert here.post("/account", data={**wrong, "old_password": PASSWORD}).status_code == 200
    assert here.cookies[SESSION] != token
    assert here.get("/today").status_code == 200
    assert elsewhere.get("/today", follow_redirects=False).status_code == 303
    assert branch.browser().post("/sign-in", data={"login": "agent", "password": PASSWORD}).status_code == 422
    assert ("agent", "password changed", "agent") in branch.log()
