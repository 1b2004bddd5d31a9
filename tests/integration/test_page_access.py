"""Every route as every role, from the table in the docs; and nothing of another agent's customer anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desks.access_table import allowed
from desks.page_book import USERS, Branch, branch_in
from policyserve.web.api.calls import CALLS
from policyserve.web.app import API, PAGES
from policyserve.web.door import Page


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("pages"), sqlite_template) as made:
        yield made


@pytest.fixture(scope="module")
def browsers(branch: Branch) -> dict[str, TestClient]:
    return {login: branch.signed_in(login) for login in USERS} | {"nobody": branch.browser()}


def address(path: str) -> str:
    for place, value in {
        "task_id:key": "1", "customer_no": "C1", "policy_no": "P1", "agent_no": "1002", "login": "nobody-here",
        "job:key": "1", "check:key": "1", "event:key": "1", "absence:key": "1", "set:key": "1", "secret": "none",
        "name": "agents", "complaint:key": "1",
    }.items():  # fmt: skip
        path = path.replace(f"{{{place}}}", value)
    return path


def test_the_table_has_a_line_for_every_route_and_no_other() -> None:
    calls = {(call.method, API + call.path) for call in CALLS}
    assert set(allowed()) == {(page.method, page.path) for page in PAGES} | calls


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_each_role_is_let_in_or_refused_as_the_table_says(
    branch: Branch, browsers: dict[str, TestClient], page: Page
) -> None:
    method, path = page.method, page.path
    for who, lets_in in allowed()[method, path].items():
        if path in {"/sign-out", "/sign-in"} and method == "POST":
            continue  # they would change who the browsers are; tests of sessions have them
        answer = browsers[who].request(method, address(path), follow_redirects=False)
        refused = answer.status_code == 403 or answer.headers.get("location", "").startswith("/sign-in?")
        assert refused is not lets_in, (who, answer.status_code, answer.headers.get("location"))
    assert branch.troubles == []


HIDDEN = [
    "/customers/C2",
    "/customers/C2/contact",
    "/customers/C2/referral",
    "/customers/C2/event",
    "/customers/C2/complaint",
    "/policies/P3",
    "/tasks/3",
    "/tasks/3/done",
    "/tasks/3/put-off",
    "/tasks/3/skip",
    "/calls/3",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_what_is_another_agents_is_not_found_as_if_there_were_none(browsers: dict[str, TestClient], path: str) -> None:
    answer, none = browsers["agent"].get(path), browsers["agent"].get(re.sub(r"[23]", "77", path))
    assert (answer.status_code, none.status_code) == (404, 404)
    said, said_of_none = (re.sub(r' data-page="[^"]+"', "", one.text) for one in (answer, none))
    assert said.replace(path, "") == said_of_none.replace(re.sub(r"[23]", "77", path), "")
    assert browsers["other"].get(path).status_code == 200


@pytest.mark.parametrize("deed", ["done", "put-off", "skip", "undo"])
def test_nothing_is_done_to_another_agents_task(branch: Branch, browsers: dict[str, TestClient], deed: str) -> None:
    typed = {"channel": "visit", "on": "2026-05-04", "to": "2026-05-05", "why": "x"}
    assert browsers["agent"].post(f"/tasks/3/{deed}", data=typed).status_code == 404
    assert branch.status(3) == "open"


def without_tokens(page: str) -> str:
    """Leave out what is drawn by chance, and may hold any number."""
    return re.sub(r'(name="form_key" value|data-page)="[^"]+"', "", page)


def test_another_agents_customer_stands_on_no_page(browsers: dict[str, TestClient]) -> None:
    paths = [
        "/today",
        "/customers",
        "/customers?q=C",
        "/customers?q=P3",
        "/customers?q=1390000000",
        "/targets",
        "/customers/C1",
    ]
    for path in paths:
        said = without_tokens(browsers["agent"].get(path).text)
        assert [word for word in ("C2", "13900000002", "客户2") if word in said] == [], path


def test_a_manager_sees_those_below_and_a_phone_after_asking(branch: Branch, browsers: dict[str, TestClient]) -> None:
    manager = browsers["manager"]
    assert [manager.get(f"/customers/{one}").status_code for one in ("C1", "C2")] == [200, 200]
    assert "13900000001" not in manager.get("/customers/C1").text + manager.get("/customers").text
    assert "C1" not in without_tokens(manager.get("/customers?q=13900000001").text)
    assert "13900000001" in manager.post("/customers/C1/phone").text
    assert branch.log()[-1] == ("manager", "phone shown", "C1")
    assert manager.get("/agents/1004").status_code == 404


def test_an_address_that_no_page_has_says_so_without_a_trace(browsers: dict[str, TestClient]) -> None:
    for path in ("/nowhere", "/static/../app.py", "/static/%2e%2e/app.py", "/customers/../users", "/api/v1"):
        answer = browsers["agent"].get(path)
        assert answer.status_code in {403, 404}, path
        assert "Traceback" not in answer.text


def test_every_page_says_what_a_browser_may_load_and_nothing_is_kept(browsers: dict[str, TestClient]) -> None:
    for path in ("/sign-in", "/today", "/nowhere"):
        headers = browsers["agent"].get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_no_page_has_a_script_or_a_style_of_its_own(browsers: dict[str, TestClient]) -> None:
    for who, path in {"agent": "/today", "manager": "/board", "administrator": "/users", "clerk": "/import"}.items():
        said = browsers[who].get(path).text
        assert not re.search(
            r"<script(?! src=\"/static/offline.js\" defer></script>)|<style|\sstyle=|\son\w+=|https?://", said
        ), path
