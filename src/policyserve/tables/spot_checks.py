"""Samples of services said to be done, and what their customers said."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from policyserve.tables.model import Model


class SpotCheck(Model, table=True):
    """One sample of services said to be done, to be verified with the customers (抽查)."""

    __tablename__ = "spot_checks"
    __table_args__ = (UniqueConstraint("first_day", "last_day", "scope", "seed"),)

    id: int | None = Field(default=None, primary_key=True)
    first_day: date
    last_day: date
    """The services were done from the first day to the last, both included."""
    scope: str
    """Whose services: `company`, or a kind and a name (`branch North`)."""
    seed: int = Field(sa_type=BigInteger)
    size: int
    at: datetime
    as_of: date
    actor: str


class SpotCheckStratum(Model, table=True):
    """An agent in a sample: how many services were said to be done, and how many of them were drawn."""

    __tablename__ = "spot_check_strata"

    check_id: int = Field(primary_key=True, foreign_key="spot_checks.id", sa_column_kwargs={"autoincrement": False})
    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    claimed: int
    drawn: int


class SpotCheckTask(Model, table=True):
    """A task drawn to be verified."""

    __tablename__ = "spot_check_tasks"

    check_id: int = Field(primary_key=True, foreign_key="spot_checks.id", sa_column_kwargs={"autoincrement": False})
    task_id: int = Field(primary_key=True, foreign_key="tasks.id", sa_column_kwargs={"autoincrement": False})
    agent_id: int = Field(foreign_key="agents.id")
    """Who had done it when it was drawn."""


class SpotCheckResult(Model, table=True):
    """What the customer said of a task drawn; of several the last one counts."""

    __tablename__ = "spot_check_results"
    __table_args__ = (
        ForeignKeyConstraint(["check_id", "task_id"], ["spot_check_tasks.check_id", "spot_check_tasks.task_id"]),
        Index("ix_spot_check_results_check_id_task_id", "check_id", "task_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    check_id: int
    task_id: int
    result: str
    """confirmed, not-confirmed or not-reached."""
    note: str | None = None
    at: datetime
    as_of: date
    actor: str
