"""People work on tasks: what they decide stays, and what makes no sense is refused in a sentence."""

from __future__ import annotations

import pytest

from commands import Desk, in_a_sentence
from desks.branch_desk import AHEAD, CUSTOMERS, LATE, POLICIES, agenda, changes, explain, life, release, take_branch

DIVIDEND_DAY = "2026-03-10"
"""The dividend report is due on this Tuesday, on time from then until 9 April."""


def dividend(desk: Desk) -> str:
    return str(agenda(desk, "A1", DIVIDEND_DAY)["dividend-report"]["task_id"])


def review(desk: Desk) -> str:
    return str(agenda(desk, "A1", DIVIDEND_DAY)["policy-review"]["task_id"])


def refused(desk: Desk, *arguments: str) -> str:
    """Run a command that must fail with one sentence, and return the sentence."""
    result = desk.run(*arguments)
    assert result.status in {1, 2}
    assert result.out == ""
    assert in_a_sentence(result), result.err
    return result.err


def test_the_agenda_has_the_fields_of_the_contract(late: Desk) -> None:
    row = agenda(late, "A1", DIVIDEND_DAY)["dividend-report"]
    reason = row.pop("reason")
    assert "P1" in reason
    assert row == {
        "task_id": row["task_id"],
        "service": "dividend-report",
        "customer_no": "C1",
        "policy_no": "P1",
        "due": "2026-03-10",
        "latest": "2026-04-09",
        "status": "open",
    }


def test_the_agenda_groups_by_customer_and_says_what_why_and_by_when(late: Desk) -> None:
    text = late.do("agenda", "A1", "--date", DIVIDEND_DAY, "--as-of", LATE)
    assert text.count("C1") == 1
    assert "Deliver the dividend report" in text
    assert "2026-04-09" in text


def test_the_agenda_speaks_chinese(late: Desk) -> None:
    text = late.do("agenda", "A1", "--date", DIVIDEND_DAY, "--as-of", LATE, "--lang", "zh")
    assert "递送分红" in text
    assert "Deliver" not in text


def test_the_agenda_puts_first_what_can_wait_least(late: Desk) -> None:
    """On 12 March: the birthday is on time today alone, the dividend report until 9 April, the policy review longer."""
    rows = late.ask("agenda", "A1", "--date", "2026-03-12", "--as-of", "2026-03-12")
    assert [row["service"] for row in rows] == ["birthday-greeting", "dividend-report", "policy-review"]


def test_the_agenda_of_a_day_without_work_is_empty(late: Desk) -> None:
    assert agenda(late, "A2", DIVIDEND_DAY) == {}
    assert "nothing is due" in late.do("agenda", "A2", "--date", DIVIDEND_DAY)


def test_the_date_of_an_agenda_defaults_to_the_business_day(late: Desk) -> None:
    assert [row["service"] for row in late.ask("agenda", "A1", "--as-of", "2026-03-03")] == ["festival-lantern"]


def test_what_is_done_is_kept_with_the_contact(any_desk: Desk) -> None:
    take_branch(any_desk, LATE)
    release(any_desk, LATE)
    any_desk.do(
        *("task", "done", dividend(any_desk), "--on", "2026-03-11", "--channel", "visit", "--satisfaction", "5"),
        *("--outcome", "understood", "--note", "likes the fund", "--as-of", "2026-03-11"),
    )
    assert "dividend-report" not in agenda(any_desk, "A1", "2026-03-11")
    row = life(any_desk, "2026-03-11")["dividend-report", 1]
    assert (row["status"], row["done_on"]) == ("done", "2026-03-11")
    card = any_desk.do("customer", "C1", "--as-of", "2026-03-11")
    assert "understood" in card


def test_the_life_of_a_policy_reaches_from_delivery_to_its_last_instalment(late: Desk) -> None:
    found = life(late, LATE)
    row = found["dividend-report", 1]
    assert {"service", "ordinal", "due", "status", "done_on", "reason"} <= set(row)
    assert (row["due"], row["status"], row["done_on"]) == ("2026-03-10", "open", None)
    assert found["contract-delivery", 1]["due"] == "2025-03-13"
    assert {ordinal for service, ordinal in found if service == "renewal-reminder-d1"} == set(range(2, 11))
    statuses = {row["status"] for row in found.values()}
    assert statuses == {"not tracked", "open", "planned"}


def test_a_release_leaves_what_is_done_untouched(late: Desk) -> None:
    task = dividend(late)
    late.do("task", "done", task, "--as-of", DIVIDEND_DAY)
    late.do("event", "add", "--policy", "P1", "--kind", "surrender", "--on", "2026-03-11", "--as-of", "2026-03-11")
    release(late, "2026-03-11")
    assert ": done" in explain(late, task)


def test_a_task_can_be_done_once(late: Desk) -> None:
    task = dividend(late)
    late.do("task", "done", task, "--as-of", DIVIDEND_DAY)
    assert "2026-03-10" in refused(late, "task", "done", task, "--as-of", DIVIDEND_DAY)


def test_nothing_is_done_in_the_future(late: Desk) -> None:
    assert "future" in refused(late, "task", "done", dividend(late), "--on", "2026-03-12", "--as-of", DIVIDEND_DAY)


@pytest.mark.parametrize("asked", [["--satisfaction", "6"], ["--channel", "pigeon"], ["--on", "2026-02-30"]])
def test_a_contact_that_cannot_be_is_refused(late: Desk, asked: list[str]) -> None:
    task = dividend(late)
    refused(late, "task", "done", task, *asked, "--as-of", DIVIDEND_DAY)
    assert dividend(late) == task


def test_skipping_needs_a_reason_and_stays(late: Desk) -> None:
    task = dividend(late)
    refused(late, "task", "skip", task, "--as-of", LATE)
    refused(late, "task", "skip", task, "--reason", "  ", "--as-of", LATE)
    late.do("task", "skip", task, "--reason", "on a long journey", "--as-of", LATE)
    assert changes(late, LATE) == {}
    assert ": skipped" in explain(late, task)
    assert "long journey" in explain(late, task)


def test_a_task_put_off_comes_back_on_its_day_and_stays_put_off(late: Desk) -> None:
    task = dividend(late)
    late.do("task", "snooze", task, "--to", "2026-03-20", "--as-of", DIVIDEND_DAY)
    release(late, DIVIDEND_DAY)
    assert "dividend-report" not in agenda(late, "A1", "2026-03-19")
    row = agenda(late, "A1", "2026-03-20")["dividend-report"]
    assert (row["task_id"], row["due"]) == (int(task), "2026-03-10")


@pytest.mark.parametrize("day", ["2026-03-09", "2026-04-10"])
def test_a_task_is_put_off_inside_its_window_only(late: Desk, day: str) -> None:
    said = refused(late, "task", "snooze", dividend(late), "--to", day, "--as-of", DIVIDEND_DAY)
    assert "2026-04-09" in said


def test_a_task_given_to_somebody_else_stays_with_them(late: Desk) -> None:
    task = dividend(late)
    late.do("task", "assign", task, "A2", "--as-of", LATE)
    assert changes(late, LATE) == {}
    assert list(agenda(late, "A2", DIVIDEND_DAY)) == ["dividend-report"]
    assert "dividend-report" not in agenda(late, "A1", DIVIDEND_DAY)


def test_a_task_is_given_to_nobody_who_is_unknown_or_has_left(late: Desk) -> None:
    task = dividend(late)
    late.take("agents", "agent_no,name,left_on\nA9,Gone,2025-12-31\n", as_of=LATE)
    assert "A8" in refused(late, "task", "assign", task, "A8", "--as-of", LATE)
    assert "left" in refused(late, "task", "assign", task, "A9", "--as-of", LATE)


def test_a_person_s_decision_ends_when_the_fact_under_it_changes(late: Desk) -> None:
    """The birthday greeting is skipped; when the birthday turns out to be another day, the decision is gone."""
    task = agenda(late, "A1", "2026-03-12")["birthday-greeting"]["task_id"]
    late.do("task", "skip", task, "--reason", "abroad on the day", "--as-of", LATE)
    late.take("customers", CUSTOMERS.replace("03-12", "03-17"), as_of=LATE)
    release(late, LATE)
    assert agenda(late, "A1", "2026-03-17")["birthday-greeting"]["task_id"] == task


def test_a_task_that_was_put_off_follows_when_its_day_moves(late: Desk) -> None:
    """Put off to 20 March; then a dividend is declared on 25 March: due on that day, and the old wish is gone."""
    task = dividend(late)
    late.do("task", "snooze", task, "--to", "2026-03-20", "--as-of", DIVIDEND_DAY)
    declared = ("--kind", "dividend_declared", "--on", "2026-03-11", "--as-of", "2026-03-11")
    late.do("event", "add", "--policy", "P1", *declared)
    release(late, "2026-03-11")
    row = agenda(late, "A1", "2026-03-11")["dividend-report"]
    assert (row["task_id"], row["due"]) == (int(task), "2026-03-11")


def test_a_gift_is_added_by_hand(late: Desk) -> None:
    said = late.do(
        *("task", "add", "--service", "gift", "--customer", "C1", "--due", "2026-02-25", "--note", "tea"),
        *("--as-of", LATE),
    )
    row = agenda(late, "A1", "2026-02-25")["gift"]
    assert str(row["task_id"]) in said
    assert (row["customer_no"], row["due"]) == ("C1", "2026-02-25")
    assert changes(late, LATE) == {}
    assert "gift" in agenda(late, "A1", "2026-02-25")


def test_two_gifts_for_one_customer_are_two_tasks(late: Desk) -> None:
    first = late.do("task", "add", "--service", "gift", "--customer", "C1", "--as-of", LATE)
    second = late.do("task", "add", "--service", "gift", "--customer", "C1", "--as-of", LATE)
    assert first != second


@pytest.mark.parametrize(
    "asked",
    [
        ["--service", "visit-m1", "--policy", "P1"],
        ["--service", "nonsense", "--customer", "C1"],
        ["--service", "gift"],
        ["--service", "gift", "--customer", "C9"],
        ["--service", "gift", "--customer", "C1", "--due", "2026-02-01"],
        ["--service", "gift", "--customer", "C1", "--agent", "A9"],
    ],
)
def test_a_task_by_hand_that_cannot_be_is_refused(late: Desk, asked: list[str]) -> None:
    refused(late, "task", "add", *asked, "--as-of", LATE)
    assert changes(late, LATE) == {}


def test_a_task_explains_its_fact_its_rule_and_its_history(late: Desk) -> None:
    task = dividend(late)
    late.do("task", "snooze", task, "--to", "2026-03-20", "--by", "Agent 1", "--as-of", DIVIDEND_DAY)
    said = late.do("task", "explain", task, "--as-of", DIVIDEND_DAY)
    for part in ("P1", "2026-03-10", "2026-03-20", "Agent 1"):
        assert part in said


def test_what_was_moved_by_a_day_off_says_so(desk: Desk) -> None:
    """Month 10 of a policy of 10 March 2025 is Saturday 10 January 2026; the visit is due on the Friday."""
    take_branch(desk, "2025-12-15")
    release(desk, "2025-12-15")
    row = agenda(desk, "A1", "2026-01-09")["visit-m10"]
    assert "2026-01-10" in row["reason"]


def test_done_and_skip_can_be_taken_back(late: Desk) -> None:
    task = dividend(late)
    late.do("task", "done", task, "--as-of", DIVIDEND_DAY)
    late.do("task", "reopen", task, "--reason", "the wrong customer", "--as-of", DIVIDEND_DAY)
    assert dividend(late) == task
    late.do("task", "done", task, "--as-of", DIVIDEND_DAY)
    assert ": done" in explain(late, task)


@pytest.mark.parametrize("verb", [["done"], ["skip", "--reason", "x"], ["snooze", "--to", "2026-03-10"], ["explain"]])
@pytest.mark.parametrize("task", ["999999", "99999999999999999999999999", "-1", "abc"])
def test_an_unknown_task_is_a_sentence(late: Desk, verb: list[str], task: str) -> None:
    refused(late, "task", verb[0], *verb[1:], "--as-of", LATE, "--", task)


def test_the_card_of_a_customer_has_profile_policies_ahead_and_record(late: Desk) -> None:
    late.do("task", "done", review(late), "--as-of", DIVIDEND_DAY)
    text = late.do("customer", "C1", "--as-of", DIVIDEND_DAY)
    for part in ("C1", "1985-03-12", "P1", "Deliver the dividend report", "Policy check-up"):
        assert part in text


def test_the_card_of_a_customer_comes_as_json(late: Desk) -> None:
    (card,) = late.ask("customer", "C1", "--as-of", LATE)
    assert card["customer_no"] == "C1"
    assert [policy["policy_no"] for policy in card["policies"]] == ["P1"]
    assert set(AHEAD) <= {row["service"] for row in card["ahead"]}


def test_the_card_of_a_customer_comes_as_csv(late: Desk) -> None:
    assert late.do("customer", "C1", "--as-of", LATE, "--format", "csv").startswith("customer_no,")


def test_a_policy_of_somebody_else_is_not_mixed_in(late: Desk) -> None:
    late.take("customers", "customer_no,name,birthday\nC2,Other,1990-03-13\n", as_of=LATE)
    late.take("policies", POLICIES.replace("P1,C1,A1", "P2,C2,A2"), as_of=LATE)
    release(late, LATE)
    text = late.do("customer", "C1", "--as-of", LATE)
    assert "P2" not in text
    assert "Other" not in text
    assert {row["customer_no"] for row in agenda(late, "A1", "2026-03-12").values()} == {"C1"}
    assert late.run("plan", "--from", LATE, "--to", LATE, "--customer", "C1", "--policy", "P2").status == 1
