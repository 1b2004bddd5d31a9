"""Policies with their instalments, debits and events."""

from datetime import date

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from policyserve.tables.model import Model


class Policy(Model, table=True):
    """A policy, or a rider where `main_policy_id` names its main policy."""

    __tablename__ = "policies"

    id: int | None = Field(default=None, primary_key=True)
    policy_no: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customers.id", index=True)
    insured_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    writing_agent_id: int | None = Field(default=None, foreign_key="agents.id")
    agent_id: int = Field(foreign_key="agents.id", index=True)
    listed_agent_id: int | None = None
    """Whom the lists still name where a hand-over has come that they do not know; see `book.listed_agents`."""
    product: str | None = None
    product_kind: str | None = None
    sum_assured: int | None = Field(default=None, sa_type=BigInteger)
    participating: bool | None = None
    is_group: bool | None = None
    main_policy_id: int | None = Field(default=None, foreign_key="policies.id", index=True)
    issue_date: date
    effective_date: date | None = None
    delivered_on: date | None = None
    receipt_on: date | None = None
    mode: str
    premium: int = Field(sa_type=BigInteger)
    currency: str
    pay_years: int | None = None
    ends_on: date | None = None
    channel: str | None = None
    freelook_days: int | None = None
    known_on: date


class Premium(Model, table=True):
    """One instalment of a policy's premium."""

    __tablename__ = "premiums"
    __table_args__ = ({"sqlite_with_rowid": False},)

    policy_id: int = Field(primary_key=True, foreign_key="policies.id", sa_column_kwargs={"autoincrement": False})
    instalment: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    due_on: date | None = None
    """As the list says; the day that counts is worked out from the policy."""
    amount: int | None = Field(default=None, sa_type=BigInteger)
    paid_on: date | None = None
    paid_amount: int | None = Field(default=None, sa_type=BigInteger)


class Debit(Model, table=True):
    """One attempt to debit an instalment."""

    __tablename__ = "debits"
    __table_args__ = (UniqueConstraint("policy_id", "instalment", "debit_on"), {"sqlite_with_rowid": False})

    policy_id: int = Field(primary_key=True, foreign_key="policies.id", sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    instalment: int
    debit_on: date
    result: str
    failure: str | None = None
    next_debit_on: date | None = None


class Event(Model, table=True):
    """What happened to a policy, or to a customer where `policy_id` is empty; a mistake is retracted, never erased."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("customer_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    event_no: str | None = Field(default=None, unique=True)
    customer_id: int = Field(foreign_key="customers.id")
    policy_id: int | None = Field(default=None, foreign_key="policies.id", index=True)
    number: int
    kind: str = Field(index=True)
    occurred_on: date
    amount: int | None = Field(default=None, sa_type=BigInteger)
    detail: str | None = None
    previous: str | None = None
    """Of a change: what held before (the agent's number)."""
    recorded_on: date
    retracted_on: date | None = None
    retracted_why: str | None = None
