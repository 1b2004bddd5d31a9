"""Absences of agents, and the services whose work does not wait for their return."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class Absence(Model, table=True):
    """Days on which an agent is away; what somebody else does meanwhile is worked out when it is read."""

    __tablename__ = "absences"

    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agents.id", index=True)
    first_day: date
    last_day: date
    back_on: date
    """The first working day after it, by the calendar of the day on which it was entered."""
    substitute_id: int | None = Field(default=None, foreign_key="agents.id")
    """Empty: whoever the agent reports to."""
    entered_by: str
    entered_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    """Since then it is as if it had never been entered."""


class PressingService(Model, table=True):
    """A service whose work does not wait for an agent's return, by the standard of the last release."""

    __tablename__ = "pressing_services"
    __table_args__ = ({"sqlite_with_rowid": False},)

    service: str = Field(primary_key=True)
