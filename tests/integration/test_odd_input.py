"""What nobody types on purpose, into every field and every question of every page: a sentence, and never a failure."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in, take_branch
from policyserve.access.viewer import ROLES
from policyserve.config import template_folder
from policyserve.web.app import PAGES
from policyserve.web.door import Page

ODD = (
    "0001-01-01", "9999-12-31", "2026-02-30", "9" * 4400, "-1", "\x00", "a\x00b", "\ud800", "²", "٣" * 12, "x" * 400,
    "' OR 1=1 --", "%", "1e400", "nan", "{{7*7}}", "[]",
)  # fmt: skip
QUERIES = ("before", "day", "done", "form", "kept", "next", "open", "page", "q", "table", "view", "what", "who")
FIELDS = {name for path in template_folder().rglob("*.html") for name in re.findall(r'name="(\w+)"', path.read_text())}
NAMES = sorted({*FIELDS, *QUERIES, "message-1", "cell-2-0", "header-0", "field-0"} - {"language"})
NOT_ASKED = {"/sign-out", "/sign-in", "/demo"}
"""They would change who the browsers are."""


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("odd"), sqlite_template) as made:
        yield made


def written(form: dict[str, str]) -> str:
    """Write a form as a browser would, halves of signs too."""
    return "&".join(f"{name}={quote_from_bytes(one.encode('utf-8', 'surrogatepass'))}" for name, one in form.items())


def address(page: Page) -> str:
    places = {"task_id:key": "1", "customer_no": "C1", "policy_no": "P1", "agent_no": "1002", "job:key": "1"}
    return re.sub(r"{([\w:]+)}", lambda place: places.get(place[1], "nothing"), page.path)


def asked(browser: TestClient, page: Page, form: dict[str, str]) -> int:
    path, sent = address(page), written(form)
    if page.method == "GET":
        return browser.get(f"{path}?{sent}", follow_redirects=False).status_code
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return browser.post(path, content=sent, headers=kind, follow_redirects=False).status_code


@pytest.mark.parametrize(("day", "said"), [
    ("0001-01-01", "too far away"), ("9999-12-31", "too far away"), ("2026-02-30", "no day"), ("yesterday", "no date"),
    ("2026-W19-1", "no date"),
])  # fmt: skip
def test_a_day_that_cannot_be_is_told_and_what_was_typed_stays(branch: Branch, day: str, said: str) -> None:
    agent = branch.signed_in("agent")
    for path, field, typed in (
        ("/tasks/1/done", "on", {"channel": "call"}), ("/tasks/1/put-off", "to", {}),
        ("/customers/C1/contact", "on", {"channel": "call", "service": "contact"}),
        ("/customers/C1/event", "occurred_on", {"kind": "claim"}),
    ):  # fmt: skip
        answer = agent.post(path, data={**typed, "note": "typed with care", field: day})
        assert (answer.status_code, said in answer.text) == (422, True), path
    assert (branch.status(1), branch.log()) == ("open", [])


def test_an_event_without_a_day_is_refused_in_a_sentence(branch: Branch) -> None:
    answer = branch.signed_in("agent").post("/customers/C1/event", data={"kind": "claim", "occurred_on": ""})
    assert (answer.status_code, "occurred_on" in answer.text) == (422, True)
    assert branch.troubles == []


def test_the_api_refuses_days_and_numbers_that_cannot_be(branch: Branch) -> None:
    machine = branch.machine("agent")
    for day in ("0001-01-01", "9999-12-31"):
        event = {"customer_no": "C1", "kind": "claim", "occurred_on": day}
        answers = [
            machine.get("/agenda", params={"date": day}), machine.post("/events", json=event),
            machine.post("/tasks/1/done", json={"on": day}), machine.post("/tasks/1/put-off", json={"to": day}),
        ]  # fmt: skip
        assert [one.status_code for one in answers] == [422] * 4
        assert all("is too far away" in one.text for one in answers)
    event = {"customer_no": "C1", "kind": "claim"}
    assert machine.post("/events", json=event).status_code == 422
    for body in (
        b'{"satisfaction": %s}' % (b"9" * 5000),
        b'{"satisfaction": 1e999}',
        b'{"note": "\\ud800"}',
        b"[" * 9999,
    ):
        sent = machine.post("/tasks/1/done", content=body, headers={"content-type": "application/json"})
        assert (sent.status_code, sent.headers["content-type"]) == (422, "application/problem+json"), body[:30]
    for path in ("/tasks/" + "9" * 5000, "/tasks/-1", "/tasks?most=" + "9" * 5000, "/imports/" + "9" * 5000):
        assert machine.get(path).status_code in {403, 404, 422}, path[:20]
    assert (branch.status(1), branch.troubles) == ("open", [])


def test_no_page_fails_whatever_is_typed_or_asked(branch: Branch) -> None:
    """Each page takes other odd signs into each of its fields."""
    browsers = {str(role): branch.signed_in(role) for role in ROLES}
    for shift, page in enumerate(one for one in PAGES if one.path not in NOT_ASKED):
        role = "auditor" if page.roles is None else next(iter(page.roles))
        browser, names = browsers[role], QUERIES if page.method == "GET" else NAMES
        typed = {name: ODD[(shift + number) % len(ODD)] for number, name in enumerate(names)}
        assert asked(browser, page, typed) < 500, (page.path, typed)
    assert branch.troubles == []


@pytest.mark.parametrize("sign", ["\x00", "\ud800", "\u202e"])
def test_a_cursor_with_signs_that_no_number_has_is_none(engine: Engine, sign: str) -> None:
    branch = take_branch(engine)
    machine = branch.machine("clerk")
    given = str(machine.get("/customers?most=1").json()["next"])
    place = json.loads(urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    forged = urlsafe_b64encode(json.dumps([place[0], f"C1{sign}"]).encode()).decode().rstrip("=")
    answer = machine.get("/customers", params={"most": 1, "cursor": forged})
    assert (answer.status_code, branch.troubles) == (404, [])
