"""Providers that answer anything, change their keys or are slow: a sentence, never a failure, and pages go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from peers import scripted_provider
from peers.scripted_provider import CLIENT, CONFIGURATION, KEYS, TOKEN, Provider
from policyserve.access.viewer import SYSTEM
from policyserve.operations import users
from policyserve.settings_file import OidcSettings, SettingsFile, SignInSettings, WecomSettings

URL = "http://branch"


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with scripted_provider.running() as one:
        yield one


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, server: Provider) -> Iterator[Branch]:
    oidc = OidcSettings(issuer=server.issuer, client_id=CLIENT, client_secret=SecretStr("any"), name="Company")
    wecom = WecomSettings(corp_id="ww1", agent_id="1", secret=SecretStr("any"), api=server.issuer)
    file = SettingsFile(sign_in=SignInSettings(oidc=oidc, wecom=wecom))
    with branch_in(tmp_path_factory.mktemp("providers"), sqlite_template) as made:
        yield Branch(made.engine, settings=replace(made.settings, file=file), public_url=URL)


@pytest.fixture
def provider(server: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A right one, of which nothing is known yet."""
    monkeypatch.setattr("policyserve.access.provider._TOLD", {})
    server.begin()
    return server


def begun(branch: Branch, way: str = "oidc") -> tuple[TestClient, str, str]:
    """Begin a sign-in; return the browser with the state and the nonce that the provider was given."""
    browser = branch.browser()
    answer = browser.get(f"/sign-in/{way}?next=/today", follow_redirects=False)
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    return browser, asked["state"][0], asked.get("nonce", [""])[0]


def came_as(branch: Branch, provider: Provider, sub: str) -> Any:
    browser, state, nonce = begun(branch)
    provider.let_in(sub, nonce, branch.moment.timestamp())
    return browser.get(f"/sign-in/oidc/back?state={state}&code=any", follow_redirects=False)


def test_whoever_is_linked_is_the_linked_one_and_nobody_else(branch: Branch, provider: Provider) -> None:
    """The provider's `other` is here `agent`; our own `other` is somebody else, whatever becomes of `agent`."""
    users.link_user(branch.engine, SYSTEM, "agent", wecom=None, subject="other", at=branch.moment)
    assert came_as(branch, provider, "other").headers["location"] == "/today"
    assert branch.who_came() == "agent"
    users.disable_user(branch.engine, SYSTEM, "agent", at=branch.moment)
    assert "no account here" in came_as(branch, provider, "other").text
    users.disable_user(branch.engine, SYSTEM, "other", at=branch.moment)
    users.link_user(branch.engine, SYSTEM, "agent", wecom=None, subject="", at=branch.moment)
    assert "no account here" in came_as(branch, provider, "other").text
    assert branch.who_came() == "agent"


def test_a_name_that_is_only_like_a_users_brings_nobody_in(branch: Branch, provider: Provider) -> None:
    for sub in ("CLERK", " clerk ", "clerk\u200b", "clerk\x00", "\ud800"):
        assert "no account here" in came_as(branch, provider, sub).text
    assert branch.troubles == []


def test_a_provider_says_who_it_is_and_its_keys_once_an_hour(branch: Branch, provider: Provider) -> None:
    for _ in range(3):
        assert came_as(branch, provider, "clerk").status_code == 303
    assert [provider.asked.count(path) for path in (CONFIGURATION, KEYS, TOKEN)] == [1, 1, 3]
    branch.later(hours=1)
    assert came_as(branch, provider, "clerk").status_code == 303
    assert [provider.asked.count(path) for path in (CONFIGURATION, KEYS)] == [2, 2]


def test_keys_that_were_changed_are_read_again_but_not_for_every_wrong_token(
    branch: Branch, provider: Provider
) -> None:
    assert came_as(branch, provider, "clerk").status_code == 303
    provider.change_key("second")
    assert came_as(branch, provider, "clerk").status_code == 422
    branch.later(minutes=1)
    assert came_as(branch, provider, "clerk").status_code == 303
    told = provider.answers[KEYS]
    provider.change_key("a thief's")
    provider.answers[KEYS] = told
    assert [came_as(branch, provider, "clerk").status_code for _ in range(3)] == [422] * 3
    assert provider.asked.count(KEYS) == 2


ODD: list[Any] = [[], 7, "text", None, True, b"{", b"", b"\xff", b"[" * 60_000, {}, {"issuer": 5}]


def refused(browser: TestClient, url: str, by: str = "Company") -> bool:
    answer = browser.get(url)
    return (answer.status_code, f"{by} did not let you in" in answer.text) == (422, True)


@pytest.mark.parametrize("path", [CONFIGURATION, TOKEN, KEYS])
def test_an_odd_answer_is_a_sentence_wherever_it_is_given(branch: Branch, provider: Provider, path: str) -> None:
    for odd in ODD:
        browser, back = branch.browser(), "/sign-in/oidc"
        if path != CONFIGURATION:
            browser, state, nonce = begun(branch)
            provider.let_in("clerk", nonce, branch.moment.timestamp())
            back = f"/sign-in/oidc/back?state={state}&code=any"
        right, provider.answers[path] = provider.answers[path], odd
        assert refused(browser, back), odd
        provider.answers[path] = right
    assert came_as(branch, provider, "clerk").status_code == 303, "what was wrong is not kept"
    assert branch.troubles == []


def test_a_provider_that_is_described_oddly_lets_nobody_in(branch: Branch, provider: Provider) -> None:
    for name, value in (
        ("authorization_endpoint", 5), ("authorization_endpoint", "javascript:alert(1)"), ("token_endpoint", None),
        ("jwks_uri", "file:///etc/passwd"), ("issuer", "https://another.example"),
    ):  # fmt: skip
        provider.answers[CONFIGURATION] = provider.configuration(**{name: value})
        assert refused(branch.browser(), "/sign-in/oidc"), name
    provider.answers[CONFIGURATION] = provider.configuration(jwks_uri="http://[")
    browser, state, _ = begun(branch)
    assert refused(browser, f"/sign-in/oidc/back?state={state}&code=any")
    assert branch.troubles == []


CLAIMS: list[dict[str, Any]] = [
    {"sub": None}, {"sub": ["clerk"]}, {"exp": "soon"}, {"exp": 5}, {"iat": {}}, {"aud": {"a": 1}}, {"aud": []},
    {"aud": "somebody else"}, {"iss": "https://another.example"}, {"nonce": 5}, {"amr": 5, "at_hash": 7},
]  # fmt: skip


def test_a_token_with_odd_claims_or_none_lets_nobody_in(branch: Branch, provider: Provider) -> None:
    for claims in CLAIMS:
        browser, state, nonce = begun(branch)
        provider.let_in("clerk", nonce, branch.moment.timestamp(), **claims)
        assert refused(browser, f"/sign-in/oidc/back?state={state}&code=any"), claims
    for token in (provider.sign({}), provider.sign([]), provider.sign(7), "a.b.c", 5, None, "e30.e30."):
        browser, state, _ = begun(branch)
        provider.answers[TOKEN] = {"access_token": "any", "token_type": "Bearer", "id_token": token}
        assert refused(browser, f"/sign-in/oidc/back?state={state}&code=any"), token
    assert branch.troubles == []


def test_wecom_answers_oddly_and_a_sentence_is_told(
    branch: Branch, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"errcode": 0, "access_token": "any", "expires_in": 10**400}
    tokens = [*ODD, {"errcode": 0}, good | {"expires_in": "x"}, good | {"access_token": 5}, {"errcode": ["\ud800"]}]
    members = [*ODD, {"errcode": [40014]}, {"errcode": 40029}]
    for token, member in (*((token, {}) for token in tokens), *((good, member) for member in members)):
        monkeypatch.setattr("policyserve.access.wecom._TOKENS", {})
        provider.answers |= {"/cgi-bin/gettoken": token, "/cgi-bin/auth/getuserinfo": member}
        browser, state, _ = begun(branch, "wecom")
        assert refused(browser, f"/sign-in/wecom/back?state={state}&code=any", "WeCom"), (token, member)
    assert branch.troubles == []


def test_a_sign_in_that_has_begun_is_good_once_and_for_its_own_way(branch: Branch, provider: Provider) -> None:
    browser, state, nonce = begun(branch)
    provider.let_in("clerk", nonce, branch.moment.timestamp())
    assert "not begun here" in browser.get(f"/sign-in/wecom/back?state={state}&code=any").text
    assert "not begun here" in browser.get(f"/sign-in/oidc/back?state={state}&code=any").text
    browser, state, _ = begun(branch)
    assert "(access_denied)" in browser.get(f"/sign-in/oidc/back?state={state}&error=access_denied").text
    assert "not begun here" in browser.get(f"/sign-in/oidc/back?state={state}&code=any").text


def test_a_slow_provider_shuts_nobody_out_of_a_page(branch: Branch, provider: Provider) -> None:
    """More wait for it than the pages have threads."""
    clerk = branch.signed_in("clerk")
    provider.open.clear()
    with branch.browser() as browser:
        waiting = [threading.Thread(target=browser.get, args=("/sign-in/oidc",)) for _ in range(10)]
        for one in waiting:
            one.start()
        answers = [clerk.get("/customers").status_code for _ in range(3)]
        still = sum(one.is_alive() for one in waiting)
        provider.open.set()
        for one in waiting:
            one.join(20)
    assert (answers, still, provider.asked.count(CONFIGURATION) <= 4) == ([200] * 3, 10, True)
