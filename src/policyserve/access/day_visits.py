"""Day visits: when agents first opened a day, and when they last uploaded what they did on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import Connection, bindparam, select, text

from policyserve.access.users import USERS
from policyserve.access.viewer import Viewer
from policyserve.tables import DayVisit, table

VISITS = table(DayVisit)

_SET: Final = {"opened_at": "coalesce(day_visits.opened_at, excluded.opened_at)", "uploaded_at": "excluded.uploaded_at"}


def note(
    connection: Connection, viewer: Viewer, day: date, at: datetime, what: Literal["opened_at", "uploaded_at"]
) -> None:
    """Note that an agent has opened a day, or uploaded on it; nothing for others."""
    if viewer.user_id is None or viewer.role != "agent":
        return
    statement = text(
        f"INSERT INTO day_visits (user_id, day, {what}) VALUES (:user_id, :day, :at) "
        f"ON CONFLICT (user_id, day) DO UPDATE SET {what} = {_SET[what]}"
    ).bindparams(bindparam("day", type_=VISITS.c.day.type), bindparam("at", type_=VISITS.c.opened_at.type))
    connection.execute(statement, {"user_id": viewer.user_id, "day": day, "at": at})


@dataclass(frozen=True, kw_only=True)
class LastVisit:
    """When an agent was last here."""

    day: date
    """The last day that was opened or worked on."""
    opened_at: datetime | None
    uploaded_at: datetime | None


def last_visits(connection: Connection, agents: Collection[int]) -> dict[int, LastVisit]:
    """Return the last visit of those agents, by key, who were ever here."""
    query = (
        select(USERS.c.agent_id, VISITS.c.day, VISITS.c.opened_at, VISITS.c.uploaded_at)
        .join_from(USERS, VISITS, VISITS.c.user_id == USERS.c.id)
        .where(USERS.c.agent_id.in_(list(agents)), USERS.c.role == "agent")
        .order_by(VISITS.c.day)
    )
    rows = connection.execute(query)
    return {row.agent_id: LastVisit(day=row.day, opened_at=row.opened_at, uploaded_at=row.uploaded_at) for row in rows}
