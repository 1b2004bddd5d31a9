"""A premium paid without its rider is behind wherever it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from commands import Desk

AGENTS = "agent_no,name,branch\nA1,Agent 1,North\n"
CUSTOMERS = "customer_no,name,gender,birthday,phone,marketing_consent\nC1,王芳,female,1985-03-12,13900000001,yes\n"
POLICIES = (
    "policy_no,main_policy_no,customer_no,agent_no,issue_date,mode,premium,product_kind,pay_years\n"
    "P20250001,,C1,A1,2025-03-10,annual,{premium},life,20\n"
)
EVENTS = "event_no,policy_no,kind,occurred_on,amount\nV1,P20250001,rider_added,2025-09-01,600\n"
PREMIUMS = "policy_no,instalment,due_on,amount,paid_on,paid_amount\n"

IN_GRACE, SUSPENDED = "2026-04-24", "2026-05-10"
"""Day 45 after the due day, that of a reminder, and the day after the last one of grace."""

NAMED = ("state", "due_on", "amount", "rider_amount")
"""What the gap tells of an open policy's premium."""


@pytest.fixture
def by_event(any_desk: Desk) -> Desk:
    """Take in an annual policy of 6,000, a rider of 600 that an event added, and 6,000 paid in year 2."""
    premiums = PREMIUMS + "P20250001,2,2026-03-10,,2026-03-10,6000\n"
    return taken_in(any_desk, POLICIES.format(premium=6000), premiums, events=EVENTS)


@pytest.fixture
def by_policy(desk: Desk) -> Desk:
    """Take in a policy of 3,170 that is paid, and its rider of 225 with a number of its own that is not."""
    rider = "R20250001,P20250001,C1,A1,2025-03-10,annual,225,life,20\n"
    premiums = PREMIUMS + "P20250001,2,2026-03-10,3170,2026-03-10,3170\nR20250001,2,2026-03-10,225,,\n"
    return taken_in(desk, POLICIES.format(premium=3170) + rider, premiums)


def taken_in(desk: Desk, policies: str, premiums: str, **more: str) -> Desk:
    """Import the lists and release the work of April and May."""
    lists = {"agents": AGENTS, "customers": CUSTOMERS, "policies": policies, "premiums": premiums, **more}
    for kind, text in lists.items():
        desk.take(kind, text, as_of="2026-03-20")
    for day in ("2026-03-20", "2026-04-20"):
        desk.do("release", "--as-of", day)
    return desk


def due_of(desk: Desk, day: str) -> dict[str, Any]:
    """Return what became of the premium of March."""
    (row,) = desk.ask("metrics", "collection", "--from", "2026-03-01", "--to", "2026-03-31", "--as-of", day)
    return row


def persistency(desk: Desk, day: str) -> dict[str, Any]:
    """Return the persistency of the cohort of March 2025."""
    march = ("--cohort-from", "2025-03", "--cohort-to", "2025-03")
    (row,) = desk.ask("metrics", "persistency", "--month", "13", *march, "--as-of", day)
    return row


def gap(desk: Desk, day: str) -> list[dict[str, Any]]:
    """Return the open policies of the gap of the company."""
    return [one for row in desk.ask("metrics", "gap", "--target", "0.95", "--as-of", day) for one in row["policies"]]


def reminders(desk: Desk, day: str) -> dict[str, dict[str, Any]]:
    """Return the agenda's tasks about lapses, by service."""
    rows = desk.ask("agenda", "A1", "--date", day, "--as-of", day)
    return {row["service"]: row for row in rows if row["service"].startswith(("lapse", "reinstatement"))}


def text(desk: Desk, service: str, day: str) -> str:
    """Return what the customer is sent of a service on its day."""
    rows = desk.ask("sms", "preview", "--customer", "C1", "--date", day, "--as-of", day)
    (found,) = (row["text"] for row in rows if row["service"] == service)
    return str(found)


def test_in_grace_for_a_rider_added_by_an_event_wherever_it_is_asked(by_event: Desk) -> None:
    said = by_event.do("policy", "P20250001", "--as-of", IN_GRACE)
    assert "In grace: CNY 600.00 (riders) of instalment 2, due on 2026-03-10, is unpaid." in said
    kept = persistency(by_event, IN_GRACE)
    assert (kept["numerator"], kept["denominator"], kept["status"]) == ("0.00", "6000.00", "provisional")
    (behind,) = by_event.ask("metrics", "persistency", "--month", "13", "--as-of", IN_GRACE, "--policies")
    assert behind["reason"] == "in_grace"
    due = due_of(by_event, IN_GRACE)
    assert (due["due"], due["rider_due"], due["open"], due["collected"]) == ("6600.00", "600.00", "6600.00", "0.00")
    (open_policy,) = gap(by_event, IN_GRACE)
    reminded = reminders(by_event, IN_GRACE)
    assert [open_policy[name] for name in NAMED] == ["in_grace", "2026-03-10", "600.00", "600.00"]
    assert reminded["lapse-reminder-d45"]["task_id"] in open_policy["tasks"]
    assert reminded["lapse-reminder-d45"]["reason"].endswith("; to be paid: CNY 600.00 (riders)")
    sent = text(by_event, "lapse-reminder-d45", IN_GRACE)
    assert "600.00元（附加险）" in sent
    assert "5月9日" in sent


def test_suspended_for_it_after_its_grace_wherever_it_is_asked(by_event: Desk) -> None:
    by_event.do("release", "--as-of", SUSPENDED)
    said = by_event.do("policy", "P20250001", "--as-of", SUSPENDED, "--lang", "zh")
    assert "2026-05-10起效力中止：第2期（应缴日2026-03-10）600.00元（附加险）未缴。" in said
    kept = persistency(by_event, SUSPENDED)
    assert (kept["numerator"], kept["status"]) == ("0.00", "final")
    assert due_of(by_event, SUSPENDED)["suspended"] == "6600.00"
    assert gap(by_event, SUSPENDED) == []
    sent = text(by_event, "lapse-notice", SUSPENDED)
    assert "3月10日" in sent
    assert "自5月10日起效力中止" in sent


def test_a_rider_with_a_number_of_its_own_is_named_with_its_day_and_its_task(by_policy: Desk) -> None:
    said = by_policy.do("policy", "P20250001", "--as-of", IN_GRACE)
    assert "In grace: CNY 225.00 (riders) of instalment 2, due on 2026-03-10, is unpaid." in said
    due = due_of(by_policy, IN_GRACE)
    assert (due["due"], due["rider_due"], due["collected"], due["open"]) == ("3395.00", "225.00", "3170.00", "225.00")
    (open_policy,) = gap(by_policy, IN_GRACE)
    reminded = reminders(by_policy, IN_GRACE)
    assert [open_policy[name] for name in NAMED] == ["in_grace", "2026-03-10", "225.00", "225.00"]
    assert reminded["lapse-reminder-d45"]["task_id"] in open_policy["tasks"]
    assert reminded["lapse-reminder-d45"]["reason"].endswith("; to be paid: CNY 225.00 (riders)")
    assert "225.00元（附加险）" in text(by_policy, "lapse-reminder-d45", IN_GRACE)


def test_the_riders_part_is_a_column_of_collection_and_gap_in_every_form(by_policy: Desk) -> None:
    march = ("metrics", "collection", "--from", "2026-03-01", "--to", "2026-03-31", "--as-of", IN_GRACE)
    short = ("metrics", "gap", "--target", "0.95", "--as-of", IN_GRACE)
    assert "Riders' part" in by_policy.do(*march)
    assert "其中附加险" in by_policy.do(*short, "--lang", "zh")
    assert "rider_due" in by_policy.do(*march, "--format", "csv").splitlines()[0].split(",")
    assert "rider_amount" in by_policy.do(*short, "--format", "csv").splitlines()[0].split(",")
    assert "rider_amount" in by_policy.do(*march, "--policies", "--format", "csv").splitlines()[0].split(",")
