"""Tries of a call against a slow reading on random calls: different days, different hours, outside the rest."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from policyserve.calls.tries import OUTCOMES, Try, counted, is_quiet, made_by, standing
from policyserve.standard.call_rules import CallRules
from policyserve.standard.parser import default_standard

MONDAY = date(2026, 5, 4)
RULES = CallRules()

CALLS = st.lists(
    st.builds(
        Try,
        day=st.integers(0, 5).map(lambda days: MONDAY + timedelta(days=days)),
        minute=st.integers(0, 1439),
        outcome=st.sampled_from(OUTCOMES),
    ),
    max_size=8,
)


def slow_count(calls: list[Try]) -> int:
    days: list[date] = []
    minutes: list[int] = []
    for call in sorted(calls, key=lambda one: (one.day, one.minute)):
        at_rest = call.minute < 540 or 720 <= call.minute < 840 or call.minute >= 1200
        close = any(abs(call.minute - other) < 120 for other in minutes)
        if call.outcome in {"not-reached", "refused"} and not at_rest and not close and call.day not in days:
            days.append(call.day)
            minutes.append(call.minute)
    return len(days)


@settings(max_examples=200, derandomize=True)
@given(CALLS)
def test_tries_count_on_different_days_at_different_hours_outside_the_rest(calls: list[Try]) -> None:
    assert len(counted(RULES, calls)) == slow_count(calls)
    assert (standing(RULES, calls) == "visit") == (slow_count(calls) >= 3)


def test_a_time_agreed_stands_until_somebody_calls() -> None:
    agreed = Try(day=MONDAY, minute=600, outcome="agreed")
    assert standing(RULES, [agreed]) == "agreed"
    assert standing(RULES, [agreed, Try(day=MONDAY, minute=600, outcome="not-reached")]) == "to-call"
    assert standing(RULES.model_copy(update={"tries": 1, "then": "letter"}), [_failed(600)]) == "letter"


def _failed(minute: int) -> Try:
    return Try(day=MONDAY, minute=minute, outcome="not-reached")


def test_days_not_to_be_disturbed_are_days_of_the_week() -> None:
    assert [is_quiet(days, MONDAY) for days in ("1", "6,7", None, "1,7")] == [True, False, False, True]


def test_a_call_is_made_within_three_days_and_within_its_window() -> None:
    assert made_by(RULES, MONDAY, date(2026, 5, 20)) == date(2026, 5, 7)
    assert made_by(RULES, MONDAY, date(2026, 5, 5)) == date(2026, 5, 5)


def test_the_call_back_of_the_standard_has_seven_points_and_one_opens_a_complaint() -> None:
    points = default_standard().calls.points("new-policy-callback")
    assert [one.code for one in points if one.opens == "complaint"] == ["own-signature"]
    assert len(points) == 7
    assert default_standard().calls.points("visit-m4") == ()
