"""Hand-over sets: whose households go to whom, what was proposed, what was carried out and taken back."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class Handover(Model, table=True):
    """One set of hand-overs (交接): proposed, then applied, and perhaps taken back."""

    __tablename__ = "handovers"

    id: int | None = Field(default=None, primary_key=True)
    status: str
    """proposed, applied or undone."""
    stamp: str
    """Of the facts that the proposal rests on: who serves whom, and who could take."""
    gap: float | None = None
    """By which share the proposal may cost more than the best one at most."""
    at: datetime
    as_of: date
    actor: str
    applied_on: date | None = None
    applied_by: str | None = None
    undone_on: date | None = None
    undone_by: str | None = None
    undone_why: str | None = None


class HandoverAgent(Model, table=True):
    """An agent of a set, who leaves or who could take, with the work ahead when it was proposed."""

    __tablename__ = "handover_agents"
    __table_args__ = ({"sqlite_with_rowid": False},)

    handover_id: int = Field(primary_key=True, foreign_key="handovers.id", sa_column_kwargs={"autoincrement": False})
    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    leaves: bool
    team: str | None = None
    branch: str | None = None
    load: float | None = None
    """Work of the 90 days from the proposal on, in visits."""
    capacity: int
    """How many visits there is room for in those days."""


class HandoverLine(Model, table=True):
    """A customer, a policy or a task that goes from one agent to another."""

    __tablename__ = "handover_lines"
    __table_args__ = ({"sqlite_with_rowid": False},)

    handover_id: int = Field(primary_key=True, foreign_key="handovers.id", sa_column_kwargs={"autoincrement": False})
    subject_kind: str = Field(primary_key=True)
    """customer, policy or task; tasks are added when the set is applied."""
    subject_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    customer_id: int = Field(foreign_key="customers.id", index=True)
    """The customer, the holder of the policy, or whom the task is for."""
    household: str
    """The number of the family, else of the customer: all lines of a household go to one agent."""
    from_agent_id: int = Field(foreign_key="agents.id")
    to_agent_id: int | None = Field(default=None, foreign_key="agents.id")
    """Empty: nobody of the branch can take it."""
    load: float | None = None
    """Work of the 90 days from the proposal on, in visits, the first visit among them."""
    why: str
    """A code of `handovers.reasons`."""
    arguments: str | None = None
    """JSON: what the sentence of the reason names."""
    before_agent_id: int | None = None
    """The agent that stood with the customer or the policy itself before the set was applied."""
    assigned: bool | None = None
    """Of a task: whether a person had given it to the former agent."""
    outcome: str | None = None
    """What undoing did: a code of `handovers.reasons`."""
