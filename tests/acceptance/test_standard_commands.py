"""The standard is data: faults are named by line and field, and a new service works without any code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands import Desk, in_a_sentence
from desks.branch_desk import EARLY, LATE, agenda, changes, release, take_branch

SHIPPED = (Path(__file__).parents[2] / "fixtures" / "standards" / "life-cn.yaml").read_text("utf-8")

SMALL = """name: Small standard
version: "1"
services:
  - code: hello
    name: Say hello
    name_zh: 问候
    level: encouraged
    stage: meet
    subject: policy
    trigger: {kind: after, anchor: issue, months: 11, days: 20}
    window: {before: 2, after: 30}
    channels: [call]
"""
"""One service, due 11 months and 20 days after issue; the file's line 4 is its code."""

TREE_CALL = """
  - code: tree-call
    name: Call on Arbor Day
    name_zh: 植树节问候
    level: encouraged
    stage: trust
    subject: customer
    trigger: {kind: calendar, every: year, month: 3, day: 12}
    window: {before: 1, after: 3}
    channels: [call]
    message_class: service
    audience: {gender: female}
    bearing: {persistency: 1, referrals: 5, add_ons: 5}
    talking_points: [Invite to plant a tree.]
"""
"""A service of the branch's own."""

WITH_TREE_CALL = SHIPPED.replace("\nobligations:", f"{TREE_CALL}\nobligations:", 1)
"""The shipped standard with it among its services."""


def told(desk: Desk, text: str) -> str:
    """Check a standard that has faults, and return what is said."""
    result = desk.run("standard", "check", desk.write("mine.yaml", text))
    assert result.status == 1
    assert result.out == ""
    return result.err


def test_the_shipped_standard_is_right(desk: Desk) -> None:
    assert desk.run("standard", "check", desk.write("mine.yaml", SHIPPED)).status == 0


FAULTS: list[tuple[str, str, str, list[str]]] = [
    ("subject: policy", "subject: polcy", "line 9", ["subject", "polcy", "policy", "customer"]),
    ("[call]", "[call, vist]", "line 12", ["channels", "vist", "visit", "letter"]),
    ("kind: after,", "kind: afer,", "line 10", ["trigger", "afer", "after"]),
    ("days: 20", "days: twenty", "line 10", ["days", "twenty"]),
    ("months: 11", "month: 11", "line 10", ["trigger", "month"]),
    ("level: encouraged", "level: cheered", "line 7", ["level", "cheered", "encouraged"]),
    ("code: hello", "code: Hello World", "line 4", ["code", "Hello World"]),
    ("anchor: issue", "anchor: delivery", "line 10", ["anchor", "delivery", "issue", "receipt"]),
    ("after: 30", "after: -30", "line 11", ["window", "-30"]),
    ("    stage: meet\n", "", "line 4", ["stage"]),
    ("stage: meet", "stage: meet\n    color: red", "line 9", ["color"]),
]
"""What is changed into what, and the line and words that the error must name."""


@pytest.mark.parametrize(("right", "wrong", "line", "words"), FAULTS)
def test_an_error_names_line_field_and_what_is_allowed(
    desk: Desk, right: str, wrong: str, line: str, words: list[str]
) -> None:
    said = told(desk, SMALL.replace(right, wrong, 1))
    assert f"{line}," in said
    assert not [word for word in words if word not in said]


def test_all_errors_are_told_at_once(desk: Desk) -> None:
    said = told(desk, SMALL.replace("[call]", "[vist]").replace("meet", "met"))
    assert "line 8" in said
    assert "line 12" in said


def test_the_same_code_twice_is_an_error(desk: Desk) -> None:
    services = SMALL.partition("services:\n")[2]
    assert "hello" in told(desk, SMALL + services)


@pytest.mark.parametrize("festival", ["qingming", "zhongyuan", "nonsense"])
def test_days_of_mourning_are_no_festivals(desk: Desk, festival: str) -> None:
    trigger = f"{{kind: festival, name: {festival}}}"
    text = SMALL.replace("{kind: after, anchor: issue, months: 11, days: 20}", trigger).replace("policy", "customer")
    assert festival in told(desk, text)


@pytest.mark.parametrize("content", [b"", b"hello", b"services: [", b"\x00\x01\x02", b"\xff\xfe\x00", b"- a\n- b\n"])
def test_what_is_no_standard_is_told_in_a_sentence(desk: Desk, content: bytes) -> None:
    for command in (["check"], ["show"], ["use", "--from", "2026-01-01"]):
        result = desk.run("standard", command[0], desk.write("mine.yaml", content), *command[1:])
        assert result.status == 1
        assert "mine.yaml" in result.err
        assert in_a_sentence(result), result.err


def test_yaml_that_would_run_something_or_blow_up_is_refused(desk: Desk) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\n"
    for text in ("!!python/object/apply:os.system ['echo run']\n", bomb):
        assert "did not expect" not in told(desk, text)


def test_the_standard_in_force_is_shown_as_a_table_that_people_can_read(desk: Desk) -> None:
    shown = desk.do("standard", "show")
    for part in ("contract-delivery", "issue + 3 days", "assessed", "visit"):
        assert part in shown
    assert "送合同 签回执" in desk.do("standard", "show", "--lang", "zh")


EXPECTED_CODES = {
    "issue-notice", "contract-delivery", "new-policy-callback", "visit-m1", "visit-m4", "visit-m7", "visit-m10",
    "birthday-greeting", "good-news", "policy-review", "renewal-reminder-d90", "renewal-reminder-d30",
    "renewal-reminder-d7", "renewal-reminder-d1", "renewal-reminder-d3", "payment-feedback", "debit-retry-d7",
    "debit-retry-d15", "lapse-reminder-d1", "lapse-reminder-d45", "lapse-reminder-d55", "lapse-reminder-d59",
    "grace-demand", "lapse-notice", "lapse-confirmation", "reinstatement-invitation-d30",
    "reinstatement-invitation-d90", "reinstatement-invitation-d180", "reinstatement-invitation-d365",
    "reinstatement-last-call-d90", "reinstatement-last-call-d30", "reinstatement-last-call-d7", "termination-decision",
    "dividend-report", "maturity-notice-d60", "maturity-notice-d30", "maturity-notice-d7", "maturity-notice-d0",
    "data-check", "event-invitation", "half-year-visit", "festival-mid-autumn", "errand", "sick-visit", "gift",
    "handover-notice", "handover-visit",
}  # fmt: skip
"""Every line of the table of the default standard; of the festivals one."""


def test_every_line_of_the_default_standard_is_there(desk: Desk) -> None:
    rows = desk.ask("standard", "show")
    assert {row["code"] for row in rows} >= EXPECTED_CODES
    assert {row["code"] for row in rows if row["level"] == "assessed"} == {
        "contract-delivery", "new-policy-callback", "visit-m1", "visit-m4", "visit-m7", "visit-m10",
    }  # fmt: skip


def touches(desk: Desk, code: str, first: str, last: str, as_of: str) -> list[dict[str, Any]]:
    rows = desk.ask("plan", "--from", first, "--to", last, "--as-of", as_of)
    return [row for row in rows if row["service"] == code]


def test_a_new_service_works_as_data_alone(any_desk: Desk) -> None:
    """12 March 2026 is a Thursday; 12 March 2027 lies in a year whose days off are not published."""
    take_branch(any_desk, LATE)
    any_desk.do("standard", "use", any_desk.write("mine.yaml", WITH_TREE_CALL), "--from", LATE, "--as-of", LATE)
    planned = touches(any_desk, "tree-call", "2026-03-01", "2027-12-31", LATE)
    assert [(row["ordinal"], row["due"], row["earliest"], row["latest"]) for row in planned] == [
        (2026, "2026-03-12", "2026-03-11", "2026-03-15"),
        (2027, "2027-03-12", "2027-03-11", "2027-03-15"),
    ]
    release(any_desk, LATE)
    row = agenda(any_desk, "A1", "2026-03-12")["tree-call"]
    assert "Call on Arbor Day" in any_desk.do("agenda", "A1", "--date", "2026-03-12", "--as-of", LATE)
    any_desk.do("task", "done", row["task_id"], "--channel", "call", "--as-of", "2026-03-12")
    assert "tree-call" not in agenda(any_desk, "A1", "2026-03-12")


def test_a_rule_that_starts_to_hold_today_does_not_fire_for_the_past(early: Desk) -> None:
    """The hello of P1 fell due on 2 March 2026, on time until 1 April; the rule is first used on 10 March."""
    early.do("standard", "use", early.write("mine.yaml", SMALL), "--from", "2026-03-10", "--as-of", "2026-03-10")
    assert [row["due"] for row in touches(early, "hello", "2026-02-01", "2026-04-30", "2026-03-10")] == ["2026-03-02"]
    release(early, "2026-03-10")
    assert "hello" not in agenda(early, "A1", "2026-03-10")


def test_a_rule_that_held_in_time_does_fire(early: Desk) -> None:
    early.do("standard", "use", early.write("mine.yaml", SMALL), "--from", "2026-03-01", "--as-of", "2026-03-01")
    release(early, "2026-03-10")
    assert agenda(early, "A1", "2026-03-10")["hello"]["due"] == "2026-03-02"


def test_an_unchanged_rule_goes_on_when_a_new_standard_comes(early: Desk) -> None:
    """Only a service is added; the open reminder of the old standard stays as it is."""
    early.do("standard", "use", early.write("mine.yaml", WITH_TREE_CALL), "--from", EARLY, "--as-of", EARLY)
    assert changes(early, EARLY) == {}


def test_a_standard_without_a_service_cancels_its_open_tasks(late: Desk) -> None:
    late.do("standard", "use", late.write("mine.yaml", SMALL), "--from", LATE, "--as-of", LATE)
    assert changes(late, LATE) == {"added": 1, "cancelled": 5}


def test_a_standard_that_holds_later_changes_nothing_today(late: Desk) -> None:
    late.do("standard", "use", late.write("mine.yaml", SMALL), "--from", "2026-06-01", "--as-of", LATE)
    assert changes(late, LATE) == {}
    assert "hello" not in late.do("standard", "show", "--as-of", LATE)
    assert "hello" in late.do("standard", "show", "--as-of", "2026-06-01")


def test_a_wrong_standard_is_not_put_to_use(late: Desk) -> None:
    path = late.write("mine.yaml", SMALL.replace("[call]", "[vist]"))
    assert late.run("standard", "use", path, "--from", LATE, "--as-of", LATE).status == 1
    assert changes(late, LATE) == {}
    assert late.run("standard", "use", path, "--from", "2026-02-30").status == 2
    assert late.run("standard", "use", path).status == 2
