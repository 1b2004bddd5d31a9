"""Facts change, and exactly the tasks that should change do."""

from __future__ import annotations

from commands import Desk
from desks.branch_desk import (
    AHEAD,
    CUSTOMERS,
    EARLY,
    LATE,
    POLICIES,
    REMINDER,
    agenda,
    explain,
    life,
    release,
    take_branch,
)


def open_tasks(desk: Desk, agent_no: str) -> dict[str, str]:
    """Return the services and due days of what one agent has to do from 3 to 12 March 2026."""
    days = ("2026-03-03", "2026-03-08", "2026-03-10", "2026-03-12")
    return {service: row["due"] for day in days for service, row in agenda(desk, agent_no, day).items()}


def test_who_joins_late_gets_what_is_ahead_and_nothing_of_the_past(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    assert release(any_desk, LATE) == {"added": 5}
    assert open_tasks(any_desk, "A1") == AHEAD
    found = life(any_desk, LATE)
    past = [row for row in found.values() if row["due"] < LATE]
    assert {row["status"] for row in past} == {"not tracked"}
    assert ("visit-m1", 1) in found
    assert found["dividend-report", 1]["status"] == "open"


def test_a_reminder_that_fell_due_before_the_policy_was_known_is_not_released_though_it_is_still_on_time(
    desk: Desk,
) -> None:
    take_branch(desk, "2025-12-20")
    release(desk, "2025-12-20")
    assert REMINDER not in agenda(desk, "A1", "2025-12-20")


def test_what_goes_out_by_sms_alone_is_no_task(late: Desk) -> None:
    services = set(open_tasks(late, "A1"))
    assert not services & {"good-news", "renewal-reminder-d7", "renewal-reminder-d1"}


def test_releasing_twice_changes_nothing(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    release(any_desk, LATE)
    before = any_desk.do("agenda", "A1", "--date", "2026-03-10", "--as-of", LATE)
    assert release(any_desk, LATE) == {"unchanged": 5}
    assert any_desk.do("agenda", "A1", "--date", "2026-03-10", "--as-of", LATE) == before


def test_release_tells_a_person_what_it_did(desk: Desk) -> None:
    said = take_branch(desk, LATE).do("release", "--as-of", LATE)
    for word in ("added", "moved", "cancelled", "reopened", "unchanged"):
        assert word in said


def test_more_days_reach_further_ahead(late: Desk) -> None:
    """Until 21 April: one more event invitation (15 April)."""
    assert release(late, LATE, "--days", "60") == {"added": 1, "unchanged": 5}


def test_a_premium_paid_before_the_reminder_cancels_it(early: Desk) -> None:
    task = agenda(early, "A1", "2025-12-10")[REMINDER]["task_id"]
    early.take("premiums", "policy_no,instalment,amount,paid_on\nP1,2,1000,2025-12-01\n", as_of="2025-12-01")
    assert release(early, "2025-12-01") == {"cancelled": 1}
    assert "instalment 2 was paid on 2025-12-01" in explain(early, task)


def test_a_premium_paid_after_the_reminder_fell_due_cancels_it_too(any_desk: Desk) -> None:
    take_branch(any_desk, EARLY)
    release(any_desk, EARLY)
    any_desk.take("premiums", "policy_no,instalment,amount,paid_on\nP1,2,1000,2025-12-15\n", as_of="2025-12-16")
    assert release(any_desk, "2025-12-16")["cancelled"] == 1
    assert REMINDER not in agenda(any_desk, "A1", "2025-12-16")


def test_a_part_payment_leaves_the_reminder_where_it_is(early: Desk) -> None:
    early.take(
        "premiums", "policy_no,instalment,amount,paid_on,paid_amount\nP1,2,1000,2025-12-01,400\n", as_of="2025-12-01"
    )
    assert release(early, "2025-12-01") == {"unchanged": 1}


def test_a_changed_birthday_moves_the_task_and_makes_no_second_one(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    release(any_desk, LATE)
    before = agenda(any_desk, "A1", "2026-03-12")["birthday-greeting"]
    any_desk.take("customers", CUSTOMERS.replace("03-12", "03-16"), as_of=LATE)
    assert release(any_desk, LATE) == {"moved": 1, "unchanged": 4}
    after = agenda(any_desk, "A1", "2026-03-16")["birthday-greeting"]
    assert "birthday-greeting" not in agenda(any_desk, "A1", "2026-03-12")
    assert after["task_id"] == before["task_id"]
    assert (after["due"], after["latest"]) == ("2026-03-16", "2026-03-16")


def test_a_birthday_corrected_after_the_greeting_calls_for_no_second_greeting(late: Desk) -> None:
    task = agenda(late, "A1", "2026-03-12")["birthday-greeting"]
    late.do("task", "done", task["task_id"], "--as-of", "2026-03-12")
    late.take("customers", CUSTOMERS.replace("1985-03-12", "1984-03-16"), as_of="2026-03-13")
    release(late, "2026-03-13")
    assert "birthday-greeting" not in agenda(late, "A1", "2026-03-16")


def test_a_surrender_cancels_all_that_rested_on_the_policy_and_taking_it_back_reopens_it(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    release(any_desk, LATE)
    any_desk.do("event", "add", "--policy", "P1", "--kind", "surrender", "--on", "2026-02-21", "--as-of", "2026-02-21")
    assert release(any_desk, "2026-02-21") == {"cancelled": 5}
    assert open_tasks(any_desk, "A1") == {}
    event = any_desk.ask("event", "list", "--policy", "P1")[0]["event"]
    any_desk.do("event", "retract", event, "--why", "another policy was meant", "--as-of", "2026-02-21")
    assert release(any_desk, "2026-02-21") == {"reopened": 5}
    assert open_tasks(any_desk, "A1") == AHEAD


def test_an_event_taken_back_stays_in_the_records(late: Desk) -> None:
    late.do("event", "add", "--policy", "P1", "--kind", "surrender", "--on", "2026-02-20", "--as-of", LATE)
    event = late.ask("event", "list", "--policy", "P1")[0]["event"]
    late.do("event", "retract", event, "--why", "a mistake", "--as-of", LATE)
    (row,) = late.ask("event", "list", "--policy", "P1")
    assert (row["kind"], row["retracted_on"]) == ("surrender", LATE)
    assert late.run("event", "retract", event, "--why", "again", "--as-of", LATE).status == 1


def test_a_new_agent_of_the_policy_gets_its_tasks_and_the_hand_over(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    release(any_desk, LATE)
    any_desk.take("policies", POLICIES.replace("A1", "A2"), as_of="2026-02-24")
    release(any_desk, "2026-02-24")
    assert open_tasks(any_desk, "A1") == {}
    found = open_tasks(any_desk, "A2")
    assert AHEAD.items() <= found.items()


def test_a_new_agent_of_the_customer_calls_for_a_notice_and_a_first_visit(desk: Desk) -> None:
    """The change is on Tuesday 24 February 2026; Saturday the 28th is the third working day after the visit is due."""
    take_branch(desk, LATE)
    desk.take("customers", "customer_no,agent_no\nC1,A1\n", as_of=LATE)
    release(desk, LATE)
    desk.take("customers", "customer_no,agent_no\nC1,A2\n", as_of="2026-02-24")
    release(desk, "2026-02-24")
    visit = agenda(desk, "A2", "2026-02-25")["handover-visit"]
    assert (visit["due"], visit["latest"], visit["customer_no"]) == ("2026-02-25", "2026-02-28", "C1")


def test_open_work_of_an_agent_who_left_shows_under_the_manager(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    release(any_desk, LATE)
    any_desk.take("agents", "agent_no,name,left_on\nA1,Agent 1,2026-02-25\n", as_of="2026-02-25")
    release(any_desk, "2026-02-25")
    assert open_tasks(any_desk, "M1") == AHEAD
    assert "Agent 1" in any_desk.do("agenda", "M1", "--date", "2026-03-10", "--as-of", "2026-03-10")


def test_a_task_not_done_is_overdue_until_its_latest_day_and_missed_after_it(any_desk: Desk) -> None:
    """The reminder is due on 10 December 2025 and at the latest on 8 February 2026."""
    take_branch(any_desk, EARLY)
    release(any_desk, EARLY)
    release(any_desk, "2026-02-08")
    task = agenda(any_desk, "A1", "2026-02-08")[REMINDER]
    assert task["status"] == "open"
    assert "overdue" in any_desk.do("agenda", "A1", "--date", "2026-02-08", "--as-of", "2026-02-08")
    assert release(any_desk, "2026-02-09")["missed"] >= 1
    assert REMINDER not in agenda(any_desk, "A1", "2026-02-09")
    assert "missed" in explain(any_desk, task["task_id"])


def test_a_greeting_not_given_on_its_day_is_missed_the_day_after(late: Desk) -> None:
    assert "festival-lantern" in agenda(late, "A1", "2026-03-03")
    assert "missed" in release(late, "2026-03-04")
    assert "festival-lantern" not in agenda(late, "A1", "2026-03-04")


def test_a_lapse_is_followed_and_a_reinstatement_ends_it(desk: Desk) -> None:
    """Due 10 March, unpaid: the demand by letter is the office's; suspended on 10 May 2026."""
    take_branch(desk, "2026-03-10")
    desk.take("premiums", "policy_no,instalment,due_on,amount\nP1,2,2026-03-10,1000\n", as_of="2026-03-11")
    release(desk, "2026-03-11")
    assert "lapse-reminder-d1" in agenda(desk, "A1", "2026-03-11")
    release(desk, "2026-05-11")
    assert "lapse-confirmation" in agenda(desk, "A1", "2026-05-15")
    desk.do("event", "add", "--policy", "P1", "--kind", "reinstated", "--on", "2026-05-14", "--as-of", "2026-05-14")
    assert release(desk, "2026-05-14")["cancelled"] >= 1
    assert "lapse-confirmation" not in agenda(desk, "A1", "2026-05-15")


def test_letters_are_the_work_of_the_office(desk: Desk) -> None:
    take_branch(desk, "2026-03-10")
    desk.take("premiums", "policy_no,instalment,due_on,amount\nP1,2,2026-03-10,1000\n", as_of="2026-03-11")
    release(desk, "2026-03-20")
    assert "grace-demand" not in agenda(desk, "A1", "2026-04-09")
    office = desk.ask("agenda", "North", "--office", "--date", "2026-04-09", "--as-of", "2026-04-09")
    assert [row["service"] for row in office] == ["grace-demand"]


def test_death_ends_the_greetings(late: Desk) -> None:
    late.take("customers", "customer_no,deceased_on\nC1,2026-02-27\n", as_of="2026-02-28")
    release(late, "2026-02-28")
    assert not {"birthday-greeting", "festival-lantern", "festival-womens-day"} & set(open_tasks(late, "A1"))


def test_a_policy_issued_later_adds_its_own_tasks_only(late: Desk) -> None:
    """Issued on 20 February 2026: delivery three days later; the customer knows the service, so no first visit."""
    late.take("policies", POLICIES.replace("P1", "P2").replace("2025-03-10", "2026-02-20"), as_of=LATE)
    assert release(late, LATE) == {"added": 1, "unchanged": 5}
    assert agenda(late, "A1", "2026-02-24")["contract-delivery"]["policy_no"] == "P2"
    assert "visit-m1" not in agenda(late, "A1", "2026-03-20")


def test_sickness_made_known_calls_for_a_visit_within_a_week(late: Desk) -> None:
    late.do("event", "add", "--customer", "C1", "--kind", "sick", "--on", "2026-02-24", "--as-of", "2026-02-24")
    release(late, "2026-02-24")
    visit = agenda(late, "A1", "2026-02-26")["sick-visit"]
    assert (visit["due"], visit["latest"]) == ("2026-02-26", "2026-03-03")


def test_an_errand_ends_when_the_request_is_closed(late: Desk) -> None:
    late.do(
        "event", "add", "--policy", "P1", "--kind", "service_request", "--on", "2026-02-24", "--as-of", "2026-02-24"
    )
    release(late, "2026-02-24")
    assert agenda(late, "A1", "2026-02-25")["errand"]["policy_no"] == "P1"
    late.do("event", "add", "--policy", "P1", "--kind", "request_closed", "--on", "2026-02-25", "--as-of", "2026-02-25")
    release(late, "2026-02-25")
    assert "errand" not in agenda(late, "A1", "2026-02-25")
