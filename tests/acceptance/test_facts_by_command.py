"""One fact each, entered by a command, and what it does to the plan, the tasks and the figures."""

from __future__ import annotations

from typing import Any

import pytest
from freezegun import freeze_time

from commands import Desk
from desks.branch_desk import AHEAD, CUSTOMERS, EARLY, LATE, POLICIES, REMINDER, agenda, changes, release, take_branch


def event(desk: Desk, kind: str, day: str, *more: str, subject: str = "--policy", number: str = "P1") -> None:
    desk.do("event", "add", subject, number, "--kind", kind, "--on", day, "--as-of", day, *more)


def plan(desk: Desk, first: str, last: str, as_of: str) -> list[dict[str, Any]]:
    return desk.ask("plan", "--from", first, "--to", last, "--as-of", as_of)


def services(desk: Desk, first: str, last: str, as_of: str) -> set[str]:
    return {row["service"] for row in plan(desk, first, last, as_of)}


@pytest.mark.parametrize("kind", ["waiver", "reduced_paid_up"])
def test_what_no_longer_pays_is_not_reminded_and_is_still_served(early: Desk, kind: str) -> None:
    event(early, kind, EARLY)
    found = services(early, EARLY, "2026-05-31", EARLY)
    assert not [service for service in found if service.startswith("renewal")]
    assert {"visit-m10", "dividend-report", "birthday-greeting", "policy-review"} <= found


@pytest.mark.parametrize("kind", ["surrender", "void", "transfer_out", "conversion", "claim_termination", "maturity"])
def test_what_has_ended_is_not_served(early: Desk, kind: str) -> None:
    event(early, kind, EARLY)
    assert plan(early, "2025-11-21", "2026-12-31", EARLY) == []


def test_a_premium_loan_keeps_the_cover(desk: Desk) -> None:
    """Unpaid on 10 March 2026; without a loan the cover is suspended on 10 May."""
    take_branch(desk, LATE)
    desk.take("premiums", "policy_no,instalment,due_on,amount\nP1,2,2026-03-10,1000\n", as_of="2026-03-11")
    assert "lapse-notice" in services(desk, "2026-05-01", "2026-06-30", "2026-05-09")
    event(desk, "premium_loan", "2026-05-09")
    assert "lapse-notice" not in services(desk, "2026-05-01", "2026-06-30", "2026-05-09")


def test_an_open_claim_in_the_family_keeps_the_festival_greetings_away(late: Desk) -> None:
    event(late, "claim", "2026-02-25")
    release(late, "2026-02-25")
    assert "festival-lantern" not in agenda(late, "A1", "2026-03-03")
    assert "birthday-greeting" in agenda(late, "A1", "2026-03-12")
    event(late, "claim_closed", "2026-02-27")
    release(late, "2026-02-27")
    assert "festival-lantern" in agenda(late, "A1", "2026-03-03")


def test_a_signed_receipt_ends_the_delivery(desk: Desk) -> None:
    """Issued on Friday 20 February 2026; delivery due on the 23rd, a day off, done on the 21st."""
    take_branch(desk, LATE)
    fresh = POLICIES.replace("2025-03-10", LATE)
    desk.take("policies", fresh.replace("P1,", "P2,"), as_of=LATE)
    release(desk, LATE)
    assert "contract-delivery" in agenda(desk, "A1", "2026-02-24")
    desk.take("policies", "policy_no,customer_no,agent_no,issue_date,mode,premium,receipt_on\n"
              f"P2,C1,A1,{LATE},annual,1000,2026-02-24\n", as_of="2026-02-24")  # fmt: skip
    release(desk, "2026-02-24")
    assert "contract-delivery" not in agenda(desk, "A1", "2026-02-24")


def test_an_agent_changed_by_an_event_gets_the_tasks_of_the_policy(late: Desk) -> None:
    event(late, "agent_changed", "2026-02-24", "--detail", "A2")
    release(late, "2026-02-24")
    assert "dividend-report" in agenda(late, "A2", "2026-03-10")
    assert "dividend-report" not in agenda(late, "A1", "2026-03-10")


def test_a_visit_in_the_long_holiday_goes_to_the_make_up_day_before_it(desk: Desk) -> None:
    """Off from 15 to 23 February 2026; Saturday the 14th is worked. Issue on 18 January, month 1 on 18 February."""
    take_branch(desk, "2026-01-18")
    desk.take("customers", CUSTOMERS.replace("C1,", "C2,"), as_of="2026-01-18")
    fresh = POLICIES.replace("P1,C1,", "P2,C2,").replace("2025-03-10", "2026-01-18")
    desk.take("policies", fresh, as_of="2026-01-18")
    rows = plan(desk, "2026-02-01", "2026-02-28", "2026-01-18")
    assert [row["due"] for row in rows if row["service"] == "visit-m1"] == ["2026-02-14"]


def test_today_is_the_day_in_the_business_time_zone(late: Desk) -> None:
    """At 17:00 UTC on 9 March it is 10 March in Shanghai."""
    with freeze_time("2026-03-09T17:00:00Z"):
        rows = late.ask("agenda", "A1")
    assert {row["service"] for row in rows} == {"policy-review", "dividend-report"}


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-02-21", "lies in the future"), ("2025-03-09", "before the policy was issued, on 2025-03-10")],
)
def test_an_event_by_hand_on_an_impossible_day_is_refused(late: Desk, day: str, why: str) -> None:
    refused = late.run("event", "add", "--policy", "P1", "--kind", "complaint", "--on", day, "--as-of", LATE)
    assert refused.status == 1
    assert why in refused.err
    assert late.ask("event", "list") == []


def test_an_event_by_hand_on_the_day_of_issue_or_today_is_entered(late: Desk) -> None:
    for day in ("2025-03-10", LATE):
        late.do("event", "add", "--policy", "P1", "--kind", "complaint", "--on", day, "--as-of", LATE)
    assert len(late.ask("event", "list")) == 2


def test_an_event_by_hand_and_the_same_event_in_a_list_are_one(late: Desk) -> None:
    event(late, "complaint", "2026-02-20", "--detail", "late call")
    text = "policy_no,kind,occurred_on,detail\nP1,complaint,2026-02-20,late call\n"
    taken = late.take("events", text, as_of=LATE)
    assert (taken["added"], taken["unchanged"]) == (0, 1)


def test_a_release_for_a_day_before_the_last_one_is_refused_and_loses_nothing(late: Desk) -> None:
    release(late, "2026-02-25")
    refused = late.run("release", "--as-of", LATE)
    assert refused.status == 1
    assert "2026-02-25" in refused.err
    assert "policyserve plan" in refused.err
    assert changes(late, "2026-02-25").get("added", 0) == 0
    assert set(agenda(late, "A1", "2026-03-10")) == {"policy-review", "dividend-report"}


def test_a_nightly_release_over_a_month_makes_every_task_once(desk: Desk) -> None:
    """From 20 February: AHEAD and what comes up to 13 April: Qingming is not greeted, the next is 15 April."""
    take_branch(desk, LATE)
    added = sum(release(desk, day).get("added", 0) for day in (LATE, "2026-02-28", "2026-03-07", "2026-03-14"))
    assert added == len(AHEAD)


COHORT = """policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years,group,ends_on
PAID,C1,A1,2025-03-10,annual,1000,10,no,
GROUP,C1,A1,2025-03-10,annual,1000,10,yes,
SHORT,C1,A1,2025-03-10,annual,1000,1,no,2026-03-09
PART,C1,A1,2025-03-10,annual,1000,10,no,
AHEAD,C1,A1,2025-03-10,annual,1000,10,no,
MISSING,C1,A1,2025-03-10,annual,1000,10,no,
"""

PAYMENTS = """policy_no,instalment,amount,paid_on,paid_amount
PAID,2,1000,2026-03-10,1000
GROUP,2,1000,2026-03-10,1000
PART,2,1000,2026-03-10,999.99
AHEAD,2,1000,2025-04-01,1000
"""


def test_group_and_short_policies_are_left_out_part_payments_and_missing_rows_are_unpaid(late: Desk) -> None:
    late.take("policies", COHORT, as_of="2026-08-01")
    late.take("premiums", PAYMENTS, as_of="2026-08-01")
    rows = late.ask("metrics", "persistency", "--policies", "--cohort-from", "2025-03", "--as-of", "2026-08-01")
    found = {row["policy_no"]: (row["denominator"], row["numerator"], row["reason"]) for row in rows}
    paid, unpaid = ("1000.00", "1000.00"), ("1000.00", "0.00")
    assert found["PAID"][:2] == found["AHEAD"][:2] == paid
    assert found["PART"][:2] == found["MISSING"][:2] == unpaid
    assert {number: found[number][2] for number in ("GROUP", "SHORT", "PART", "MISSING")} == {
        "GROUP": "group",
        "SHORT": "short_term",
        "PART": "unpaid",
        "MISSING": "not_known",
    }


def test_the_amount_of_the_first_instalment_stays_when_the_premium_changes(late: Desk) -> None:
    event(late, "premium_change", "2026-02-20", "--amount", "600")
    late.take("premiums", "policy_no,instalment,amount,paid_on\nP1,2,600,2026-03-10\n", as_of="2026-08-01")
    (row,) = late.ask("metrics", "persistency", "--by", "company", "--as-of", "2026-08-01")
    assert (row["numerator"], row["denominator"]) == ("600.00", "1000.00")


@pytest.mark.parametrize(("kind", "amount"), [("premium_change", "-5"), ("premium_change", "0"), ("rider_added", "-5")])
def test_a_premium_of_zero_or_less_is_refused_in_events_too(late: Desk, kind: str, amount: str) -> None:
    text = f"policy_no,kind,occurred_on,amount\nP1,{kind},2026-02-20,{amount}\n"
    assert late.take("events", text, as_of=LATE, status=3)["rejected"] == 1
    by_hand = late.run("event", "add", "--policy", "P1", "--kind", kind, "--on", LATE, "--amount", amount)
    assert by_hand.status == 1


def test_a_payment_of_less_than_nothing_is_no_payment(early: Desk) -> None:
    early.take("premiums", "policy_no,instalment,paid_on,paid_amount\nP1,2,2025-11-20,-1000\n", as_of=EARLY)
    assert changes(early, EARLY) == {}


def test_a_changed_hobby_changes_no_task(late: Desk) -> None:
    late.take("customers", "customer_no,hobbies\nC1,tea\n", as_of=LATE)
    assert changes(late, LATE) == {}


def test_who_becomes_a_vip_is_called_on_the_birthday(late: Desk) -> None:
    late.take("customers", "customer_no,vip\nC1,gold\n", as_of=LATE)
    assert changes(late, LATE) == {"added": 1}


def test_the_list_imported_again_changes_no_task(late: Desk) -> None:
    late.take("customers", CUSTOMERS, as_of=LATE)
    late.take("policies", POLICIES, as_of=LATE)
    assert changes(late, LATE) == {}


def test_a_quarterly_policy_gets_at_least_three_reminders_before_each_premium(desk: Desk) -> None:
    take_branch(desk, LATE)
    desk.take("policies", POLICIES.replace("P1,", "P2,").replace("annual", "quarterly"), as_of=LATE)
    rows = plan(desk, "2026-03-11", "2026-06-09", LATE)
    reminders = [row for row in rows if row["subject"] == "P2" and row["service"].startswith("renewal")]
    assert [(row["ordinal"], row["due"]) for row in reminders] == [
        (6, "2026-05-11"),
        (6, "2026-06-03"),
        (6, "2026-06-09"),
    ]


def test_the_reminder_names_its_instalment_in_the_reason(early: Desk) -> None:
    reason = agenda(early, "A1", "2025-12-10")[REMINDER]["reason"]
    assert "2026-03-10" in reason
    assert "P1" in reason
