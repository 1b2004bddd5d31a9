"""A release is planned while others write: what comes in meanwhile is in it, and nobody waits for the planning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from books.lists_in import AS_OF, import_book, import_text, rows_of
from policyserve import db
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.db import engine as opened
from policyserve.operations import release
from policyserve.operations.events import add_event
from policyserve.operations.release import TRIES, release_tasks
from policyserve.tasks.nightly_release import draft_release

AT = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
CALENDAR = load_calendar(fixture("calendars", "cn.yaml"))
NEW = """policy_no,customer_no,agent_no,issue_date,mode,premium
P8,C1,A1,2025-11-05,annual,800
P9,C2,A2,2025-11-05,annual,900
"""
OPEN = "SELECT DISTINCT p.policy_no FROM tasks t JOIN policies p ON p.id = t.policy_id WHERE t.status = 'open'"


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    import_text(engine, tmp_path, "policies", NEW)


def drafting(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[int], object]) -> list[int]:
    """Let something happen after each draft has read the book; return the drafts that were made, by number."""
    drafts: list[int] = []

    def drafted(*asked: Any, **more: Any) -> Any:
        draft = draft_release(*asked, **more)
        drafts.append(len(drafts) + 1)
        meanwhile(len(drafts))
        return draft

    monkeypatch.setattr(release, "draft_release", drafted)
    return drafts


def surrender(engine: Engine, policy_no: str) -> None:
    add_event(engine, {"policy_no": policy_no, "kind": "surrender", "occurred_on": "2026-02-25"}, as_of=AS_OF)


def test_a_fact_that_comes_in_while_a_release_is_planned_is_in_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = drafting(monkeypatch, lambda number: surrender(engine, "P8") if number == 1 else None)
    release_tasks(engine, CALENDAR, as_of=AS_OF, at=AT)
    assert drafts == [1, 2]
    assert rows_of(engine, OPEN) == [("P9",)]


def test_where_facts_never_stand_still_the_last_draft_is_made_under_the_lock(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(number: int) -> None:
        if number <= TRIES:
            day = date(2026, 2, number).isoformat()
            add_event(engine, {"policy_no": "P2", "kind": "complaint", "occurred_on": day}, as_of=AS_OF)

    drafts = drafting(monkeypatch, change)
    assert release_tasks(engine, CALENDAR, as_of=AS_OF, at=AT).added > 0
    assert len(drafts) == TRIES + 1


def test_whoever_writes_while_a_release_is_planned_does_not_wait(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "BUSY_SECONDS", 0.05)
    other = db.open_engine(engine.url.render_as_string(hide_password=False))
    drafts = drafting(monkeypatch, lambda number: surrender(other, "P8") if number == 1 else None)
    release_tasks(engine, CALENDAR, as_of=AS_OF, at=AT)
    other.dispose()
    assert drafts == [1, 2]


def test_of_two_releases_the_second_follows_the_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []

    def another(number: int) -> None:
        if number == 1:
            counts.append(release_tasks(engine, CALENDAR, as_of=AS_OF, at=AT))

    drafting(monkeypatch, another)
    counts.append(release_tasks(engine, CALENDAR, as_of=AS_OF, at=AT))
    first, second = counts
    assert first.added > 0
    assert (second.added, second.unchanged) == (0, first.added)
