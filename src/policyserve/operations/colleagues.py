"""Colleagues: the agents of whom a viewer may choose one in a form."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from policyserve import db
from policyserve.access.scope import AGENTS, agents_of
from policyserve.access.viewer import Viewer
from policyserve.operations.database import Database

MOST = 500
"""So many are offered; a longer list would be slower than typing a number."""


def colleagues(engine: Database, viewer: Viewer, as_of: date) -> list[tuple[str, str]]:
    """Return number and name of the agents whom a viewer sees and who have not left by `as_of`; none of too many."""
    seen = agents_of(viewer.scope, as_of)
    serving = or_(AGENTS.c.left_on.is_(None), AGENTS.c.left_on > as_of)
    query = select(AGENTS.c.agent_no, AGENTS.c.name).where(serving).order_by(AGENTS.c.agent_no).limit(MOST + 1)
    with db.reading(engine) as connection:
        rows = connection.execute(query if seen is None else query.where(AGENTS.c.id.in_(seen))).all()
    return [(row.agent_no, row.name or "") for row in rows] if len(rows) <= MOST else []
