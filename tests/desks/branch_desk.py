"""A branch of two agents with one customer and one annual policy, for tests of commands.

The policy was issued on 10 March 2025. Who takes it over on 20 February 2026 and releases 30 days has five tasks ahead
(`AHEAD`); who takes it over on 20 November 2025 has one, the reminder 90 days before the second premium (`REMINDER`).
"""

from __future__ import annotations

from typing import Any

from commands import Desk

LATE, EARLY = "2026-02-20", "2025-11-20"

AGENTS = "agent_no,name,branch,manager_no\nA1,Agent 1,North,M1\nA2,Agent 2,North,M1\nM1,Manager,North,\n"

CUSTOMERS = "customer_no,name,gender,birthday\nC1,Customer,female,1985-03-12\n"

POLICIES = """policy_no,customer_no,agent_no,issue_date,mode,premium,participating,pay_years
P1,C1,A1,2025-03-10,annual,1000,yes,10
"""

AHEAD = {
    "festival-lantern": "2026-03-03",
    "festival-womens-day": "2026-03-08",
    "policy-review": "2026-03-10",
    "dividend-report": "2026-03-10",
    "birthday-greeting": "2026-03-12",
}

REMINDER = "renewal-reminder-d90"

COUNTS = ("added", "moved", "cancelled", "reopened", "missed", "unchanged")


def take_branch(desk: Desk, as_of: str) -> Desk:
    """Import the branch."""
    for kind, text in {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES}.items():
        desk.take(kind, text, as_of=as_of)
    return desk


def release(desk: Desk, as_of: str, *more: str) -> dict[str, int]:
    """Release, and return the counts that are not zero."""
    (row,) = desk.ask("release", "--as-of", as_of, *more)
    return {name: row[name] for name in COUNTS if row[name]}


def changes(desk: Desk, as_of: str) -> dict[str, int]:
    """Release, and return the counts of tasks that did not stay what they were."""
    return {name: count for name, count in release(desk, as_of).items() if name != "unchanged"}


def agenda(desk: Desk, agent_no: str, day: str) -> dict[str, dict[str, Any]]:
    """Return an agent's tasks of a day by their service."""
    return {row["service"]: row for row in desk.ask("agenda", agent_no, "--date", day, "--as-of", day)}


def explain(desk: Desk, task_id: object) -> str:
    """Return what a task says of itself: status, fact, rule and history."""
    return desk.do("task", "explain", str(task_id))


def life(desk: Desk, as_of: str, policy_no: str = "P1") -> dict[tuple[str, int], dict[str, Any]]:
    """Return the whole life of a policy by service and ordinal."""
    return {(row["service"], row["ordinal"]): row for row in desk.ask("policy", policy_no, "--as-of", as_of)}
