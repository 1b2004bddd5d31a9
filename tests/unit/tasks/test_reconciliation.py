"""Comparing touches with stored tasks, as pure functions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyserve.tasks import changes, reconciliation
from policyserve.tasks.columns import STORED, like_stored, with_same_services

MONDAY = date(2026, 5, 4)
LAST = MONDAY + timedelta(days=30)


def touch(**others: Any) -> dict[str, Any]:
    return {
        "service": "visit-m4",
        "subject_kind": "policy",
        "subject_id": 1,
        "ordinal": 1,
        "customer_id": 1,
        "agent_id": 2,
        "performer": "agent",
        "channels": "visit",
        "anchor": date(2026, 1, 4),
        "nominal": MONDAY,
        "due": MONDAY,
        "earliest": MONDAY - timedelta(days=7),
        "latest": MONDAY + timedelta(days=14),
        "provisional": False,
        "policy_id": 1,
    } | others


def task(**others: Any) -> dict[str, Any]:
    row = touch() | {"id": 1, "status": "open", "snoozed_to": None, "assigned": False, "by_hand": False} | others
    return {name: row[name] for name in STORED}


def compared(stored: list[dict[str, Any]], touches: list[dict[str, Any]], as_of: date = MONDAY) -> pl.DataFrame:
    tasks = pl.DataFrame(stored, schema=STORED)
    planned = like_stored(pl.DataFrame(touches, schema_overrides={"agent_id": pl.Int32}) if touches else _NONE)
    return reconciliation.compare(*with_same_services(tasks, planned), as_of=as_of, last=LAST)


_NONE = pl.DataFrame([touch()]).clear()


def action(stored: dict[str, Any], planned: dict[str, Any] | None, as_of: date = MONDAY) -> str:
    return str(compared([stored], [planned] if planned else [], as_of)["action"].item())


@pytest.mark.parametrize(
    "change",
    [
        {"due": MONDAY + timedelta(days=1)},
        {"earliest": MONDAY},
        {"latest": LAST},
        {"nominal": MONDAY - timedelta(days=1)},
        {"anchor": date(2026, 1, 5)},
        {"agent_id": 3},
        {"agent_id": None},
        {"performer": "office"},
        {"channels": "visit+sms"},
        {"provisional": True},
        {"customer_id": 2},
    ],
)
def test_a_task_moves_when_anything_of_its_touch_changes(change: dict[str, Any]) -> None:
    assert action(task(), touch()) == "unchanged"
    assert action(task(), touch(**change)) == "moved"


@pytest.mark.parametrize(
    "other", [{"service": "visit-m7"}, {"subject_id": 2}, {"ordinal": 2}, {"subject_kind": "customer"}]
)
def test_a_touch_of_another_identity_is_another_task(other: dict[str, Any]) -> None:
    assert action(task(), touch(**other)) == "gone"


@pytest.mark.parametrize(
    ("status", "planned", "expected"),
    [
        ("cancelled", {}, "reopened"),
        ("cancelled", {"due": LAST + timedelta(days=1)}, "left"),
        ("cancelled", {"latest": MONDAY - timedelta(days=1)}, "left"),
        ("skipped", {}, "left"),
        ("skipped", {"anchor": date(2026, 1, 5)}, "reopened"),
        ("missed", {"due": MONDAY + timedelta(days=1)}, "left"),
        ("missed", {"anchor": date(2026, 1, 5)}, "reopened"),
        ("done", {}, "left"),
        ("done", {"anchor": date(2026, 1, 5)}, "left"),
    ],
)
def test_what_is_closed_comes_back_only_for_its_reason(status: str, planned: dict[str, Any], expected: str) -> None:
    assert action(task(status=status), touch(**planned)) == expected


@pytest.mark.parametrize("status", ["done", "skipped", "missed", "cancelled"])
def test_what_is_closed_and_no_longer_planned_stays_closed(status: str) -> None:
    assert action(task(status=status), None) == "left"


def test_the_latest_day_itself_is_still_on_time() -> None:
    latest = MONDAY + timedelta(days=14)
    assert action(task(), touch(), latest) == "unchanged"
    assert action(task(), touch(), latest + timedelta(days=1)) == "missed"


def test_a_longer_window_saves_a_task_that_would_be_missed() -> None:
    assert action(task(), touch(latest=LAST), MONDAY + timedelta(days=15)) == "moved"


def test_an_agent_given_by_hand_is_no_difference_until_the_fact_changes() -> None:
    assigned = task(agent_id=3, assigned=True)
    assert action(assigned, touch()) == "unchanged"
    pairs = compared([assigned], [touch(anchor=date(2026, 1, 5))])
    assert reconciliation.renewed(pairs).select("agent_id", "assigned", "snoozed_to").rows() == [(2, False, None)]


def test_a_move_says_what_changed_and_nothing_else() -> None:
    pairs = compared([task()], [touch(agent_id=3, channels="visit+sms")])
    assert changes.explained(pairs).select("reason", "arguments").row(0) == (None, None)
    assert differences(pairs) == [(1, "agent_id", "2", "3"), (1, "channels", "visit", "visit+sms")]


def test_a_reopening_says_why_and_then_what_changed() -> None:
    stored = [task(status="cancelled"), task(id=2, subject_id=2, status="missed")]
    again = [touch(agent_id=3), touch(subject_id=2, anchor=date(2026, 1, 5))]
    pairs = compared(stored, again)
    assert changes.explained(pairs).select("reason", "arguments").rows() == [
        ("called-again", '{"due":"2026-05-04"}'),
        ("recounted", '{"anchor":"2026-01-05","before":"2026-01-04","due":"2026-05-04"}'),
    ]
    assert differences(pairs) == [(1, "agent_id", "2", "3"), (2, "anchor", "2026-01-04", "2026-01-05")]


def differences(pairs: pl.DataFrame) -> list[tuple[object, ...]]:
    return reconciliation.differences(pairs).sort("id", "field").rows()


def test_only_what_is_due_in_time_and_new_is_added() -> None:
    tasks = pl.DataFrame([task()], schema=STORED)
    touches = [
        touch(),
        touch(subject_id=2),
        touch(subject_id=3, due=LAST + timedelta(days=1)),
        touch(subject_id=4, latest=MONDAY - timedelta(days=1)),
    ]
    stored, planned = with_same_services(tasks, like_stored(pl.DataFrame(touches)))
    new = reconciliation.additions(stored, planned, as_of=MONDAY, last=LAST)
    assert new["subject_id"].to_list() == [2]


DAYS = st.integers(-40, 40).map(lambda number: MONDAY + timedelta(days=number))
TOUCHES = st.lists(
    st.builds(
        lambda number, due, before, after, agent: touch(
            subject_id=number,
            due=due,
            earliest=due - timedelta(days=before),
            latest=due + timedelta(days=after),
            agent_id=agent,
        ),
        st.integers(1, 6),
        DAYS,
        st.integers(0, 10),
        st.integers(0, 20),
        st.sampled_from([2, 3]),
    ),
    max_size=6,
    unique_by=lambda row: row["subject_id"],
)


@settings(deadline=None, max_examples=50)
@given(st.lists(TOUCHES, min_size=1, max_size=4))
def test_a_second_run_changes_nothing_and_no_task_is_ever_lost(history: list[list[dict[str, Any]]]) -> None:
    stored = pl.DataFrame(schema=STORED)
    for touches in history:
        released = _released(stored, touches)
        assert set(stored["id"]) <= set(released["id"])
        assert _released(released, touches).equals(released)
        stored = released


def _released(stored: pl.DataFrame, touches: list[dict[str, Any]]) -> pl.DataFrame:
    """Do in memory what a release does in the database."""
    frame = pl.DataFrame(touches) if touches else _NONE
    tasks, planned = with_same_services(stored, like_stored(frame))
    pairs = reconciliation.compare(tasks, planned, as_of=MONDAY, last=LAST)
    new = reconciliation.additions(tasks, planned, as_of=MONDAY, last=LAST)
    status = (
        pl.col("action").cast(pl.String).replace_strict(changes.TO_STATUS, default=pl.col("status").cast(pl.String))
    )
    kept = pairs.with_columns(status=status.cast(STORED["status"])).select(STORED.names()).cast(STORED)
    moved = pairs.filter(pl.col("action").is_in(["moved", "reopened"]))
    kept = kept.update(reconciliation.renewed(moved).cast({"status": STORED["status"]}), on="id", include_nulls=True)
    first = max([0, *stored["id"]]) + 1
    added = new.with_columns(
        id=pl.int_range(first, first + pl.len(), dtype=pl.Int32),
        status=pl.lit("open"),
        snoozed_to=pl.lit(None, dtype=pl.Date),
        assigned=pl.lit(value=False),
        by_hand=pl.lit(value=False),
    )
    return pl.concat([kept, added.select(STORED.names()).cast(STORED)])
