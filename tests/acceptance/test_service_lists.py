"""What stands behind figures of service, how little is marked, and what wrong questions are told."""

from __future__ import annotations

from collections import Counter

import pytest

from commands import Desk, Result
from desks.branch_desk import agenda

MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")
APRIL = ("--as-of", "2026-04-30")
FIGURES = ("services", "callbacks", "satisfaction", "orphans")


def task_of(desk: Desk, service: str, day: str) -> int:
    return int(agenda(desk, "A1", day)[service]["task_id"])


@pytest.fixture
def worked(late: Desk) -> Desk:
    """Return the branch of five tasks in March: the review done in time, the greeting skipped, the rest not."""
    late.do("task", "done", task_of(late, "policy-review", "2026-03-10"), "--as-of", "2026-03-10", "--satisfaction", 4)
    late.do(
        "task", "skip", task_of(late, "birthday-greeting", "2026-03-12"), "--reason", "abroad", "--as-of", "2026-03-12"
    )
    return late


def test_the_list_of_tasks_is_the_service_rate(worked: Desk) -> None:
    (figure,) = worked.ask("metrics", "services", *MARCH, "--by", "company", *APRIL)
    rows = worked.ask("metrics", "services", *MARCH, "--by", "company", "--tasks", *APRIL)
    fates = Counter(row["fate"] for row in rows)
    assert fates == {"on_time": 1, "skipped": 1, "missed": figure["missed"]}
    assert (figure["numerator"], figure["denominator"], figure["skipped"]) == (1, 4, 1)
    (done,) = [row for row in rows if row["fate"] == "on_time"]
    assert done == {
        "task_id": done["task_id"], "service": "policy-review", "customer_no": "C1", "policy_no": None,
        "agent_no": "A1", "performer": "agent", "due": "2026-03-10", "latest": "2026-04-09", "done_on": "2026-03-10",
        "fate": "on_time", "as_of": "2026-04-30",
    }  # fmt: skip


def test_a_list_is_as_the_tasks_stood_on_the_day(worked: Desk) -> None:
    asked = ("metrics", "services", *MARCH, "--tasks", "--as-of", "2026-03-09")
    before = worked.ask(*asked)
    assert {row["service"]: row["fate"] for row in before} == {
        "festival-lantern": "missed", "festival-womens-day": "missed", "policy-review": "pending",
        "dividend-report": "pending", "birthday-greeting": "pending",
    }  # fmt: skip
    (report,) = [row["task_id"] for row in before if row["service"] == "dividend-report"]
    worked.do("task", "assign", report, "A2", "--as-of", "2026-03-15")
    assert worked.ask(*asked) == before


def test_people_read_a_list_with_names_states_and_what_was_asked(worked: Desk) -> None:
    told = worked.do("metrics", "services", *MARCH, "--tasks", *APRIL)
    assert told.startswith("Service rate · 2026-03-01 to 2026-03-31 · as of 2026-04-30\n")
    assert "Policy check-up (policy-review)" in told
    assert "│ in time" in told
    told = worked.do("metrics", "services", *MARCH, "--tasks", "--lang", "zh", *APRIL)
    assert "│ 按期完成" in told
    assert "on_time" not in told


def test_the_list_of_satisfaction_holds_the_answers(worked: Desk) -> None:
    (row,) = worked.ask("metrics", "satisfaction", *MARCH, "--tasks", *APRIL)
    assert (row["service"], row["answer"], row["done_on"]) == ("policy-review", 4, "2026-03-10")


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_every_list_can_be_had_in_every_form(worked: Desk, figure: str, form: str) -> None:
    said = worked.do("metrics", figure, *MARCH, "--by", "team", "--tasks", "--format", form, *APRIL)
    if form == "csv":
        assert said.startswith(
            "branch,team,task_id,service,customer_no,policy_no,agent_no,performer,due,latest,done_on"
        )


BRANCHES = {
    "agents": "agent_no,name,branch,left_on\nA1,Gan,North,\nA2,Hu,,\nGO,Jin,North,2026-03-20\n",
    "customers": "customer_no,agent_no\nC1,A1\nC2,A2\nC3,GO\n",
    "policies": "policy_no,customer_no,agent_no,writing_agent_no,issue_date,mode,premium,receipt_on\n"
    "P1,C1,A1,A1,2026-04-01,annual,1000,2026-04-03\nP2,C2,A2,A2,2026-04-01,annual,1000,2026-04-03\n"
    "P3,C3,GO,GO,2026-02-01,annual,1000,2026-02-03\n",
}
RELEASED = "2026-04-04"
CALLS = ("metrics", "callbacks", "--from", "2026-04-01", "--to", "2026-04-30", "--by", "branch", "--as-of")


@pytest.fixture
def called(desk: Desk) -> Desk:
    """Return a desk with a call-back to make in a branch and in none, and a policy whose agent has left."""
    for kind, text in BRANCHES.items():
        desk.take(kind, text, as_of=RELEASED)
    desk.do("release", "--as-of", RELEASED)
    return desk


def test_what_is_all_open_has_no_ratio_for_people_and_its_parts_for_programs(called: Desk) -> None:
    rows = called.ask(*CALLS, "2026-04-09")
    assert [(row["branch"], row["numerator"], row["denominator"], row["open"]) for row in rows] == [
        (None, 0, 0, 1), ("North", 0, 0, 1),
    ]  # fmt: skip
    told = called.do(*CALLS, "2026-04-09")
    assert "0.00%" not in told
    assert "*" not in told
    told = called.do("metrics", "services", "--from", "2026-04-01", "--by", "branch", "--as-of", "2026-04-09")
    assert "0.00%" not in told


def test_little_is_marked_once_something_is_decided(called: Desk) -> None:
    told = called.do(*CALLS, "2026-12-31")
    assert told.count("0.00% *") == 2
    assert "* fewer than 30" in told


def test_work_of_nobodys_branch_has_a_name(called: Desk) -> None:
    assert " (no branch) │" in called.do(*CALLS, "2026-04-09")
    assert " 未归属 " in called.do(*CALLS, "2026-04-09", "--lang", "zh")
    assert " office " in called.do(*CALLS, "2026-04-09", "--tasks")
    assert " 内勤 " in called.do(*CALLS, "2026-04-09", "--tasks", "--lang", "zh")


def test_the_list_of_orphan_policies_is_the_count_of_them(called: Desk) -> None:
    (figure,) = called.ask("metrics", "orphans", "--as-of", RELEASED)
    (row,) = called.ask("metrics", "orphans", "--policies", "--as-of", RELEASED)
    assert (figure["orphan_policies"], figure["unassigned"], figure["small"]) == (1, 1, True)
    assert row == {
        "policy_no": "P3", "customer_no": "C3", "agent_no": "GO", "writing_agent_no": "GO", "orphan": True,
        "unassigned": True, "as_of": RELEASED,
    }  # fmt: skip
    assert "Orphan policies in force · as of 2026-04-04" in called.do(
        "metrics", "orphans", "--policies", "--as-of", RELEASED
    )
    assert called.ask("metrics", "orphans", "--policies", "--as-of", "2026-03-19") == []


def test_two_lists_at_once_are_wrong_usage(called: Desk) -> None:
    result = called.run("metrics", "orphans", "--tasks", "--policies")
    assert (result.status, result.err) == (2, "--tasks and --policies are two lists; ask for one of them.\n")


def drawn(desk: Desk, last: str, as_of: str, *more: str) -> Result:
    days = ("--from", "2026-03-01", "--to", last, "--as-of", as_of)
    return desk.run("spot-check", "draw", *days, "--size", "9", "--seed", "7", *more)


def test_a_day_is_drawn_from_when_it_is_over(worked: Desk) -> None:
    result = drawn(worked, "2026-03-10", "2026-03-10")
    assert result.status == 2
    assert "The day 2026-03-10 is not over on 2026-03-10" in result.err
    assert "Draw from days up to 2026-03-09, or ask on the day after." in result.err
    assert worked.ask("spot-check", "list", *APRIL) == []
    assert drawn(worked, "2026-03-10", "2026-03-11").status == 0


def test_the_first_day_after_the_last_is_wrong_usage(worked: Desk) -> None:
    assert drawn(worked, "2026-02-28", "2026-03-11").status == 2


def test_a_sample_that_nobody_drew_is_looked_for_in_the_list_of_samples(worked: Desk) -> None:
    result = worked.run("spot-check", "list", "99")
    said = "No sample has the number '99'. Look at 'policyserve spot-check list' for those drawn.\n"
    assert (result.status, result.err) == (1, said)
    assert "draw one with 'policyserve spot-check draw'" in worked.do("spot-check", "list")


def test_an_empty_book_is_told_to_import_agents(desk: Desk) -> None:
    result = drawn(desk, "2026-03-10", "2026-03-11")
    assert (result.status, result.err) == (1, "The book has no agents yet; import the list of agents first.\n")


def test_a_sample_stands_under_its_days_and_its_scope(worked: Desk) -> None:
    shown = drawn(worked, "2026-03-10", "2026-03-11", "--branch", "North")
    assert shown.out.startswith("Sample 1 · 2026-03-01 to 2026-03-10 · branch North · as of 2026-03-11\n")
    told = worked.do("spot-check", "estimate", "1", "--lang", "zh", *APRIL)
    assert told.startswith("第1批 · 2026-03-01至2026-03-10 · 机构North · 截至2026-04-30 · 暂定\n")
    assert "机构North" in worked.do("spot-check", "list", "--lang", "zh", *APRIL)


def test_a_sample_is_not_there_before_it_is_drawn(worked: Desk) -> None:
    drawn(worked, "2026-03-10", "2026-03-15")
    result = worked.run("spot-check", "estimate", "1", "--as-of", "2026-03-14")
    assert (result.status, result.err) == (1, "Sample 1 was drawn on 2026-03-15; ask for that day or a later one.\n")
