"""An agent's schedule: how much falls on each of the coming days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from policyserve import db
from policyserve.access import scope
from policyserve.access.scope import TASKS
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


def schedule(engine: Database, viewer: Viewer, days: Days, *, as_of: date) -> dict[date, DayLoad]:
    """Return the open work of an agent by the day to do it; what is late and still in time counts on `as_of`."""
    c = TASKS.c
    put_off = case((c.snoozed_to > c.latest, c.latest), else_=func.coalesce(c.snoozed_to, c.due))
    day = case((put_off < as_of, as_of), else_=put_off).label("day")
    agents = scope.agents_of(viewer.scope, as_of)
    own = () if agents is None else (c.agent_id.in_(agents),)
    rows = (
        select(day, c.customer_id, c.latest)
        .where(c.status == "open", c.performer == "agent", c.latest >= as_of, *own)
        .subquery()
    )
    is_last = case((rows.c.latest == rows.c.day, 1), else_=0)
    query = (
        select(rows.c.day, func.count(), func.count(rows.c.customer_id.distinct()), func.sum(is_last))
        .where(rows.c.day >= days.start, rows.c.day < days.end)
        .group_by(rows.c.day)
    )
    with db.reading(engine) as connection:
        return {row[0]: DayLoad(tasks=row[1], customers=row[2], last=row[3]) for row in connection.execute(query)}
