"""Screens in Chinese: every heading, every coded value and every sentence of a command that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from commands import Desk
from desks.branch_desk import LATE
from policyserve.cli.screen.layout import laid_out
from policyserve.cli.screen.output import Row
from policyserve.tasks.codes import CODED

Shown = tuple[Sequence[Row], Mapping[str, str]]

DAY = "2026-03-10"

EVENTS = (
    ("claim", "2026-02-22"),
    ("dividend_declared", "2026-02-23"),
    ("service_request", "2026-02-24"),
    ("complaint", "2026-02-25"),
)

FAMILY = "customer_no,name,gender,referred_by,referred_on,family_no\nC1,,,,,F1\nC2,Two,male,C1,2026-02-22,F1\n"

SCREENS = (
    ("plan", "--from", LATE, "--to", "2026-06-30"),
    ("agenda", "A1"),
    ("policy", "P1"),
    ("policy", "P1", "--all"),
    ("customer", "C1"),
    ("event", "list"),
    ("standard", "show"),
    ("metrics", "persistency", "--by", "agent", "--by", "mode", "--by", "cohort"),
    ("metrics", "persistency", "--policies"),
    ("metrics", "referrals", "--by", "branch"),
    ("metrics", "add-ons", "--by", "team"),
    ("metrics", "collection", "--from", "2026-01-01", "--to", "2026-03-10", "--by", "agent"),
    ("metrics", "influence"),
    ("metrics", "influence", "C1"),
)
"""The older commands that show tables."""


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[Shown]:
    """Return the tables that commands show from now on: rows and headings."""
    seen: list[Shown] = []

    def watched(rows: Sequence[Mapping[str, str]], headings: Mapping[str, str], **options: Any) -> Any:
        seen.append((rows, headings))
        return laid_out(rows, headings, **options)

    monkeypatch.setattr("policyserve.cli.screen.output.laid_out", watched)
    monkeypatch.setattr("policyserve.cli.screen.figures.laid_out", watched)
    return seen


@pytest.fixture
def busy(late: Desk) -> Desk:
    """Return the branch with something of everything."""
    for kind, day in EVENTS:
        late.do("event", "add", "--policy", "P1", "--kind", kind, "--on", day, "--as-of", day)
    task = late.ask("agenda", "A1", "--as-of", DAY)[0]["task_id"]
    late.do("task", "done", task, "--channel", "visit", "--outcome", "met", "--as-of", DAY)
    late.take("customers", FAMILY, as_of=DAY)
    late.take("referrals", "referrer_no,referred_name,referred_on,stage\nC1,Three,2026-02-23,met\n", as_of=DAY)
    late.take("premiums", "policy_no,instalment,debit_on,debit_result\nP1,2,2026-03-10,failed\n", as_of=DAY)
    return late


def in_chinese(text: str) -> bool:
    return re.search("[\u4e00-\u9fff]", text) is not None


@pytest.mark.parametrize("command", SCREENS, ids=" ".join)
def test_every_heading_and_every_coded_value_is_chinese(
    busy: Desk, tables: list[Shown], command: tuple[str, ...]
) -> None:
    busy.do(*command, "--as-of", DAY, "--lang", "zh")
    headings = {title for _, titles in tables for title in titles.values()}
    assert [title for title in headings if not in_chinese(title)] == []
    coded = {row[name] for rows, titles in tables for row in rows for name in CODED & titles.keys() if row[name]}
    assert [value for value in coded if not in_chinese(value)] == []


def test_the_older_commands_do_show_tables(busy: Desk, tables: list[Shown]) -> None:
    for command in SCREENS:
        busy.do(*command, "--as-of", DAY, "--lang", "zh")
    assert len(tables) >= len(SCREENS)


def test_what_commands_say_of_what_they_did_is_chinese(busy: Desk) -> None:
    ask = ("--as-of", DAY, "--lang", "zh")
    task = busy.ask("agenda", "A1", "--as-of", DAY)[0]["task_id"]
    for command in (
        ("release",),
        ("task", "snooze", task, "--to", "2026-03-11"),
        ("task", "assign", task, "A2"),
        ("task", "skip", task, "--reason", "-"),
        ("task", "reopen", task, "--reason", "-"),
        ("task", "done", task),
        ("event", "retract", 1, "--why", "-"),
        ("event", "add", "--policy", "P1", "--kind", "sick"),
        ("import", "agents", busy.write("agents.csv", "agent_no,name,shoe\nA1,Agent 1,44\n")),
    ):
        told = busy.do(*command, *ask)
        assert all(in_chinese(line) for line in told.splitlines()), told


LISTS = {
    "customers": (
        "customer_no,birthday,lunar_birthday,phone,gender,vip,marketing_consent,deceased_on,referred_by,agent_no\n"
        "C1,2030-01-01,1990-13-01,1,x,,maybe,1980-01-01,C1,A1\nC2,1990-02-30,,,,,,,C77,\nC3,,,,,,,,,A9\n"
        "C3,,,,,gold,,,,A1\nC4,1990-01-01,,,,,,1980-01-01,,\n,,,,,,,,,\nC5,,,,,,,,C3,\n"
    ),
    "policies": (
        "policy_no,customer_no,agent_no,issue_date,mode,premium,currency,main_policy_no,ends_on,pay_years\n"
        "P1,C1,A1,2025-02-30,annual,1,,,,\nP2,C1,A1,2025-01-01,weekly,1.005,,,,x\nP3,C1,A1,2025-01-01,annual,x,,P3,,\n"
        "P4,C1,A1,2025-01-01,annual,0,,,2020-01-01,\nP5,C1,A1,2025-01-01,annual,-,ZZZZ,P1,,\n"
        "P6,C1,A1,2025-01-01,annual,9,,P7,,\nP7,C1,A1,2025-01-01,annual,9,,P6,,\n"
    ),
    "premiums": (
        "policy_no,instalment,due_on,amount,paid_on,debit_on,debit_result,failure\n"
        "P6,2,2026-02-02,-5,,,failed,x\nP6,3,,,,2026-02-01,,\nP9,x,,,,,,\n"
    ),
    "events": (
        "policy_no,customer_no,kind,occurred_on,amount,detail\n,,claim,2026-01-01,,\nP6,C2,claim,2026-01-01,,\n"
        "P6,,rider_added,2026-01-01,,\nP6,,premium_change,2026-01-02,0,\nP6,,agent_changed,2026-01-01,,\n"
        "P6,,agent_changed,2026-01-02,,A9\n"
    ),
    "referrals": "referrer_no,referred_no,referred_name,referred_on\nC1,C1,,2026-01-01\nC1,,,2026-01-01\n",
}
"""Lists in which about everything is wrong."""


@pytest.mark.parametrize("kind", LISTS)
def test_every_reason_for_which_a_row_is_rejected_or_warned_of_is_chinese(
    desk: Desk, tables: list[Shown], kind: str
) -> None:
    desk.take("agents", "agent_no,name,manager_no\nA1,Agent 1,A1\n", as_of=DAY)
    for other in list(LISTS)[: list(LISTS).index(kind)]:
        desk.run("import", other, desk.write(f"{other}.csv", LISTS[other]), "--as-of", DAY)
    result = desk.run("import", kind, desk.write("list.csv", LISTS[kind]), "--as-of", DAY, "--lang", "zh")
    ((rows, _),) = tables[-1:]
    assert [row["reason"] for row in rows if not in_chinese(row["reason"])] == []
    assert [row["field"] for row in rows if not in_chinese(row["field"])] == []
    assert in_chinese(result.out.splitlines()[0])


def test_the_reject_file_is_in_the_language_of_its_reader_and_can_be_imported_again(desk: Desk) -> None:
    path = desk.write("list.csv", "客户号,性别\nC1,x\n")
    desk.run("import", "customers", path, "--as-of", DAY, "--lang", "zh")
    told = (desk.folder / "list.rejects.csv").read_text("utf-8-sig").splitlines()
    assert told[0].startswith("severity,line,field,value,reason")
    assert told[1].startswith('警告,2,性别,x,"不是已知的词；可用：')
    desk.write("list.rejects.csv", "\n".join(told).replace("C1,x", "C1,女"))
    again = desk.run("import", "customers", desk.folder / "list.rejects.csv", "--as-of", DAY, "--lang", "zh")
    assert again.status == 0
