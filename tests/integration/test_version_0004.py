"""A database of version 0004, with five weeks of work in it, says after its migration what it said before.

What is different on purpose is listed, each with its reason: sentences in RETOLD, answers in OTHER_ANSWERS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import pytest
from sqlalchemy import text

from books import earlier_version
from commands import run
from policyserve import db
from policyserve.dates import Days
from policyserve.metrics.services.task_states import read_tasks

EXPECTED = earlier_version.expected()
DAYS: list[str] = EXPECTED["days"]
TODAY = DAYS[-1]
ALWAYS = Days.between(date(2025, 1, 1), date(2027, 12, 31))

Rows = list[dict[str, Any]]

OTHER_RULES = {"services", "callbacks"}
"""Figures that count otherwise now: closed windows alone. Their tasks stand as they stood; see the test below."""

DAY = r"\d{4}-\d\d-\d\d"

RETOLD: dict[str, list[tuple[str, str]]] = {
    # the festival of a task is its service's name
    "en": [
        (r"every year on the festival \([a-z-]+\)", "every year on the festival"),
        (r"year (\d+) of policy (?=.*dividend)", r"dividend of policy year \1 of policy "),
    ],
    # nothing of the system's is English any more, and its signs are Chinese ones
    "zh": [
        (r"^(\d+ .+?) \(([a-z0-9-]+)\): (.+): (\S+)$", r"\1（\2）：\3：\4"),
        (rf"^({DAY}) release ", r"\1 系统下发 "),
        (rf"^({DAY}) messages ", r"\1 系统短信 "),
        (rf"^({DAY}) command line ", r"\1 命令行 "),
        (r"保单(\S+?)第(\d+)个周年(?=.*分红公布)", r"保单\1第\2保单年度红利"),
        ("已错过", "逾期未做"),
        (rf"已完成：方式(\w+)（({DAY})）$", r"已完成：\2，方式：\1"),
        (r"方式：call$", "方式：电话"),
        (r"方式：visit$", "方式：亲访"),
        (r"方式：sms$", "方式：短信"),
        (r"方式：letter$", "方式：信函"),
        (r"方式：office$", "方式：内勤"),
        (r"方式：other$", "方式：其他"),
        (rf"改期：to ({DAY})$", r"改期：至\1"),
        (r"a message could not go out: no phone$", "短信无法发送：无手机号"),
        (r"the phone is known now$", "已有手机号"),
        (r"事实已变，不再需要$", "事实变化，不再需要"),
        (rf"({DAY}), 最晚日", r"\1，最晚日"),
        (rf"({DAY}|业务员\S+|执行\S+|重新需要，应做日{DAY}|-> \S+); ", r"\1；"),
        (rf"(最早日|最晚日|起算日|标准日) ({DAY})", r"\1\2"),
    ],
}
"""Lines of `task explain`, by language: what stood in them (a pattern) and what stands there now."""

PURPOSE = {
    ("policy", "P00000142"): "its second instalment was paid without that of its rider, which lapses for want of it: "
    "the customer is reminded once more",
}
"""Answers that have changed, and why."""


def ask(url: str, *command: str, day: str) -> Any:
    """Return what a command answers in JSON."""
    result = run(*command, "--as-of", day, "--format", "json", "--lang", "en", db=url)
    assert result.status == 0, (command, day, result.err)
    return _as_reasons_were(json.loads(result.out))


def _as_reasons_were(told: Any) -> Any:
    """Leave out what reasons did not name then, at any depth: sums, and that a dividend is meant."""
    if isinstance(told, list):
        return [_as_reasons_were(one) for one in told]
    if isinstance(told, dict):
        return {name: _as_reasons_were(value) for name, value in told.items()}
    return re.sub(DIVIDEND, "year", re.sub(SUM, "", told)) if isinstance(told, str) else told


def different(url: str, asked: Mapping[Any, Rows], day: str) -> list[tuple[Any, ...]]:
    """Ask again and return what is not as it was: the command, the old answer and the new one.

    Fields that were not there then do not count.
    """
    found: list[tuple[Any, ...]] = []
    for command, told in asked.items():
        old = _with_rider_due(told)
        new = _as_known(ask(url, *command, day=day), old)
        if new != old:
            rows = [(one, other) for one, other in zip(old, new, strict=False) if one != other]
            found.append((command, len(old), len(new), rows[:3]))
    return found


def _with_rider_due(old: Any) -> Any:
    """Give the policy whose rider alone is unpaid the day of that instalment: the gap told neither day nor state."""
    if isinstance(old, list):
        return [_with_rider_due(one) for one in old]
    if not isinstance(old, dict):
        return old
    row = {name: _with_rider_due(value) for name, value in old.items()}
    rider_alone = row.get("policy_no") == "P00000142" and row.get("due_on", "") is None
    return row | {"due_on": "2026-04-19", "state": "in_grace"} if rider_alone else row


DIVIDEND = r"^dividend of policy year(?= \d+ of policy)"

SUM = r"(; to be paid: |；应缴)(CNY )?[\d,.]+(元)?( \(riders.*\)|（.*附加险.*）)?$"
"""What is owed, which the reason of a task names now."""


def _as_known(new: Any, old: Any) -> Any:
    """Leave out the fields that were not there then, at any depth."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {name: _as_known(new.get(name), value) for name, value in old.items()}
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [_as_known(one, other) for one, other in zip(new, old, strict=True)]
    return new


SOME = [("sqlite", day) for day in DAYS] + [("postgresql", day) for day in (DAYS[0], DAYS[-1])]
"""All days on one database, the first and the last on the other: the figures are worked out by the same Python."""


@pytest.mark.parametrize(("migrated_url", "day"), SOME, indirect=["migrated_url"])
def test_figures_of_earlier_days_are_what_they_were(migrated_url: str, day: str) -> None:
    asked = {("metrics", *name.split(" ")): rows for name, rows in EXPECTED["figures"][day].items()}
    figures = {command: rows for command, rows in asked.items() if command[1] not in OTHER_RULES}
    assert len(figures) > len(asked) / 2
    assert different(migrated_url, figures, day) == []


@pytest.mark.parametrize("day", DAYS)
def test_tasks_stand_on_earlier_days_as_they_stood(migrated_url: str, day: str) -> None:
    engine = db.open_engine(migrated_url)
    with db.reading(engine) as connection:
        stood = read_tasks(connection, ALWAYS, date.fromisoformat(day)).sort("task_id")
    engine.dispose()
    old = EXPECTED["tasks"][day]
    again = [[_plain(value) for value in row] for row in stood.select(old["columns"]).rows()]
    assert [(one, other) for one, other in zip(old["rows"], again, strict=True) if one != other] == []


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def part(url: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return every answer on SQLite, and every tenth one on PostgreSQL: what is said of the rows is the same Python."""
    return told if url.startswith("sqlite") else {name: told[name] for name in [*told][::10]}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tasks_explain_themselves_as_they_did(migrated_url: str, language: str) -> None:
    typed = typed_by_people()
    wrong: list[tuple[Any, ...]] = []
    for task, old in part(migrated_url, EXPECTED["explained"][language]).items():
        result = run("task", "explain", task, "--as-of", TODAY, "--lang", language, db=migrated_url)
        assert result.status == 0, result.err
        said = result.out.splitlines()
        if len(said) != len(old):
            wrong.append((task, old, said))
            continue
        wrong += [
            (task, one, other)
            for one, other in zip(old, said, strict=True)
            if not same(language, one, other, typed.get(task, ()))
        ]
    assert wrong == []


def same(language: str, old: str, new: str, typed: Sequence[str]) -> bool:
    """Whether a line says what it said. In Chinese, what people typed may stand as they typed it: it was translated."""
    new = re.sub(SUM, "", without_names(new))
    if new in (old, retold(language, old)):
        return True
    beginning, colon, said = new.partition("：")
    return language == "zh" and retold(language, old).partition("：")[:2] == (beginning, colon) and said in typed


def without_names(line: str) -> str:
    """Return a line without the names that stand behind the numbers of people and policies now."""
    for number, name in named():
        line = line.replace(f"{number} {name}", number)
    return line


@cache
def named() -> list[tuple[str, str]]:
    stored = earlier_version.rows()
    told_by = {
        "customers": ("customer_no", "name"),
        "agents": ("agent_no", "name"),
        "policies": ("policy_no", "product"),
    }
    return [(row[number], row[name]) for one, (number, name) in told_by.items() for row in stored[one] if name in row]


def retold(language: str, line: str) -> str:
    """Return a line as it is said now."""
    for pattern, now in RETOLD[language]:
        line = re.sub(pattern, now, line)
    return line


def typed_by_people() -> dict[str, list[str]]:
    """Return what people wrote into each task's history: why it was skipped or reopened, or what it is about."""
    deeds = {"skipped", "reopened", "added"}
    found: dict[str, list[str]] = {}
    for row in earlier_version.rows()["transitions"]:
        if row["actor"] != "release" and row["action"] in deeds and row.get("why"):
            found.setdefault(str(row["task_id"]), []).append(row["why"])
    return found


def test_lives_of_policies_are_what_they_were(migrated_url: str) -> None:
    asked = part(migrated_url, EXPECTED["policies"])
    lives = {("policy", number): rows for number, rows in asked.items()}
    assert {command for command, *_ in different(migrated_url, lives, TODAY)} == set(PURPOSE) & set(lives)


def test_a_rider_that_is_not_paid_is_one_reminder_more(migrated_url: str) -> None:
    old = EXPECTED["policies"]["P00000142"]
    new = _as_known(ask(migrated_url, "policy", "P00000142", day=TODAY), old)
    more = [row for row in new if row not in old]
    assert [(row["service"], row["due"], row["status"]) for row in more] == [
        ("lapse-reminder-d59", "2026-06-17", "planned")
    ]
    assert len(new) == len(old) + 1


def test_agendas_are_what_they_were(migrated_url: str) -> None:
    for day, agendas in EXPECTED["agendas"].items():
        assert different(migrated_url, {("agenda", agent): rows for agent, rows in agendas.items()}, day) == []


def test_messages_points_and_samples_are_what_they_were(migrated_url: str) -> None:
    samples = {("spot-check", "estimate", number): rows for number, rows in EXPECTED["spot_checks"].items()}
    rest = {("sms", "list"): EXPECTED["messages"], ("points", "list"): EXPECTED["points"]}
    assert different(migrated_url, {**samples, **rest}, TODAY) == []


def test_no_row_is_lost(migrated_url: str) -> None:
    old = {table: len(rows) for table, rows in earlier_version.rows().items()}
    taken_back = old.pop("withdrawn_contacts")
    engine = db.open_engine(migrated_url)
    with db.reading(engine) as connection:
        kept = {table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() for table in old}
        gone = "SELECT count(*) FROM changes WHERE field = 'done_on' AND old IS NOT NULL AND new IS NULL"
        assert connection.execute(text(gone)).scalar() == taken_back
    engine.dispose()
    assert kept == old
