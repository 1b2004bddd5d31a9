"""The open tasks of policies that a gap names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from policyserve.tables import Task, table

TASKS = table(Task)

MOST = 5_000
"""Keys in one statement; databases take some 30,000."""


def open_tasks(connection: Connection, policies: Sequence[int]) -> dict[int, list[int]]:
    """Return the keys of the open tasks of `policies` (keys), by policy, the first due first."""
    found: dict[int, list[int]] = {}
    for start in range(0, len(policies), MOST):
        query = (
            select(TASKS.c.policy_id, TASKS.c.id)
            .where(TASKS.c.policy_id.in_(policies[start : start + MOST]), TASKS.c.status == "open")
            .order_by(TASKS.c.due, TASKS.c.id)
        )
        for policy, task in connection.execute(query):
            found.setdefault(policy, []).append(task)
    return found
