"""What the company tells its customers, entered by the clerk on the page of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from policyserve import db
from policyserve.messages.contents import CONTENTS

SENT = {"kind": "news", "day": "2026-05-05", "text": " 电子保单  服务已上线 ", "form_key": "once"}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("contents"), sqlite_template) as made:
        yield made
        assert made.troubles == []


@pytest.fixture(scope="module")
def clerk(branch: Branch) -> TestClient:
    return branch.signed_in("clerk")


def told(branch: Branch) -> list[tuple[str, str, str]]:
    with db.reading(branch.engine) as connection:
        rows = connection.execute(select(CONTENTS.c.kind, CONTENTS.c.period, CONTENTS.c.text)).all()
        return [(row.kind, row.period, row.text) for row in rows]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "  "}, "Say what it is, and write the text."),
        ({"kind": "gossip"}, "Say what it is, and write the text."),
        ({"text": "好" * 301}, "The text has 301 signs; write at most 300."),
        ({"text": "新品★上线"}, "The text holds ★ (U+2605), which carriers refuse; leave it out."),
        ({"day": "5 May"}, "5 May"),
    ],
)
def test_what_cannot_go_into_a_text_is_refused_and_stays_typed(
    branch: Branch, clerk: TestClient, changes: dict[str, str], said: str
) -> None:
    before = told(branch)
    answer = clerk.post("/outbox", data=SENT | {"form_key": said} | changes)
    assert said in answer.text
    assert told(branch) == before
    if changes.get("text", "").strip():
        assert changes["text"] in answer.text


def test_a_text_is_kept_once_and_the_warning_goes(branch: Branch, clerk: TestClient) -> None:
    warning = "the news of the month is not entered"
    before = clerk.get("/outbox").text
    for _ in range(2):
        after = clerk.post("/outbox", data=SENT).text
    assert told(branch) == [("news", "2026-05", "电子保单 服务已上线")]
    assert (warning in before, warning in after) == (True, False)
