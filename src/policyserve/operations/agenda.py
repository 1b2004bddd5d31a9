"""The agenda: the day of an agent, or of a branch's office."""

from __future__ import annotations

from datetime import date

from policyserve import db
from policyserve.operations.database import Database
from policyserve.tasks import agenda, agenda_queries
from policyserve.tasks.agenda import Agenda
from policyserve.tasks.stored_standard import current_standard


def agent_day(engine: Database, agent_no: str, day: date) -> Agenda:
    """Return the day of an agent; raises NotFoundError."""
    with db.reading(engine) as connection:
        return agenda.agenda(connection, agent_no, day, current_standard(connection, day))


def office_day(engine: Database, branch: str, day: date) -> Agenda:
    """Return the day of a branch's office; raises NotFoundError."""
    with db.reading(engine) as connection:
        return agenda.office_agenda(connection, branch, day, current_standard(connection, day))


def busiest_agent(engine: Database, day: date) -> str | None:
    """Return the number of the agent whose day has most kinds of work; None where nobody has any."""
    with db.reading(engine) as connection:
        return agenda_queries.busiest(connection, day)
