"""Who sells and serves, and whom: branches, teams, agents, customers, and the people whom customers name."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from policyserve.tables.model import Model


class Branch(Model, table=True):
    """A branch of the insurer (机构)."""

    __tablename__ = "branches"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Team(Model, table=True):
    """A team of agents within a branch (部组)."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("name", "branch_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    branch_id: int | None = Field(default=None, foreign_key="branches.id")


class Agent(Model, table=True):
    """Who sells and serves."""

    __tablename__ = "agents"

    id: int | None = Field(default=None, primary_key=True)
    agent_no: str = Field(unique=True)
    name: str | None = None
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    branch_id: int | None = Field(default=None, foreign_key="branches.id")
    manager_id: int | None = Field(default=None, foreign_key="agents.id", index=True)
    phone: str | None = None
    joined_on: date | None = None
    left_on: date | None = None
    daily_capacity: int | None = None
    region: str | None = None
    languages: str | None = None
    """Which they speak, as `book.languages` writes them: zh,yue."""


class FormerPlace(Model, table=True):
    """Where an agent was until a list said otherwise; the row with the first `until` after a day holds on that day."""

    __tablename__ = "former_places"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    until: date = Field(primary_key=True)
    """The as-of date of the import that brought the next place: the first day on which this one holds no more."""
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    branch_id: int | None = Field(default=None, foreign_key="branches.id")


class Customer(Model, table=True):
    """Who holds policies, is insured by one, or was referred."""

    __tablename__ = "customers"

    id: int | None = Field(default=None, primary_key=True)
    customer_no: str = Field(unique=True)
    name: str | None = None
    gender: str | None = None
    birthday: date | None = None
    lunar_birthday: str | None = None
    """1968-08-15; in a leap month 1968-闰07-15. Where given, this one is celebrated."""
    deceased_on: date | None = None
    phone: str | None = None
    vip: str | None = None
    occupation: str | None = None
    hobbies: str | None = None
    family_no: str | None = Field(default=None, index=True)
    agent_id: int | None = Field(default=None, foreign_key="agents.id", index=True)
    listed_agent_id: int | None = None
    """Whom the lists still name where a hand-over has come that they do not know; see `book.listed_agents`."""
    referred_by_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    referred_on: date | None = None
    marketing_consent: bool | None = None
    sms_optout: bool | None = None
    address: str | None = None
    postcode: str | None = None
    preferred_days: str | None = None
    """When a visit suits, as `book.weekdays` writes it: 1,3,2026-12-24 (1 is Monday)."""
    quiet_days: str | None = None
    """When nobody is to come or call, in the same way."""
    language: str | None = None
    """Which they speak, as `book.languages` writes it: zh."""
    region: str | None = None
    known_on: date
    restricted_on: date | None = None
    """Since when their data serve what law and contract ask for, and no marketing (PIPL 44)."""
    grade: str | None = None
    """The code of their grade (客户分级) as the last release worked it out; see `plan.grades`."""
    erased_on: date | None = None
    """When who they are was erased (PIPL 47); what remains are figures."""


class Referral(Model, table=True):
    """A person whom a customer has named."""

    __tablename__ = "referrals"

    id: int | None = Field(default=None, primary_key=True)
    referrer_id: int = Field(foreign_key="customers.id", index=True)
    referred_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    referred_name: str | None = None
    referred_phone: str | None = None
    referred_on: date
    agent_id: int | None = Field(default=None, foreign_key="agents.id")
    stage: str | None = None
    relation: str | None = None
    """How who was named stands to who named them: relative, colleague, friend, other."""


class ReferralStage(Model, table=True):
    """How far a referral had come, as known from a day on; the last row by a day is what was known on it."""

    __tablename__ = "referral_stages"
    __table_args__ = ({"sqlite_with_rowid": False},)

    referral_id: int = Field(primary_key=True, foreign_key="referrals.id", sa_column_kwargs={"autoincrement": False})
    known_on: date = Field(primary_key=True)
    """The as-of date of the import that brought it."""
    stage: str | None = None
    """Empty where a list cleared it."""
