"""Calls in the database: what is kept, what follows, what is refused, and what they come to; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from desks.task_book import AT, MONDAY, fill, run, touch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.calls.records import Call
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.operations.calls import call_shares_of_viewer, calls_of_viewer, record_call, seen_call
from policyserve.standard.parser import default_standard
from policyserve.tasks.deeds import TaskClosedError
from policyserve.tasks.transitions import Stamp

CALLBACK = touch("new-policy-callback", channels="call", performer="office")
YES = {one.code: True for one in default_standard().calls.points("new-policy-callback")}
GOOD = Call(outcome="reached", on=MONDAY, minute=600, answers=YES, satisfaction=5)
MISSED = Call(outcome="not-reached", on=MONDAY, minute=600)


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    run(engine, [CALLBACK])
    return engine


def call(engine: Engine, made: Call, day: date = MONDAY) -> int:
    return record_call(engine, SYSTEM, Stamp(at=AT, as_of=day, actor="1001"), 1, made)


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with db.reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_call_that_is_answered_does_the_task_and_keeps_every_answer(book: Engine) -> None:
    key = call(book, GOOD)
    assert rows(book, "SELECT channel, outcome, satisfaction FROM contacts") == [("call", "reached", 5)]
    seen = seen_call(book, SYSTEM, 1, as_of=MONDAY)
    assert seen.task["status"] == "done"
    (former,) = seen.former
    assert (former["call_id"], former["answers"], former["actor"]) == (key, YES, "1001")
    with pytest.raises(TaskClosedError):
        call(book, GOOD)


def test_a_point_that_fails_opens_what_the_standard_says(book: Engine) -> None:
    call(book, replace(GOOD, answers=YES | {"own-signature": False, "freelook": False}, words="我没有签字"))
    assert rows(book, "SELECT kind, channel, words, status FROM complaints") == [
        ("sales", "follow-up", "我没有签字", "received")
    ]
    assert rows(book, "SELECT kind, policy_id FROM events ORDER BY id") == [("complaint", 1), ("service_request", 1)]
    (former,) = seen_call(book, SYSTEM, 1, as_of=MONDAY).former
    assert former["complaint_id"] == 1
    assert former["visit_asked"]


def test_a_customer_who_is_not_satisfied_complains_once(book: Engine) -> None:
    call(book, replace(GOOD, satisfaction=2, words="等了很久"))
    assert rows(book, "SELECT kind, words FROM complaints") == [("service", "等了很久")]
    assert rows(book, "SELECT kind FROM events") == [("complaint",)]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (replace(GOOD, answers={}), "Answer every point"),
        (replace(GOOD, answers=YES | {"hobby": True}), "Answer every point"),
        (replace(GOOD, satisfaction=None), "how satisfied"),
        (replace(GOOD, satisfaction=9), "from 1 to 5"),
        (replace(GOOD, satisfaction=1), "Write down what"),
        (replace(GOOD, answers=YES | {"cover": False}), "Write down what"),
        (replace(GOOD, on=date(2026, 5, 5)), "lies in the future"),
        (replace(MISSED, satisfaction=4), "Nobody was asked"),
        (Call(outcome="agreed", on=date(2026, 5, 3), minute=600), "can be agreed for"),
        (Call(outcome="agreed", on=MONDAY, minute=780), "rest at 13:00"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(book: Engine, made: Call, why: str) -> None:
    with pytest.raises(PolicyserveError, match=why):
        call(book, made)
    assert rows(book, "SELECT count(*) FROM calls") == [(0,)]


def test_three_tries_on_other_days_and_at_other_hours_ask_for_a_visit_once(book: Engine) -> None:
    for days, minute in ((0, 600), (0, 900), (1, 615), (1, 780), (2, 850), (3, 1140), (4, 600)):
        day = MONDAY + timedelta(days=days)
        call(book, Call(outcome="not-reached", on=day, minute=minute), day)
    seen = seen_call(book, SYSTEM, 1, as_of=MONDAY + timedelta(days=4))
    assert (seen.state, seen.tries, seen.task["status"]) == ("visit", 3, "open")
    assert rows(book, "SELECT kind, occurred_on FROM events")[0][0] == "service_request"
    assert rows(book, "SELECT count(*) FROM events") == [(1,)]
    found = call_shares_of_viewer(book, SYSTEM, Days.between(MONDAY, date(2026, 5, 31)), as_of=date(2026, 5, 31))
    assert found.rows.select("called", "answered", "used_up", "answered_share").rows() == [(1, 0, 1, 0.0)]


def test_the_list_names_what_was_agreed_and_by_when_it_is_to_be_made(book: Engine) -> None:
    def listed() -> list[tuple[object, ...]]:
        found = calls_of_viewer(book, SYSTEM, as_of=MONDAY)
        return found.rows.select("task_id", "state", "agreed_for", "made_by", "tries").rows()

    assert listed() == [(1, "to-call", None, date(2026, 5, 7), 0)]
    call(book, Call(outcome="agreed", on=date(2026, 5, 6), minute=630))
    assert listed() == [(1, "agreed", "2026-05-06 10:30", date(2026, 5, 7), 0)]
    call(book, GOOD)
    assert listed() == []
    found = call_shares_of_viewer(book, SYSTEM, Days.between(MONDAY, MONDAY), by=("agent",), as_of=MONDAY)
    assert found.rows.select("agent_no", "answered", "in_time", "dissatisfied").rows() == [("1002", 1, 1, 0)]
