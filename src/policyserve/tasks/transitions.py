"""Transitions: what happened to a task, who did it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
from sqlalchemy import Connection, insert, literal, select

from policyserve import db
from policyserve.tables import Task, Transition, table

TASKS = table(Task)
TRANSITIONS = table(Transition)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """When and by whom something was done."""

    at: datetime
    """The instant, with its zone; stored in UTC."""
    as_of: date
    """The business day."""
    actor: str
    """Who: an agent's number, or the name of the system's work."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One transition, as people read it."""

    at: datetime
    as_of: date
    actor: str
    action: str
    from_status: str | None
    to_status: str
    why: str | None


def history(connection: Connection, task_id: int) -> list[Step]:
    """Return what happened to a task, the first thing first."""
    columns = [TRANSITIONS.c[name] for name in Step.__dataclass_fields__]
    rows = connection.execute(
        select(*columns).where(TRANSITIONS.c.task_id == task_id).order_by(TRANSITIONS.c.id)
    ).mappings()
    return [Step(**row) for row in rows]


def record(
    connection: Connection,
    task_id: int,
    action: str,
    stamp: Stamp,
    *,
    from_status: str | None,
    to_status: str,
    why: str | None = None,
) -> None:
    """Store one transition of one task."""
    connection.execute(
        insert(TRANSITIONS).values(
            task_id=task_id,
            at=stamp.at,
            as_of=stamp.as_of,
            actor=stamp.actor,
            action=action,
            from_status=from_status,
            to_status=to_status,
            why=why,
        )
    )


def record_all(connection: Connection, changes: pl.DataFrame, stamp: Stamp) -> None:
    """Store the transitions of many tasks: `task_id`, `action`, `from_status`, `to_status`, `why`."""
    at = pl.lit(stamp.at.astimezone(UTC), dtype=pl.Datetime("us", "UTC"))
    stamped = changes.with_columns(at=at, as_of=pl.lit(stamp.as_of), actor=pl.lit(stamp.actor))
    db.insert_frame(connection, "transitions", stamped)


def record_added(connection: Connection, release_id: int, after_id: int, stamp: Stamp) -> None:
    """Store a transition for each task of a release with a key above `after_id`, without reading them."""
    columns = ["task_id", "at", "as_of", "actor", "action", "to_status"]
    c = TRANSITIONS.c
    added = select(
        TASKS.c.id,
        literal(stamp.at, c.at.type),
        literal(stamp.as_of, c.as_of.type),
        literal(stamp.actor, c.actor.type),
        literal("added", c.action.type),
        literal("open", c.to_status.type),
    ).where(TASKS.c.release_id == release_id, TASKS.c.id > after_id)
    connection.execute(insert(TRANSITIONS).from_select(columns, added))
