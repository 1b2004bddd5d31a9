"""The pages under a path of another server: no link, way on or cookie leads out of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from desks.page_book import PASSWORD, SAME, USERS, take_branch
from policyserve import db
from policyserve.web.app import make_pages
from policyserve.web.door import way_back
from policyserve.web.prefix import Prefix, prefix_of
from policyserve.web.service import behind

PUBLIC = "http://host/the/service"
PREFIX = "/the/service"
LINKS = re.compile(r'\s(?:(?:href|src|action|formaction)="|(?:data|hx)-[a-z-]+="(?=/))([^"]*)"')
STANDS = re.compile(r"(#|\?|tel:|mailto:|sms:|data:)")
"""Links that lead to no other page."""


def browser(app: ASGIApp) -> TestClient:
    return TestClient(app, base_url="http://host", headers={**SAME, "accept-language": "en"}, follow_redirects=False)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[ASGIApp]:
    copy = tmp_path_factory.mktemp("prefix") / "book.sqlite3"
    shutil.copyfile(sqlite_template, copy)
    engine = db.open_engine(f"sqlite:///{copy}")
    house = replace(take_branch(engine).house, public_url=PUBLIC)
    yield Prefix(make_pages(house, lambda _page, error: pytest.fail(repr(error))), PREFIX)
    engine.dispose()


def links(answer: Any) -> list[str]:
    found = LINKS.findall(answer.text) if "html" in answer.headers.get("content-type", "") else []
    return [*found, *([answer.headers["location"]] if "location" in answer.headers else [])]


@pytest.mark.parametrize("login", USERS)
def test_no_link_of_any_page_leads_out(app: ASGIApp, login: str) -> None:
    visitor, seen, ahead = browser(app), set[str](), [f"{PREFIX}/"]
    first = visitor.post(f"{PREFIX}/sign-in", data={"login": login, "password": PASSWORD})
    assert first.headers["location"].startswith(f"{PREFIX}/")
    assert "Path=/the/service;" in f"{first.headers['set-cookie']};"
    while ahead and len(seen) < 60:
        path = ahead.pop().partition("#")[0]
        if path in seen:
            continue
        seen.add(path)
        answer = visitor.get(path)
        assert answer.status_code in {200, 303, 404, 405, 422}, (
            path
        )  # an address of a form alone, a figure without facts
        found = [link for link in links(answer) if not STANDS.match(link)]
        assert [link for link in found if not link.startswith(f"{PREFIX}/")] == [], path
        ahead += [link for link in found if "sign-out" not in link]
    assert len(seen) > 4


def test_a_proxy_may_leave_the_prefix_out(app: ASGIApp) -> None:
    answer = browser(app).get("/today")
    assert answer.headers["location"] == f"{PREFIX}/sign-in?next=/today"
    assert f'action="{PREFIX}/sign-in"' in browser(app).get(answer.headers["location"]).text


def test_what_only_looks_like_a_link_stays_as_it_is() -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        kinds: dict[str, Response] = {
            "/page": HTMLResponse('<a href="//other/x" title="/y"><input value="/z"> &#34;href="/1&#34; <b href="/2">'),
            "/text": PlainTextResponse(' href="/1"'),
        }
        await kinds[scope["path"]](scope, receive, send)

    inside = browser(Prefix(page, "/p"))
    assert inside.get("/p/page").text == (
        '<a href="//other/x" title="/y"><input value="/z"> &#34;href="/1&#34; <b href="/p/2">'
    )
    assert inside.get("/p/text").text == ' href="/1"'


def test_after_signing_in_a_form_leads_back_to_the_page_that_it_stood_on() -> None:
    headers = [(b"host", b"inner:8470"), (b"referer", b"http://host/the/service/tasks/1")]
    request = Request({"type": "http", "method": "POST", "path": "/tasks/1/done", "headers": headers})
    assert way_back(request, PUBLIC) == "/tasks/1"
    assert way_back(request, "http://elsewhere") == "/"


@pytest.mark.parametrize(("peer", "client"), [("10.0.0.5", "203.0.113.7"), ("10.0.0.6", "10.0.0.6")])
def test_for_whom_a_server_asks_is_believed_of_the_named_one_alone(peer: str, client: str) -> None:
    async def tell(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)

    asking = TestClient(behind(tell, ["10.0.0.5"]), client=(peer, 1))
    forged_and_true = "198.51.100.1, 203.0.113.7"  # the server in front adds the address that it sees at the end
    assert asking.get("/", headers={"X-Forwarded-For": forged_and_true}).text == client


def test_an_address_without_a_path_has_no_prefix() -> None:
    assert [prefix_of(url) for url in (None, "https://host", "https://host/", PUBLIC)] == ["", "", "", PREFIX]
