"""Tasks as a list: those in a viewer's scope, and one by its number."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from policyserve import db
from policyserve.access import scope
from policyserve.access.scope import AGENTS, CUSTOMERS, POLICIES
from policyserve.access.viewer import Viewer
from policyserve.errors import NotFoundError
from policyserve.operations.database import Database
from policyserve.tasks.transitions import TASKS, versions

_SHOWN = (
    "service", "channels", "ordinal", "due", "earliest", "latest", "snoozed_to", "planned_on", "planned_why",
    "provisional", "status",
)  # fmt: skip

_QUERY = (
    select(
        TASKS.c.id.label("task_id"), *(TASKS.c[name] for name in _SHOWN), CUSTOMERS.c.customer_no,
        POLICIES.c.policy_no, AGENTS.c.agent_no,
    )
    .join(CUSTOMERS, CUSTOMERS.c.id == TASKS.c.customer_id)
    .outerjoin(POLICIES, POLICIES.c.id == TASKS.c.policy_id)
    .outerjoin(AGENTS, AGENTS.c.id == TASKS.c.agent_id)
    .order_by(TASKS.c.id)
)  # fmt: skip


def list_tasks(
    engine: Database,
    viewer: Viewer,
    *,
    as_of: date,
    most: int,
    after: int = 0,
    task_id: int | None = None,
    status: str | None = None,
    customer_no: str | None = None,
) -> list[dict[str, Any]]:
    """Return the first tasks in scope by their keys, those that follow `after`; `version`: see `versions`."""
    query = _QUERY.where(scope.sees_tasks(viewer.scope, as_of), TASKS.c.id > after).limit(most)
    asked = {TASKS.c.id: task_id, TASKS.c.status: status, CUSTOMERS.c.customer_no: customer_no}
    with db.reading(engine) as connection:
        found = query.where(*(column == value for column, value in asked.items() if value is not None))
        rows = [dict(row) for row in connection.execute(found).mappings()]
        moved = versions(connection, [row["task_id"] for row in rows])
    return [{**row, "version": str(moved.get(row["task_id"], 0))} for row in rows]


def one_task(engine: Database, viewer: Viewer, task_id: int, *, as_of: date) -> dict[str, Any]:
    """Return a task; raises NotFoundError, for one that is not seen as well."""
    rows = list_tasks(engine, viewer, as_of=as_of, most=1, task_id=task_id)
    if not rows:
        raise NotFoundError("task", task_id)
    return rows[0]
