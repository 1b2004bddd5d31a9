"""Weights of the targets: tried on a day, kept for a manager's teams, nearest above first, taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from desks.task_book import AT, MONDAY, fill, run, touch
from policyserve.access.viewer import SYSTEM, Scope, Viewer
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations.agenda import agent_day
from policyserve.operations.priorities import preview, priority, read_weights, set_weights
from policyserve.tasks.transitions import Stamp

STAMP = Stamp(at=AT, as_of=MONDAY, actor="Lead")
MANAGER = Viewer(who="lead", role="manager", scope=Scope(reach="teams", agent_id=1), agent_no="1001")
TO_REFERRALS = read_weights("0/2/1")


@pytest.fixture
def book(engine: Engine) -> Engine:
    """Two customers of agent 1002: one is due a renewal reminder (5/0/0), the other an event invitation (1/5/3)."""
    fill(engine)
    run(engine, [touch("renewal-reminder-d90", policy=1), touch("event-invitation", policy=3, agent_id=2)])
    return engine


def order(engine: Engine) -> list[str]:
    return [one.customer_no for one in agent_day(engine, SYSTEM, "1002", MONDAY, as_of=MONDAY).customers]


def test_weights_are_tried_kept_for_the_teams_and_taken_back(book: Engine) -> None:
    assert order(book) == ["C2", "C1"]
    to_persistency = read_weights("3/0/0")
    rows = preview(book, MANAGER, "1001", to_persistency, "1002", day=MONDAY, as_of=MONDAY, language="en")
    assert [(row["before"], row["after"], row["customer_no"]) for row in rows] == [(2, 1, "C1"), (1, 2, "C2")]
    assert order(book) == ["C2", "C1"]
    set_weights(book, MANAGER, "1001", to_persistency, STAMP)
    assert order(book) == ["C1", "C2"]
    why = str(agent_day(book, SYSTEM, "1002", MONDAY, as_of=MONDAY).weighing.why)  # type: ignore[union-attr]
    assert "3/0/0 for the teams of Agent 1001 since 2026-05-04 (by Lead)" in why
    set_weights(book, MANAGER, "1001", None, replace(STAMP, actor="Chief"))
    assert order(book) == ["C2", "C1"]
    found = priority(book, MANAGER, "1001", as_of=MONDAY)
    assert (found.own, found.weighing.ratio) == (False, "1/1/1")
    assert [(one["actor"], one["persistency"]) for one in found.history] == [("Chief", None), ("Lead", 3.0)]


def test_the_nearest_weights_hold_and_those_above_change_nothing(book: Engine) -> None:
    set_weights(book, SYSTEM, "1002", TO_REFERRALS, STAMP)
    set_weights(book, SYSTEM, "1001", read_weights("3/0/0"), STAMP)
    assert order(book) == ["C2", "C1"]
    assert priority(book, SYSTEM, "1003", as_of=MONDAY).weighing.manager_no == "1001"
    with pytest.raises(PolicyserveError, match="1002 is weighed for the teams of 1002"):
        preview(book, SYSTEM, "1001", TO_REFERRALS, "1002", day=MONDAY, as_of=MONDAY, language="en")


def test_a_manager_decides_for_the_own_teams_alone(book: Engine) -> None:
    for deed in (
        lambda: set_weights(book, MANAGER, "1004", TO_REFERRALS, STAMP),
        lambda: priority(book, MANAGER, "1004", as_of=MONDAY),
        lambda: preview(book, MANAGER, "1001", TO_REFERRALS, "1004", day=MONDAY, as_of=MONDAY, language="en"),
    ):
        with pytest.raises(NotFoundError):
            deed()


@pytest.mark.parametrize("typed", ["", "1/1", "0/0/0", "1/1/-1", "nan/1/1", "1/1/101", "a/b/c"])
def test_what_are_no_weights_is_refused(typed: str) -> None:
    with pytest.raises(PolicyserveError, match="are no weights"):
        read_weights(typed)
