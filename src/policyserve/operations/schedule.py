"""An agent's schedule: how much falls on each of the coming days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, case, func, select, type_coerce

from policyserve import db
from policyserve.access import scope
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
    """Return the open work of an agent on some days: `day`, `customer_id`, `latest`, `service`, `channels`, `name`,
    `gender`. `day` is the day to do it; what is late and still in time falls on `as_of`.
    """
    c = TASKS.c
    put_off = case((c.snoozed_to > c.latest, c.latest), else_=func.coalesce(c.snoozed_to, c.due))
    day = case((put_off < as_of, as_of), else_=put_off)
    agents = scope.agents_of(viewer.scope, as_of)
    own = () if agents is None else (c.agent_id.in_(agents),)
    query = (
        select(
            type_coerce(day, Date()).label("day"), c.customer_id, c.latest, c.service, c.channels, CUSTOMERS.c.name,
            CUSTOMERS.c.gender,
        )
        .join_from(TASKS, CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .where(c.status == "open", c.performer == "agent", c.latest >= as_of, day >= days.start, day < days.end, *own)
        .order_by(day, c.latest, c.id)
    )  # fmt: skip
    with db.reading(engine) as connection:
        return list(connection.execute(query))


def schedule(engine: Database, viewer: Viewer, days: Days, *, as_of: date) -> dict[date, DayLoad]:
    """Return how much falls on each day that has work."""
    by_day: dict[date, list[Any]] = {}
    for row in work_ahead(engine, viewer, days, as_of=as_of):
        by_day.setdefault(row.day, []).append(row)
    return {day: _load(rows) for day, rows in by_day.items()}


def _load(rows: Sequence[Any]) -> DayLoad:
    last = sum(row.latest == row.day for row in rows)
    return DayLoad(tasks=len(rows), customers=len({row.customer_id for row in rows}), last=last)
