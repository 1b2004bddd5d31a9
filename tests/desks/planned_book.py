"""A small book for the command `plan`, and what it says of it."""

from __future__ import annotations

from typing import Any

from commands import Desk

AGENTS = "agent_no,name\nA1,Agent 1\nA2,Agent 2\n"

CUSTOMER = "customer_no,name,gender,birthday,agent_no\nC1,Customer,female,1985-05-20,A1\n"

POLICY = """policy_no,customer_no,agent_no,issue_date,mode,premium,participating,pay_years
P1,C1,A1,2025-03-10,annual,1000,yes,10
"""


def book(desk: Desk, as_of: str, *, customers: str = CUSTOMER, policies: str = POLICY, **lists: str) -> Desk:
    """Import a small book."""
    for kind, text in {"agents": AGENTS, "customers": customers, "policies": policies, **lists}.items():
        desk.take(kind, text, as_of=as_of)
    return desk


def plan(desk: Desk, first: str, last: str, *more: str, as_of: str) -> list[dict[str, Any]]:
    return desk.ask("plan", "--from", first, "--to", last, "--as-of", as_of, *more)


def dues(rows: list[dict[str, Any]], service: str) -> list[str]:
    return [row["due"] for row in rows if row["service"] == service]


def lines_of(table: str) -> list[str]:
    return sorted(" ".join(line.split()) for line in table.strip().splitlines())
