"""Events entered by mistake: taken back once, by a page or a call, by clerks alone, within what they see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from desks.page_book import Branch, branch_in
from policyserve import db

SICK = {"customer_no": "C1", "kind": "sick", "occurred_on": "2026-05-03"}


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made


def entered(branch: Branch, **fields: str) -> int:
    answer = branch.machine("clerk").post("/events", json=SICK | fields)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["event"])


def retracted(branch: Branch) -> list[str | None]:
    with db.reading(branch.engine) as connection:
        return list(connection.scalars(text("SELECT retracted_why FROM events ORDER BY id")))


def test_a_call_takes_an_event_back_once_and_notes_it(branch: Branch) -> None:
    key, clerk = entered(branch), branch.machine("clerk")
    headers = {"idempotency-key": "once"}
    answers = [clerk.post(f"/events/{key}/retract", json={"why": "typo"}, headers=headers) for _ in range(2)]
    assert [one.json() for one in answers] == [{"event": key, "retracted_on": "2026-05-04"}] * 2
    assert clerk.post(f"/events/{key}/retract", json={"why": "typo"}).status_code == 409
    assert clerk.post("/events/99/retract", json={"why": "typo"}).status_code == 404
    assert clerk.post(f"/events/{key}/retract", json={"why": " "}).status_code == 422
    assert retracted(branch) == ["typo"]
    assert branch.log().count(("clerk", "event retracted", "C1")) == 1


def test_a_clerk_takes_an_event_back_on_its_page(branch: Branch) -> None:
    key, clerk = entered(branch), branch.signed_in("clerk")
    assert f"/events/{key}" in clerk.get("/customers/C1").text
    assert f"/events/{key}" not in branch.signed_in("agent").get("/customers/C1").text
    page = clerk.get(f"/events/{key}").text
    assert "2026-05-03" in page
    assert clerk.post(f"/events/{key}", data={"why": " "}).status_code == 422
    form = {"why": "typo", "form_key": "one tap"}
    for _ in range(2):
        assert clerk.post(f"/events/{key}", data=form, follow_redirects=False).status_code == 303
    assert retracted(branch) == ["typo"]
    assert f"/events/{key}" not in clerk.get("/customers/C1").text
    assert clerk.get("/events/99").status_code == 404
    assert branch.troubles == []
