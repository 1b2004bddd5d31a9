"""Transitions: what happened to a task, who did it, when, for what reason, and what it changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, insert, literal, select

from policyserve import db
from policyserve.locale import N_all, N_in, Sentence
from policyserve.tables import Agent, Change, Task, Transition, table

TASKS = table(Task)
TRANSITIONS = table(Transition)
CHANGES = table(Change)
_AGENTS = table(Agent)

ACTORS = N_all("who did it", "release", "messages", "command line")
"""What the system's own work is called, and whoever gave no name."""

Difference = tuple[str | None, str | None]
"""What a field was and what it became, as text."""


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
    """One transition with what it changed."""

    at: datetime
    as_of: date
    actor: str
    action: str
    from_status: str | None
    to_status: str
    reason: str | None
    """A code of `standard.reasons`."""
    arguments: str | None
    """What its sentence names, as JSON."""
    said: str | None
    """What a person wrote."""
    changes: Mapping[str, Difference] = field(default_factory=dict)
    """By field; agents by their numbers."""

    @property
    def who(self) -> Sentence:
        """Who did it, as people read it."""
        return who_did(self.actor)


def who_did(actor: str) -> Sentence:
    """Return who did something as people read it: the work of the system by its name, a person as written."""
    return Sentence(N_in("who did it", actor) if N_in("who did it", actor) in ACTORS else actor)


def history(connection: Connection, task_id: int) -> list[Step]:
    """Return what happened to a task, the first thing first."""
    own = TRANSITIONS.c.task_id == task_id
    rows = connection.execute(select(TRANSITIONS).where(own).order_by(TRANSITIONS.c.id)).mappings().all()
    joined = select(CHANGES).join(TRANSITIONS, TRANSITIONS.c.id == CHANGES.c.transition_id)
    changes: dict[int, dict[str, Difference]] = {}
    for key, name, old, new in _numbered(connection, connection.execute(joined.where(own)).all()):
        changes.setdefault(key, {})[name] = (old, new)
    names = [name for name in Step.__dataclass_fields__ if name != "changes"]
    return [Step(**{name: row[name] for name in names}, changes=changes.get(row["id"], {})) for row in rows]


def _numbered(connection: Connection, rows: Sequence[Any]) -> list[Any]:
    """Put the agents' numbers in the place of their keys."""
    keys = {int(key) for row in rows if row.field == "agent_id" for key in (row.old, row.new) if key is not None}
    agents = connection.execute(select(_AGENTS.c.id, _AGENTS.c.agent_no).where(_AGENTS.c.id.in_(keys))) if keys else ()
    numbers = {str(agent.id): agent.agent_no for agent in agents}
    return [
        (row.transition_id, row.field, numbers.get(row.old), numbers.get(row.new)) if row.field == "agent_id" else row
        for row in rows
    ]


def record(
    connection: Connection,
    task_id: int,
    action: str,
    stamp: Stamp,
    *,
    from_status: str | None,
    to_status: str,
    said: str | None = None,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    """Store one transition of one task by a person; `changes` that are nothing before and after are left out."""
    row = {"task_id": task_id, "at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor, "action": action}
    statuses = {"from_status": from_status, "to_status": to_status, "said": said}
    key = connection.execute(insert(TRANSITIONS).values(row | statuses).returning(TRANSITIONS.c.id)).scalar_one()
    rows = [
        {"transition_id": key, "field": name, "old": _text(old), "new": _text(new)}
        for name, (old, new) in (changes or {}).items()
        if (old, new) != (None, None)
    ]
    if rows:
        connection.execute(insert(CHANGES), rows)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def record_all(connection: Connection, steps: pl.DataFrame, stamp: Stamp, changes: pl.DataFrame | None = None) -> None:
    """Store the transitions of many tasks, one of each, and what they changed.

    `steps`: `task_id`, `action`, `from_status`, `to_status`, `reason`, `arguments`; `changes`: `task_id`, `field`,
    `old`, `new`. The caller holds the tasks, so that nobody else writes transitions of them meanwhile.
    """
    newest = connection.execute(select(func.max(TRANSITIONS.c.id))).scalar_one() or 0
    at = pl.lit(stamp.at.astimezone(UTC), dtype=pl.Datetime("us", "UTC"))
    stamped = steps.with_columns(at=at, as_of=pl.lit(stamp.as_of), actor=pl.lit(stamp.actor))
    db.insert_frame(connection, "transitions", stamped)
    if changes is not None and not changes.is_empty():
        schema = pl.Schema({"transition_id": pl.Int32(), "task_id": pl.Int32()})
        keys = db.read_frame(connection, f"SELECT id, task_id FROM transitions WHERE id > {newest}", schema)
        keyed = keys.join(changes, on="task_id").drop("task_id").sort("transition_id")
        db.insert_frame(connection, "changes", keyed)


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


def versions(connection: Connection, task_ids: Collection[int]) -> dict[int, int]:
    """Return the newest transition of each task, by task: it moves whenever the task changes."""
    newest = select(TRANSITIONS.c.task_id, func.max(TRANSITIONS.c.id)).where(TRANSITIONS.c.task_id.in_(task_ids))
    found = connection.execute(newest.group_by(TRANSITIONS.c.task_id)).all()
    return {task_id: int(version) for task_id, version in found}
