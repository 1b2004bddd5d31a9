"""The steps of a complaint against a machine written out by hand, on random walks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policyserve.complaints.steps import CLOSED, OPEN, STEPS, after_step, escalated_to, next_steps

SLOW = {
    "received": {"founded": "founded", "unfounded": "unfounded"},
    "founded": {"unfounded": "unfounded", "investigated": "investigated"},
    "unfounded": {"founded": "founded", "proposed": "proposed"},
    "investigated": {"investigated": "investigated", "proposed": "proposed"},
    "proposed": {"approved": "approved", "returned": "founded"},
    "approved": {"carried-out": "carried-out"},
    "carried-out": {"confirmed": "confirmed", "not-reached": "not-reached", "reopened": "founded"},
    "confirmed": {"reviewed": "reviewed", "reopened": "founded"},
    "not-reached": {"reviewed": "reviewed", "reopened": "founded"},
    "reviewed": {"reopened": "founded"},
    "withdrawn": {},
    "not-tracked": {"reopened": "founded"},
}
"""Where each step leads from each status; what may be said at any time while a complaint is open is left out."""


def slow_step(status: str, code: str) -> str | None:
    if code in {"answered", "extended"}:
        return status if status in OPEN else None
    return SLOW[status].get(code)


@settings(max_examples=200, derandomize=True)
@given(st.sampled_from((*OPEN, *CLOSED)), st.lists(st.sampled_from(list(STEPS)), max_size=30))
def test_every_walk_goes_as_the_machine_says(status: str, codes: list[str]) -> None:
    for code in codes:
        expected = slow_step(status, code)
        assert after_step(status, code) == expected
        assert (code in next_steps(status, "manager")) == (expected is not None)
        status = expected or status


def test_a_complaint_is_settled_only_by_the_customer_or_by_a_manager() -> None:
    into = {(code, step.to) for code, step in STEPS.items() if step.to in CLOSED}
    assert into == {("confirmed", "confirmed"), ("not-reached", "not-reached"), ("reviewed", "reviewed")}
    assert "not-reached" not in next_steps("carried-out", "clerk")


def test_agents_and_auditors_take_no_step() -> None:
    assert [next_steps(status, role) for status in OPEN for role in ("agent", "auditor")] == [[]] * 2 * len(OPEN)


def test_every_status_but_a_withdrawn_one_leads_on() -> None:
    assert [status for status in (*OPEN, *CLOSED) if not next_steps(status, "manager")] == ["withdrawn"]


def test_a_late_complaint_goes_up_a_level_every_three_days_and_ends_with_the_highest() -> None:
    above = {"a": "b", "b": "c", "c": "d"}
    days = (None, 5, 0, -1, -3, -4, -6, -7, -90)
    gone = [escalated_to(above, "a", left, 3) for left in days]
    assert gone == [None, None, None, "b", "b", "c", "c", "d", "d"]
    assert escalated_to({"a": "b", "b": "a"}, "a", -90, 3) == "b"
    assert escalated_to(above, None, -90, 3) is None
