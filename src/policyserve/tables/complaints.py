"""Complaints, one for each event that tells of one, and the steps by which they were settled."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class Complaint(Model, table=True):
    """A complaint as it stands; whose it is, of which policy and of which day says its event."""

    __tablename__ = "complaints"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id", unique=True)
    agent_id: int | None = Field(default=None, foreign_key="agents.id")
    """Who served the customer then."""
    channel: str
    kind: str
    words: str | None = None
    """The customer's own; None: the event has them."""
    status: str = Field(index=True)
    result_by: date
    """The day by which the customer hears the result."""
    answered_on: date | None = None
    """When the customer was first answered."""
    closed_on: date | None = None
    cause: str | None = None
    responsible_id: int | None = Field(default=None, foreign_key="agents.id")


class ComplaintStep(Model, table=True):
    """One step of a complaint: who, when, from, to, and what the step found; what a person wrote stands apart."""

    __tablename__ = "complaint_steps"

    id: int | None = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaints.id", index=True)
    at: datetime
    as_of: date
    actor: str
    action: str
    from_status: str | None = None
    to_status: str
    cause: str | None = None
    responsible_id: int | None = Field(default=None, foreign_key="agents.id")
    result_by: date | None = None
    """The day by which the customer hears the result from then on, where the step moves it."""
    said: str | None = None
    """What a person wrote, verbatim."""
