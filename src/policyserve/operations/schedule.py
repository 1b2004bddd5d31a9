"""An agent's schedule: how much falls on each of the coming days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, select, type_coerce

from policyserve import db
from policyserve.access import scope, stand_ins
from policyserve.access.scope import CUSTOMERS, TASKS
from policyserve.access.viewer import Viewer
from policyserve.dates import Days
from policyserve.operations.database import Database


@dataclass(frozen=True, kw_only=True)
class DayLoad:
    """What falls on a day."""

    tasks: int
    customers: int
    last: int
    """How many of the tasks have their last day on it."""


NOTHING = DayLoad(tasks=0, customers=0, last=0)


def work_ahead(engine: Database, viewer: Viewer, days: Days, *, as_of: date) -> list[Any]:
    """Return the open work of an agent on some days: `task_id`, `day`, `customer_id`, `latest`, `service`, `channels`,
    `name`, `gender`. `day` is the day to do it; what is late and still in time falls on `as_of`.

    Work that an agent does instead of another one is told while they see its customers.
    """
    c = TASKS.c
    away = stand_ins.away(as_of, max(days.last, as_of))
    planned = _from(as_of, stand_ins.planned_day())
    joined = TASKS.join(CUSTOMERS, CUSTOMERS.c.id == c.customer_id).outerjoin(
        away, and_(away.c.agent_id == c.agent_id, away.c.day == planned)
    )
    day, agents = _from(as_of, stand_ins.day_to_do(away)), scope.agents_of(viewer.scope, as_of)
    query = (
        select(
            c.id.label("task_id"), day.label("day"), c.customer_id, c.latest, c.service, c.channels, CUSTOMERS.c.name,
            CUSTOMERS.c.gender,
        )
        .select_from(joined)
        .where(c.status == "open", c.performer == "agent", c.latest >= as_of, day >= days.start, day < days.end)
        .order_by(day, c.latest, c.id)
    )  # fmt: skip
    if agents is not None:
        query = query.where(stand_ins.with_whom(away).in_(agents), scope.sees_tasks(viewer.scope, as_of))
    with db.reading(engine) as connection:
        return list(connection.execute(query))


def _from(as_of: date, day: ColumnElement[date]) -> ColumnElement[date]:
    return type_coerce(case((day < as_of, as_of), else_=day), Date())


def schedule(engine: Database, viewer: Viewer, days: Days, *, as_of: date) -> dict[date, DayLoad]:
    """Return how much falls on each day that has work."""
    by_day: dict[date, list[Any]] = {}
    for row in work_ahead(engine, viewer, days, as_of=as_of):
        by_day.setdefault(row.day, []).append(row)
    return {day: _load(rows) for day, rows in by_day.items()}


def _load(rows: Sequence[Any]) -> DayLoad:
    last = sum(row.latest == row.day for row in rows)
    return DayLoad(tasks=len(rows), customers=len({row.customer_id for row in rows}), last=last)
