"""Day visits: noted when an agent opens a day, and told to those who lead."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from policyserve import db
from policyserve.access import day_visits, scope, stand_ins
from policyserve.access.day_visits import LastVisit
from policyserve.access.scope import AGENTS
from policyserve.access.viewer import Viewer
from policyserve.errors import DatabaseBusyError
from policyserve.operations.database import Database

__all__ = ["LastVisit", "last_visits", "note_opened", "visits_in_scope"]


def note_opened(engine: Database, viewer: Viewer, day: date, at: datetime, seen: set[tuple[int | None, date]]) -> None:
    """Note that an agent has opened a day; `seen` are those whom this process has noted, so that it writes once."""
    key = (viewer.user_id, day)
    if key in seen:
        return
    with suppress(DatabaseBusyError), db.writing(engine) as connection:
        day_visits.note(connection, viewer, day, at, "opened_at")
        seen.add(key)


def last_visits(engine: Database, viewer: Viewer, agents: Collection[str], *, as_of: date) -> dict[str, LastVisit]:
    """Return the last visit of those agents (numbers) in the viewer's scope who were ever here."""
    within = scope.agents_of(viewer.scope, as_of)
    query = select(AGENTS.c.id, AGENTS.c.agent_no).where(AGENTS.c.agent_no.in_(list(agents)))
    if within is not None:
        query = query.where(AGENTS.c.id.in_(within))
    with db.reading(engine) as connection:
        numbers = {row.id: row.agent_no for row in connection.execute(query)}
        found = day_visits.last_visits(connection, list(numbers))
    return {numbers[key]: visit for key, visit in found.items()}


def visits_in_scope(engine: Database, viewer: Viewer, *, as_of: date) -> list[dict[str, Any]]:
    """Return of every agent in scope when they were last here: `agent_no`, `name`, `opened_on`, `uploaded`, and of whom
    is away the last day of it, `away_until`.

    Whoever was never here stands first, then who was here longest ago; `uploaded` is whether what they did on that day
    has come in, None where they were never here.
    """
    there = or_(AGENTS.c.left_on.is_(None), AGENTS.c.left_on > as_of)
    away = stand_ins.away(as_of)
    query = (
        select(AGENTS.c.agent_no, AGENTS.c.name, away.c.last_day.label("away_until"))
        .outerjoin_from(AGENTS, away, away.c.agent_id == AGENTS.c.id)
        .where(there)
        .order_by(AGENTS.c.agent_no)
    )
    within = scope.agents_of(viewer.scope, as_of)
    with db.reading(engine) as connection:
        found = connection.execute(query if within is None else query.where(AGENTS.c.id.in_(within)))
        agents = [dict(row) for row in found.mappings()]
    visits = last_visits(engine, viewer, [row["agent_no"] for row in agents], as_of=as_of)
    rows = [{**row, **_told(visits.get(row["agent_no"]))} for row in agents]
    return sorted(rows, key=lambda row: (row["opened_on"] or date.min, row["agent_no"]))


def _told(visit: LastVisit | None) -> dict[str, Any]:
    if visit is None:
        return {"opened_on": None, "uploaded": None}
    return {"opened_on": visit.day, "uploaded": visit.uploaded_at is not None}
