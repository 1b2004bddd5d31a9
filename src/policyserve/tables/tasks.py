"""Touches released as work, what happened to them, and what was done for them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from policyserve.tables.model import Model


class ReleaseRun(Model, table=True):
    """One release of touches as tasks."""

    __tablename__ = "releases"

    id: int | None = Field(default=None, primary_key=True)
    as_of: date
    days: int
    at: datetime
    added: int = 0
    moved: int = 0
    cancelled: int = 0
    reopened: int = 0
    missed: int = 0
    unchanged: int = 0


class Task(Model, table=True):
    """A touch released as work; its identity (service, subject, ordinal) survives a change of date."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("service", "subject_kind", "subject_id", "ordinal"),
        Index("ix_tasks_agent_id_status_due", "agent_id", "status", "due"),
        Index("ix_tasks_latest", "latest"),
        Index("ix_tasks_open", "id", sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
        Index("ix_tasks_customer_id", "customer_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    service: str
    subject_kind: str
    subject_id: int
    ordinal: int
    customer_id: int = Field(foreign_key="customers.id")
    policy_id: int | None = Field(default=None, foreign_key="policies.id")
    agent_id: int | None = Field(default=None, foreign_key="agents.id")
    performer: str
    channels: str
    anchor: date
    """The day of the fact that the rule counts from."""
    nominal: date
    """The day that the rule gives, before days off moved it."""
    due: date
    earliest: date
    latest: date
    provisional: bool = False
    status: str
    snoozed_to: date | None = None
    """A person's decision: do it on this day instead of `due`."""
    planned_on: date | None = None
    """The day that the levelling of visits chose instead of `due`; None where there is no levelling."""
    planned_why: str | None = None
    """Why that day: a code of `visits.days`, or that a person fixed it (see `tasks.pins`)."""
    planned_at: str | None = None
    """The hour that a person agreed on (HH:MM), where the day is fixed."""
    assigned: bool = False
    """A person's decision: `agent_id` stays as it was given."""
    release_id: int | None = Field(default=None, foreign_key="releases.id")


class Transition(Model, table=True):
    """What happened to a task: who, when, from, to, for what reason; what a person wrote stands apart."""

    __tablename__ = "transitions"

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="tasks.id", index=True)
    at: datetime
    as_of: date
    actor: str
    action: str
    from_status: str | None = None
    to_status: str
    reason: str | None = None
    """A code of `standard.reasons`."""
    arguments: str | None = None
    """JSON: what the sentence of the reason names."""
    said: str | None = None
    """What a person wrote, verbatim."""


class Change(Model, table=True):
    """What a transition changed: a field of its task, or of the contact for it, as text."""

    __tablename__ = "changes"
    __table_args__ = ({"sqlite_with_rowid": False},)

    transition_id: int = Field(
        primary_key=True, foreign_key="transitions.id", sa_column_kwargs={"autoincrement": False}
    )
    field: str = Field(primary_key=True)
    old: str | None = None
    new: str | None = None


class Contact(Model, table=True):
    """What was really done for a task; what was said to be done and taken back stands in `changes`."""

    __tablename__ = "contacts"

    task_id: int = Field(primary_key=True, foreign_key="tasks.id", sa_column_kwargs={"autoincrement": False})
    done_on: date
    channel: str
    outcome: str | None = None
    satisfaction: int | None = None
    note: str | None = None


class SumOwed(Model, table=True):
    """What was owed of an instalment that a task is about, as a release or an import worked it out for a day."""

    __tablename__ = "sums_owed"
    __table_args__ = ({"sqlite_with_rowid": False},)

    policy_id: int = Field(primary_key=True, foreign_key="policies.id", sa_column_kwargs={"autoincrement": False})
    instalment: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    owed: int = Field(sa_type=BigInteger)
    riders: int = Field(sa_type=BigInteger)
    """The part of it that riders bring."""
    as_of: date
    lists: str
    """The stamp of the lists from which it was worked out."""
    events: int
    """How many events of the holder were known."""
    newest_event: int
    """The number of the newest of them, 0 for none."""
