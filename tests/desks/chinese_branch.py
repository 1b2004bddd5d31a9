"""A branch whose lists are Chinese throughout, with a week of work: whatever a screen says in English is ours."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from commands import Desk
from policyserve.book.lists import KINDS
from policyserve.config import fixture
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate

DAY = "2026-11-23"
WEEK = ("2026-11-16", "2026-11-22")
"""The days of work before."""

SETTINGS = """[messages]
approval = ["marketing"]
[gateways.file]
kind = "file"
folder = "{folder}/sms"
"""
UNKNOWN = "客户号,姓名,鞋码\nC000001,王芳,44\nC000001,王芳芳,44\nC000002,,\n,李雷,\n"


def fill(desk: Desk) -> dict[str, object]:
    """Import the lists of a generated branch, do a week's work, and return the numbers that calls name."""
    write_lists(generate(customers=150, as_of=date.fromisoformat(DAY), faults=8), desk.folder, chinese_headers=True)
    desk.write("settings.toml", SETTINGS.format(folder=desk.folder)).chmod(0o600)
    desk.write("empty.csv", "")
    desk.write("password.txt", "十个字符以上的一个密码\n")
    desk.write("unknown.csv", UNKNOWN)
    for kind in KINDS:
        desk.run("import", kind, desk.folder / f"{kind}.csv", "--as-of", WEEK[0])
    desk.do("release", "--as-of", WEEK[0])
    done = list(_worked(desk))
    desk.do("release", "--as-of", DAY)
    desk.do("points", "earn", "--as-of", DAY)
    desk.do("user", "add", "w1", "--role", "auditor", "--password-file", desk.folder / "password.txt")
    desk.do("sms", "generate", "--as-of", DAY)
    desk.do("sms", "send", "--as-of", DAY)
    desk.do("sms", "generate", "--as-of", "2026-11-24")
    numbers = _numbers(desk)
    complaint = ("--words", "客户说没有人回电话", "--class", "service", "--channel", "call", "--by", "王桂")
    desk.do("complaint", "open", "--customer", str(numbers["customer"]), *complaint, "--as-of", DAY)
    desk.do("handover", "propose", str(numbers["other_agent"]), "--as-of", DAY)
    return numbers | {"done": done[0]["task_id"], "moved": done[-1]["task_id"]}


def _worked(desk: Desk) -> Iterator[dict[str, Any]]:
    """Do six tasks, put one off, give one away, decide against one and open it again."""
    at = ("--as-of", WEEK[1])
    tasks = [row for agent in _agents(desk) for row in desk.ask("agenda", agent, *at)]
    for row in tasks[:6]:
        done = ("--channel", "visit", "--outcome", "满意", "--satisfaction", 5, "--by", "王桂")
        desk.do("task", "done", row["task_id"], *done, *at)
        yield row
    moved = next(row for row in tasks[6:] if row["latest"] > WEEK[1])
    desk.do("task", "snooze", moved["task_id"], "--to", moved["latest"], *at)
    desk.do("task", "assign", moved["task_id"], _agents(desk)[-1], *at)
    desk.do("task", "skip", moved["task_id"], "--reason", "客户出差", *at)
    desk.do("task", "reopen", moved["task_id"], "--reason", "改期", *at)
    yield moved


def _agents(desk: Desk) -> list[str]:
    plan = desk.ask("plan", "--from", DAY, "--to", "2026-12-31", "--as-of", WEEK[0])
    return sorted({str(row["agent_no"]) for row in plan if row["agent_no"]})


def _numbers(desk: Desk) -> dict[str, object]:
    """Find what calls name: `{policy}`, `{agent}`, `{task}` and their like."""
    at = ("--as-of", DAY)
    agents = _agents(desk)
    days = [(agent, desk.ask("agenda", agent, *at)) for agent in agents]
    agent, day = next((agent, day) for agent, day in days if any(row["policy_no"] for row in day))
    task = next(row for row in day if row["policy_no"])
    sent = desk.ask("sms", "list", *at)
    return {
        "folder": desk.folder,
        "nobody": "X-404",
        "agent": agent,
        "other_agent": next(other for other in agents if other != agent),
        "customer": task["customer_no"],
        "policy": task["policy_no"],
        "task": task["task_id"],
        "later": task["latest"],
        "texted": sent[0]["customer_no"],
        "message": sent[0]["message_id"],
        "waiting": next(row["message_id"] for row in sent if row["status"] == "planned"),
        "referrer": desk.ask("points", "list", *at)[0]["customer_no"],
        "branch": desk.ask("metrics", "referrals", "--by", "branch", *at)[0]["branch"],
        "manager": _manager(desk),
        "user": "w1",
        "password": desk.folder / "password.txt",
        "standard": fixture("standards", "life-cn.yaml"),
        "settings": desk.folder / "settings.toml",
        "empty": desk.folder / "empty.csv",
        "unknown": desk.folder / "unknown.csv",
    }


def _manager(desk: Desk) -> str:
    """Read in the list of agents whom somebody reports to."""
    rows = csv.DictReader((desk.folder / "agents.csv").read_text(encoding="utf-8-sig").splitlines())
    return next(row["主管工号"] for row in rows if row["主管工号"])
