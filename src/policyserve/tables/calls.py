"""Calls to customers: tries, times agreed, and what was answered."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class PhoneCall(Model, table=True):
    """A call, made or agreed, and what followed from it."""

    __tablename__ = "calls"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id", index=True)
    task_id: int | None = Field(default=None, foreign_key="tasks.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="messages.id", index=True)
    """The text that had no answer, where the call is about one."""
    outcome: str
    """A code of `calls.tries`."""
    called_on: date
    """The day of the call; where a time was agreed, that day."""
    minute: int
    """Of that day, on the clock of the installation."""
    satisfaction: int | None = None
    """From 1 to 5."""
    words: str | None = None
    """What the customer said, as written down."""
    complaint_id: int | None = Field(default=None, foreign_key="complaints.id")
    event_id: int | None = Field(default=None, foreign_key="events.id")
    """The request for a visit that followed."""
    at: datetime
    as_of: date
    actor: str


class CallAnswer(Model, table=True):
    """The answer to one point of a questionnaire."""

    __tablename__ = "call_answers"
    __table_args__ = ({"sqlite_with_rowid": False},)

    call_id: int = Field(primary_key=True, foreign_key="calls.id", sa_column_kwargs={"autoincrement": False})
    point: str = Field(primary_key=True)
    """A code of the standard."""
    answer: bool
