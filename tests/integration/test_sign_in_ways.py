"""Sign-in from elsewhere: a real provider of OpenID Connect, and WeCom as its documentation tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.testclient import TestClient

from desks.page_book import Branch, take_branch
from desks.task_book import AT
from peers import oidc_server, wecom_server
from peers.wecom_server import Wecom
from policyserve.access.viewer import SYSTEM
from policyserve.errors import PolicyserveError
from policyserve.operations import users
from policyserve.settings_file import OidcSettings, SettingsFile, SignInSettings, WecomSettings
from policyserve.web.door import SESSION

URL = "http://branch"
OIDC_BACK, WECOM_BACK = f"{URL}/sign-in/oidc/back", f"{URL}/sign-in/wecom/back"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_server.provider(OIDC_BACK) as address:
        yield address


@pytest.fixture
def wecom() -> Iterator[tuple[Wecom, str]]:
    with wecom_server.running() as found:
        yield found


def with_ways(engine: Engine, **ways: Any) -> Branch:
    branch = take_branch(engine)
    file = SettingsFile(sign_in=SignInSettings(**ways))
    moment = datetime.now(UTC) if "oidc" in ways else AT  # the provider signs by its own clock
    return Branch(engine, moment=moment, settings=replace(branch.settings, file=file), public_url=URL)


def oidc(issuer: str, **others: Any) -> OidcSettings:
    given = {"issuer": issuer, "client_id": oidc_server.CLIENT, "client_secret": SecretStr(oidc_server.SECRET)}
    return OidcSettings(**given | others)


def wecom_settings(api: str) -> WecomSettings:
    return WecomSettings(corp_id=wecom_server.CORP, agent_id="1", secret=SecretStr(wecom_server.SECRET), api=api)


def left(browser: TestClient, way: str, wanted: str = "/today") -> str:
    answer = browser.get(f"/sign-in/{way}?next={wanted}", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def back(browser: TestClient, url: str) -> Any:
    return browser.get(url.removeprefix(URL), follow_redirects=False)


def test_a_provider_signs_in_whom_it_names_and_once(engine: Engine, issuer: str) -> None:
    branch = with_ways(engine, oidc=oidc(issuer))
    browser = branch.browser()
    assert "Sign in with OpenID Connect" in browser.get("/sign-in").text
    browser.cookies.set(SESSION, "put here by an attacker")
    address = left(browser, "oidc", "/customers")
    assert parse_qs(urlsplit(address).query)["code_challenge_method"] == ["S256"]
    came = oidc_server.sign_in(address, "agent", OIDC_BACK)
    thief = branch.browser()
    assert "was not begun here" in back(thief, came).text
    answer = back(browser, came)
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers")
    assert browser.get("/today").status_code == 200
    assert "was not begun here" in back(browser, came).text
    assert branch.troubles == []


@pytest.mark.parametrize("who", ["nobody-here", "other"])
def test_a_provider_brings_in_nobody_who_has_no_account_or_is_disabled(engine: Engine, issuer: str, who: str) -> None:
    branch = with_ways(engine, oidc=oidc(issuer))
    users.disable_user(engine, SYSTEM, "other", at=AT)
    browser = branch.browser()
    answer = back(browser, oidc_server.sign_in(left(browser, "oidc"), who, OIDC_BACK))
    assert (answer.status_code, "no account here" in answer.text) == (422, True)
    assert browser.get("/today", follow_redirects=False).status_code == 303


def test_a_user_who_is_linked_comes_in_by_the_link_alone(engine: Engine, issuer: str) -> None:
    branch = with_ways(engine, oidc=oidc(issuer))
    users.link_user(engine, SYSTEM, "agent", wecom=None, subject="A-17", at=AT)
    with pytest.raises(PolicyserveError, match="linked to agent already"):
        users.link_user(engine, SYSTEM, "other", wecom=None, subject="A-17", at=AT)
    for who, status in (("agent", 422), ("A-17", 303)):
        browser = branch.browser()
        assert back(browser, oidc_server.sign_in(left(browser, "oidc"), who, OIDC_BACK)).status_code == status


def test_an_answer_of_another_sign_in_is_not_taken(engine: Engine, issuer: str) -> None:
    """The nonce ties the token to the browser: a state that was guessed does not help."""
    branch = with_ways(engine, oidc=oidc(issuer))
    mine, theirs = branch.browser(), branch.browser()
    left(mine, "oidc")
    came = oidc_server.sign_in(left(theirs, "oidc"), "agent", OIDC_BACK)
    state = mine.cookies["policyserve_sign_in"].split(".")[0]
    code = parse_qs(urlsplit(came).query)["code"][0]
    assert "did not let you in" in back(mine, f"{OIDC_BACK}?code={code}&state={state}").text
    assert "did not let you in" in back(theirs, f"{came.split('?')[0]}?error=access_denied&state={_state(theirs)}").text


def _state(browser: TestClient) -> str:
    return browser.cookies["policyserve_sign_in"].split(".")[0]


def test_a_provider_that_does_not_answer_or_lacks_the_claim_is_told(engine: Engine, issuer: str) -> None:
    gone = with_ways(engine, oidc=oidc("http://127.0.0.1:9"))
    assert "did not let you in" in gone.browser().get("/sign-in/oidc").text
    lacking = Branch(engine, moment=datetime.now(UTC), public_url=URL, settings=replace(
        gone.settings, file=SettingsFile(sign_in=SignInSettings(oidc=oidc(issuer, claim="email")))
    ))  # fmt: skip
    browser = lacking.browser()
    came = oidc_server.sign_in(left(browser, "oidc"), "agent", OIDC_BACK)
    assert "did not let you in (email_verified)" in back(browser, came).text
    assert gone.browser().get("/sign-in/wecom").status_code == 404


def test_wecom_signs_in_its_members_silently(engine: Engine, wecom: tuple[Wecom, str]) -> None:
    server, api = wecom
    branch = with_ways(engine, wecom=wecom_settings(api))
    users.link_user(engine, SYSTEM, "agent", wecom="ZhangSan", subject=None, at=AT)
    server.codes = {"one": {"userid": "ZhangSan"}, "two": {"userid": "agent"}, "three": {"openid": "o1"}}
    browser = branch.browser()
    address = urlsplit(left(browser, "wecom"))
    asked = parse_qs(address.query)
    assert (address.path, address.fragment) == ("/connect/oauth2/authorize", "wechat_redirect")
    assert (asked["scope"], asked["redirect_uri"], asked["agentid"]) == (["snsapi_base"], [WECOM_BACK], ["1"])
    assert back(browser, f"{WECOM_BACK}?code=one&state={asked['state'][0]}").headers["location"] == "/today"
    assert browser.get("/today").status_code == 200
    said = []
    for code in ("one", "two", "three"):
        other = branch.browser()
        left(other, "wecom")
        said.append(back(other, f"{WECOM_BACK}?code={code}&state={_state(other)}").text)
    for told, page in zip(["40029", "no account here", "not as a member"], said, strict=True):
        assert told in page
    assert server.tokens == ["token-0"]


def test_a_token_of_wecom_that_has_ended_is_asked_for_anew(engine: Engine, wecom: tuple[Wecom, str]) -> None:
    server, api = wecom
    branch = with_ways(engine, wecom=wecom_settings(api))
    users.link_user(engine, SYSTEM, "agent", wecom="ZhangSan", subject=None, at=AT)
    server.codes, server.stale = {"one": {"userid": "ZhangSan"}}, True
    browser = branch.browser()
    left(browser, "wecom")
    assert back(browser, f"{WECOM_BACK}?code=one&state={_state(browser)}").status_code == 303
    assert server.tokens == ["token-0", "token-1"]
