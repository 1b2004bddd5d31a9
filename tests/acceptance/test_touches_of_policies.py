"""Touches that follow a policy: grace and lapse, riders, receipts, debits, its end."""

from __future__ import annotations

from commands import Desk
from desks.planned_book import POLICY, book, lines_of, plan

UNPAID = "policy_no,instalment,due_on,amount\nP1,2,2026-03-10,1000\n"

GRACE_AND_LAPSE = """
lapse-reminder-d1    2  2026-03-11  2026-03-12
grace-demand         2  2026-04-09  2026-04-12
lapse-reminder-d45   2  2026-04-24  2026-04-25
lapse-reminder-d55   2  2026-05-04  2026-05-05
lapse-reminder-d59   2  2026-05-08  2026-05-09
lapse-notice         2  2026-05-10  2026-05-22
lapse-confirmation   2  2026-05-15  2026-06-10
"""
"""D = 10 March 2026, S = D + 61 days = 10 May 2026 (a Sunday). 4 May is a day off and so is 5 May; S + 7 d is a Sunday,
the working day before it is Friday 15 May. Ten working days after 10 May end on Friday 22 May."""


def test_an_unpaid_instalment_is_followed_through_grace_to_the_lapse(desk: Desk) -> None:
    book(desk, "2026-03-11", premiums=UNPAID)
    rows = plan(desk, "2026-03-11", "2026-06-08", "--policy", "P1", as_of="2026-03-11")
    follow = [row for row in rows if "lapse" in row["service"] or "grace" in row["service"]]
    names = ("service", "ordinal", "due", "latest")
    assert sorted(" ".join(str(row[name]) for name in names) for row in follow) == lines_of(GRACE_AND_LAPSE)


def test_after_two_years_of_suspension_the_office_decides_on_termination(desk: Desk) -> None:
    book(desk, "2026-06-01", premiums=UNPAID)
    rows = plan(desk, "2026-06-09", "2028-06-30", "--policy", "P1", as_of="2026-06-01")
    found = {(row["service"], row["due"], row["performer"]) for row in rows if row["subject_kind"] == "policy"}
    assert ("reinstatement-invitation-d30", "2026-06-09", "agent") in found
    assert ("termination-decision", "2028-05-10", "office") in found
    assert not [row for row in rows if row["service"].startswith(("renewal", "dividend"))]


def test_riders_get_no_touches_of_their_own(desk: Desk) -> None:
    rider = POLICY.replace("participating,", "participating,main_policy_no,").replace("yes,10", "yes,,10")
    book(desk, "2025-03-10", policies=rider + "R1,C1,A1,2025-03-10,annual,100,yes,P1,10\n")
    rows = plan(desk, "2025-03-10", "2026-06-09", as_of="2025-03-10")
    assert "R1" not in {row["subject"] for row in rows}


def test_a_single_premium_has_no_renewal_reminders(desk: Desk) -> None:
    book(desk, "2025-03-10", policies=POLICY.replace("annual", "single"))
    rows = plan(desk, "2025-03-10", "2027-06-09", "--policy", "P1", as_of="2025-03-10")
    assert rows
    assert not [row for row in rows if row["service"].startswith("renewal")]


def test_no_reminder_follows_the_last_instalment(desk: Desk) -> None:
    """Paid for two years: instalment 2 is the last one."""
    book(desk, "2025-03-10", policies=POLICY.replace("yes,10", "yes,2"))
    rows = plan(desk, "2025-03-10", "2029-06-09", "--policy", "P1", as_of="2025-03-10")
    assert {row["ordinal"] for row in rows if row["service"].startswith("renewal")} == {2}


RECEIPT = POLICY.replace("issue_date,", "issue_date,receipt_on,").replace("10,annual", "10,2025-03-13,annual")


def test_a_signed_receipt_ends_the_delivery_and_calls_for_the_call_back(desk: Desk) -> None:
    """Receipt on Thursday 13 March; the free-look's 15 days end on Friday 28 March."""
    book(desk, "2025-03-13", policies=RECEIPT)
    rows = plan(desk, "2025-03-10", "2025-03-31", "--policy", "P1", as_of="2025-03-13")
    assert [(row["service"], row["due"], row["latest"], row["performer"]) for row in rows] == [
        ("issue-notice", "2025-03-10", "2025-03-11", "nobody"),
        ("new-policy-callback", "2025-03-14", "2025-03-28", "office"),
    ]


DEBIT = """policy_no,instalment,due_on,amount,debit_on,debit_result,failure,next_debit_on
P1,2,2026-03-10,1000,2026-03-10,failed,balance too low,2026-03-17
"""


def test_a_failed_debit_is_told_the_day_after_and_followed_up(desk: Desk) -> None:
    book(desk, "2026-03-10", premiums=DEBIT)
    rows = plan(desk, "2026-03-11", "2026-03-31", "--policy", "P1", as_of="2026-03-10")
    found = {row["service"]: (row["due"], row["latest"], row["channels"]) for row in rows}
    assert found["payment-feedback"] == ("2026-03-11", "2026-03-12", "call+sms")
    assert found["debit-retry-d7"] == ("2026-03-17", "2026-03-20", "call+sms")
    assert found["debit-retry-d15"] == ("2026-03-25", "2026-03-28", "call+sms")


def test_the_end_of_a_policy_is_announced_four_times(desk: Desk) -> None:
    """A policy of two years: one of a single year is renewed instead."""
    two_years = POLICY.replace("2025-03-10", "2024-03-10")
    ends = two_years.replace("pay_years", "pay_years,ends_on").replace("yes,10", "yes,2,2026-03-09")
    book(desk, "2025-03-10", policies=ends)
    rows = plan(desk, "2025-12-01", "2026-12-31", "--policy", "P1", as_of="2025-03-10")
    nominal = {"d60": "2026-01-08", "d30": "2026-02-09", "d7": "2026-03-02", "d0": "2026-03-09"}
    found = {row["service"]: row["due"] for row in rows if row["service"].startswith("maturity")}
    assert found == {f"maturity-notice-{part}": day for part, day in nominal.items()}
