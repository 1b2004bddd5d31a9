"""The agents' morning notices."""

from datetime import date, datetime, time

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from policyserve.tables.model import Model


class AgentChannel(Model, table=True):
    """Where an agent wants the morning's notice."""

    __tablename__ = "agent_channels"

    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    kind: str
    address: str
    """A robot's address holds its key: it is a secret."""
    secret: str | None = None
    at: time | None = None
    """The hour; the installation's where it is empty."""


class Notice(Model, table=True):
    """One morning's notice to an agent."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("agent_id", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agents.id")
    day: date
    tasks: int
    status: str
    reason: str | None = None
    attempts: int = 0
    at: datetime
    """The last change."""
