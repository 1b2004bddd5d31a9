"""A handful of people and policies in a database, and touches made by hand, for the tests of tasks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Engine, insert, select

from policyserve import db
from policyserve.tables import Agent, Branch, Customer, Policy, Task, Transition, table
from policyserve.tasks.history_text import why
from policyserve.tasks.release import Evidence, ReleaseCounts, draft, read_stored, write
from policyserve.tasks.transitions import Step, history

MONDAY = date(2026, 5, 4)
AT = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)

TASKS = table(Task)
TRANSITIONS = table(Transition)


def fill(engine: Engine, known_on: date = date(2026, 1, 1)) -> None:
    """Store a manager (1), two agents under her (2, 3), one under another manager (4), and two customers with policies.

    Customer 1 has the policies 1 and 2 and is served by agent 2; customer 2 has policy 3 and is served by agent 3.
    """
    with db.writing(engine) as connection:
        connection.execute(insert(Branch), [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}])
        agents = [(1, "1001", None, 1), (2, "1002", 1, 1), (3, "1003", 1, 1), (4, "1004", None, 2)]
        for key, number, manager, branch in agents:
            row = {"id": key, "agent_no": number, "name": f"Agent {number}", "manager_id": manager, "branch_id": branch}
            connection.execute(insert(Agent), row)
        for key, agent, vip in [(1, 2, None), (2, 3, "gold")]:
            connection.execute(
                insert(Customer),
                {"id": key, "customer_no": f"C{key}", "name": f"客户{key}", "gender": "female", "agent_id": agent}
                | {"vip": vip, "phone": f"1390000000{key}", "known_on": known_on, "birthday": date(1980, 5, 10)},
            )
        for key, customer, agent in [(1, 1, 2), (2, 1, 2), (3, 2, 3)]:
            connection.execute(
                insert(Policy),
                {"id": key, "policy_no": f"P{key}", "customer_id": customer, "agent_id": agent, "mode": "annual"}
                | {"premium": 500_000, "currency": "CNY", "issue_date": date(2026, 1, 4), "known_on": known_on},
            )


HOLDERS = {1: (1, 2), 2: (1, 2), 3: (2, 3)}
"""The customer and the agent of each policy."""


def touch(service: str = "visit-m4", *, policy: int = 1, due: date = MONDAY, **others: Any) -> dict[str, Any]:
    """Return a touch of a policy, due on `due`, on time from a week before to two weeks after."""
    customer, agent = HOLDERS[policy]
    day = due.toordinal()
    return {
        "service": service,
        "subject_kind": "policy",
        "subject_id": policy,
        "ordinal": 1,
        "customer_id": customer,
        "policy_id": policy,
        "agent_id": agent,
        "performer": "agent",
        "channels": "visit",
        "anchor": date(2026, 1, 4),
        "nominal": due,
        "due": due,
        "earliest": date.fromordinal(day - 7),
        "latest": date.fromordinal(day + 14),
        "provisional": False,
    } | others


MANY = [touch(policy=policy, ordinal=ordinal) for policy in HOLDERS for ordinal in range(1, 101)]
"""A hundred touches of each policy."""

SCHEMA = pl.Schema(
    dict.fromkeys(("service", "subject_kind", "performer", "channels"), pl.String())
    | dict.fromkeys(("subject_id", "ordinal", "customer_id", "policy_id", "agent_id"), pl.Int32())
    | dict.fromkeys(("anchor", "nominal", "due", "earliest", "latest"), pl.Date())
    | {"provisional": pl.Boolean()}
)


def frame(touches: list[dict[str, Any]]) -> pl.DataFrame:
    """Return touches as the planner gives them."""
    return pl.DataFrame(touches, schema=SCHEMA)


def evidence(far: list[dict[str, Any]] | None = None, **others: Any) -> Evidence:
    """Return facts under which `far` is found outside the days of the release, and what is gone was surrendered."""
    settings: dict[str, Any] = {
        "known": pl.DataFrame(schema={"subject_kind": pl.String, "subject_id": pl.Int32, "known_on": pl.Date}),
        "rules": pl.DataFrame(schema={"service": pl.String, "since": pl.Date}),
        "plan_wide": lambda _: frame(far or []),
        "why_not": lambda tasks: because(tasks, "surrender", '{"on": "2026-05-03"}'),
    }
    return Evidence(**settings | others)


def because(tasks: pl.DataFrame, reason: str, arguments: str | None = None, on: date | None = None) -> pl.DataFrame:
    """Return one reason for all tasks, as `cancellation.why_not` does."""
    told = pl.lit(arguments, dtype=pl.String)
    return tasks.select("id", reason=pl.lit(reason), arguments=told, ended_on=pl.lit(on, dtype=pl.Date))


def run(
    engine: Engine, touches: list[dict[str, Any]], *, as_of: date = MONDAY, facts: Evidence | None = None
) -> ReleaseCounts:
    """Release `touches` for 30 days."""
    with db.reading(engine) as connection:
        stored = read_stored(connection, as_of)
    drafted = draft(stored, frame(touches), facts or evidence(), as_of=as_of, days=30)
    with db.writing(engine, bulk=True) as connection:
        return write(connection, drafted, at=AT)


def tasks(engine: Engine) -> list[Any]:
    """Return all stored tasks in the order of their keys."""
    with db.reading(engine) as connection:
        return list(connection.execute(select(TASKS).order_by(TASKS.c.id)))


def steps(engine: Engine) -> list[tuple[str, str | None, str, str | None]]:
    """Return action, statuses and the English sentence of all transitions, in order."""
    query = select(TRANSITIONS.c.id, TRANSITIONS.c.task_id).order_by(TRANSITIONS.c.id)
    with db.reading(engine) as connection:
        rows = connection.execute(query).all()
        steps = {task: iter(history(connection, task)) for task in {row.task_id for row in rows}}
    return [told(next(steps[row.task_id])) for row in rows]


def told(step: Step) -> tuple[str, str | None, str, str | None]:
    """Return a transition with its sentence, None where there is nothing to say."""
    return step.action, step.from_status, step.to_status, None if (reason := why(step)) is None else str(reason)


def close(engine: Engine, task_id: int, status: str) -> None:
    """Give a task a status."""
    with db.writing(engine) as connection:
        connection.execute(TASKS.update().where(TASKS.c.id == task_id).values(status=status))
