"""Every table.

Keys are integers; the numbers that people use are unique columns beside them. Money is an integer of minor units, dates
are dates, instants are UTC. Names of constraints are fixed, so that both databases can change them.
"""

from datetime import date, datetime, time

from sqlalchemy import BigInteger, Float, ForeignKeyConstraint, Index, MetaData, Unicode, UniqueConstraint, text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING


class Branch(SQLModel, table=True):
    """A branch of the insurer (机构)."""

    __tablename__ = "branches"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Team(SQLModel, table=True):
    """A team of agents within a branch (部组)."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("name", "branch_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    branch_id: int | None = Field(default=None, foreign_key="branches.id")


class Agent(SQLModel, table=True):
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


class FormerPlace(SQLModel, table=True):
    """Where an agent was until a list said otherwise; the row with the first `until` after a day holds on that day."""

    __tablename__ = "former_places"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    until: date = Field(primary_key=True)
    """The as-of date of the import that brought the next place: the first day on which this one holds no more."""
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    branch_id: int | None = Field(default=None, foreign_key="branches.id")


class Customer(SQLModel, table=True):
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
    referred_by_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    referred_on: date | None = None
    marketing_consent: bool | None = None
    sms_optout: bool | None = None
    known_on: date


class Policy(SQLModel, table=True):
    """A policy, or a rider where `main_policy_id` names its main policy."""

    __tablename__ = "policies"

    id: int | None = Field(default=None, primary_key=True)
    policy_no: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customers.id", index=True)
    insured_id: int | None = Field(default=None, foreign_key="customers.id", index=True)
    writing_agent_id: int | None = Field(default=None, foreign_key="agents.id")
    agent_id: int = Field(foreign_key="agents.id", index=True)
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


class Premium(SQLModel, table=True):
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


class Debit(SQLModel, table=True):
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


class Event(SQLModel, table=True):
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


class Referral(SQLModel, table=True):
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


class ImportRun(SQLModel, table=True):
    """One list taken in."""

    __tablename__ = "imports"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    file_name: str
    sha256: str
    as_of: date
    at: datetime
    rows: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int


class StandardVersion(SQLModel, table=True):
    """A service standard in use from a day on."""

    __tablename__ = "standards"

    id: int | None = Field(default=None, primary_key=True)
    holds_from: date = Field(unique=True)
    document: str
    since: str
    """JSON: for each service, the day from which its rule holds without a break; null is always."""
    at: datetime


class ReleaseRun(SQLModel, table=True):
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


class Task(SQLModel, table=True):
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
    assigned: bool = False
    """A person's decision: `agent_id` stays as it was given."""
    release_id: int | None = Field(default=None, foreign_key="releases.id")


class Transition(SQLModel, table=True):
    """What happened to a task: who, when, from, to, why."""

    __tablename__ = "transitions"

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="tasks.id", index=True)
    at: datetime
    as_of: date
    actor: str
    action: str
    from_status: str | None = None
    to_status: str
    why: str | None = None


class Contact(SQLModel, table=True):
    """What was really done for a task."""

    __tablename__ = "contacts"

    task_id: int = Field(primary_key=True, foreign_key="tasks.id", sa_column_kwargs={"autoincrement": False})
    done_on: date
    channel: str
    outcome: str | None = None
    satisfaction: int | None = None
    note: str | None = None


class WithdrawnContact(SQLModel, table=True):
    """What was said to be done for a task, and taken back when the task was reopened."""

    __tablename__ = "withdrawn_contacts"

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="tasks.id", index=True)
    done_on: date
    channel: str
    outcome: str | None = None
    satisfaction: int | None = None
    note: str | None = None
    withdrawn_on: date
    """The first business day on which it counts no more."""


class GenerationRun(SQLModel, table=True):
    """One generation of the messages of a day."""

    __tablename__ = "generations"

    id: int | None = Field(default=None, primary_key=True)
    for_day: date
    at: datetime
    counts: str
    """JSON: how many were made and withheld, by service and reason."""


class Message(SQLModel, table=True):
    """A text to a customer that a touch calls for; a touch, a customer and a channel have one message for ever."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("service", "subject_kind", "subject_id", "ordinal", "customer_id", "channel"),
        Index("ix_messages_customer_id_send_on", "customer_id", "send_on"),
        Index("ix_messages_send_on", "send_on"),
        Index("ix_messages_gateway_provider_id", "gateway", "provider_id"),
        Index(
            "ix_messages_not_final",
            "status",
            "message_class",
            "id",
            sqlite_where=text("final_at IS NULL"),
            postgresql_where=text("final_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    service: str
    subject_kind: str
    subject_id: int
    ordinal: int
    customer_id: int = Field(foreign_key="customers.id")
    channel: str
    message_class: str
    anchor: date
    """The day of the fact that the rule counts from."""
    due: date
    """The touch's day."""
    send_on: date
    """The day for which it was made; caps count by it."""
    last_on: date
    """The last day on which it may still go out."""
    text: str | None = None
    """Empty where it was dropped before it was written, and where another message carries it."""
    segments: int | None = None
    status: str
    reason: str | None = None
    needs_approval: bool = False
    merged_into_id: int | None = Field(default=None, foreign_key="messages.id")
    """The message that carries this one's text too."""
    generation_id: int | None = Field(default=None, foreign_key="generations.id")
    phone: str | None = None
    """Where it was sent; empty until a sender claims it."""
    gateway: str | None = None
    provider_id: str | None = None
    """The gateway's own number."""
    claim: str | None = None
    """Which sender has it in hand, or had it last."""
    attempts: int = 0
    next_at: datetime | None = None
    """Not to be tried again before."""
    planned_at: datetime
    submitted_at: datetime | None = None
    answered_at: datetime | None = None
    final_at: datetime | None = None
    """When its last state came; empty while something can still become of it."""
    decided_by: str | None = None
    """Who approved it, cancelled it, or said what became of it."""


class MessagePart(SQLModel, table=True):
    """One part of a long text that a gateway sends, and receipts, part by part."""

    __tablename__ = "message_parts"
    __table_args__ = (
        Index("ix_message_parts_gateway_provider_id", "gateway", "provider_id"),
        {"sqlite_with_rowid": False},
    )

    message_id: int = Field(primary_key=True, foreign_key="messages.id", sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """1 is the first."""
    gateway: str
    provider_id: str | None = None
    state: str | None = None
    """What its receipt said; empty until one came."""


class EarlyReceipt(SQLModel, table=True):
    """A delivery receipt that came before its message's number was stored."""

    __tablename__ = "early_receipts"

    id: int | None = Field(default=None, primary_key=True)
    gateway: str
    provider_id: str = Field(index=True)
    state: str
    reason: str | None = None
    at: datetime


class Reply(SQLModel, table=True):
    """A text that came in from a phone; one that refuses marketing is the proof of it."""

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("gateway", "provider_id"),)

    id: int | None = Field(default=None, primary_key=True)
    gateway: str
    provider_id: str | None = None
    phone: str
    text: str
    at: datetime
    refuses: bool


class Refusal(SQLModel, table=True):
    """A phone to which no marketing goes any more, whatever a list says later."""

    __tablename__ = "refusals"
    __table_args__ = (
        Index(
            "uq_refusals_phone_standing",
            "phone",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    phone: str
    at: datetime
    source: str
    """How it was made known: `reply`, or who entered it."""
    lifted_at: datetime | None = None
    lifted_by: str | None = None


class Content(SQLModel, table=True):
    """What the company tells its customers in a period: the month's news, the quarter's event."""

    __tablename__ = "contents"
    __table_args__ = (UniqueConstraint("kind", "period", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    """news or event."""
    period: str
    """2026-11 of news, 2026Q4 of events."""
    language: str
    text: str


class Pace(SQLModel, table=True):
    """When a gateway may take the next message; all its senders share it."""

    __tablename__ = "paces"

    gateway: str = Field(primary_key=True)
    free_at: datetime


class AgentChannel(SQLModel, table=True):
    """Where an agent wants the morning's notice."""

    __tablename__ = "agent_channels"

    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    kind: str
    address: str
    """A robot's address holds its key: it is a secret."""
    secret: str | None = None
    at: time | None = None
    """The hour; the installation's where it is empty."""


class Notice(SQLModel, table=True):
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


class JobRun(SQLModel, table=True):
    """One run of a job; a job runs once for each time that it is due, whatever scheduler or cron starts it."""

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "due_at"),
        Index("ix_job_runs_started_at", "started_at"),
        Index(
            "ix_job_runs_running",
            "job",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    job: str
    due_at: datetime
    started_at: datetime
    ended_at: datetime | None = None
    status: str
    """running, done, failed or lost (its process died)."""
    result: str | None = None
    runner: str
    """Which process ran it."""


class PointEntry(SQLModel, table=True):
    """Points of a referrer: earned by a fact, paid out, or corrected. A fact earns once; a row is never changed."""

    __tablename__ = "points"
    __table_args__ = (
        UniqueConstraint("kind", "policy_id"),
        UniqueConstraint("kind", "referral_id"),
        UniqueConstraint("kind", "referred_id"),
        Index("ix_points_customer_id", "customer_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id")
    """The referrer."""
    kind: str
    """own-policy, named, contacted, consented, met, issued; paid; or taken-back and given-back."""
    points: int = Field(sa_type=BigInteger)
    """Negative where they were paid out or taken back."""
    policy_id: int | None = Field(default=None, foreign_key="policies.id")
    referral_id: int | None = Field(default=None, foreign_key="referrals.id")
    """The first row of the list that names the person."""
    referred_id: int | None = Field(default=None, foreign_key="customers.id")
    """The person, where a customer by then."""
    happened_on: date
    """The day of the fact, or of the payment."""
    receipt: str | None = Field(default=None, unique=True)
    """The number of a payment, under which it is made once."""
    rates: str | None = None
    """Name and version of the rates that held."""
    corrects_id: int | None = Field(default=None, foreign_key="points.id", index=True)
    """The row whose points are taken back, or given back, by this one."""
    note: str | None = None
    at: datetime
    as_of: date
    actor: str


class ScheduledJob(SQLModel, table=True):
    """When a job is due next under `serve`; the columns are those that the scheduler's store asks for."""

    __tablename__ = "scheduled_jobs"

    id: str = Field(primary_key=True, sa_type=Unicode(191))
    next_run_time: float | None = Field(default=None, index=True, sa_type=Float(25))
    job_state: bytes


class SpotCheck(SQLModel, table=True):
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


class SpotCheckStratum(SQLModel, table=True):
    """An agent in a sample: how many services were said to be done, and how many of them were drawn."""

    __tablename__ = "spot_check_strata"

    check_id: int = Field(primary_key=True, foreign_key="spot_checks.id", sa_column_kwargs={"autoincrement": False})
    agent_id: int = Field(primary_key=True, foreign_key="agents.id", sa_column_kwargs={"autoincrement": False})
    claimed: int
    drawn: int


class SpotCheckTask(SQLModel, table=True):
    """A task drawn to be verified."""

    __tablename__ = "spot_check_tasks"

    check_id: int = Field(primary_key=True, foreign_key="spot_checks.id", sa_column_kwargs={"autoincrement": False})
    task_id: int = Field(primary_key=True, foreign_key="tasks.id", sa_column_kwargs={"autoincrement": False})
    agent_id: int = Field(foreign_key="agents.id")
    """Who had done it when it was drawn."""


class SpotCheckResult(SQLModel, table=True):
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


class ReferralStage(SQLModel, table=True):
    """How far a referral had come, as known from a day on; the last row by a day is what was known on it."""

    __tablename__ = "referral_stages"
    __table_args__ = ({"sqlite_with_rowid": False},)

    referral_id: int = Field(primary_key=True, foreign_key="referrals.id", sa_column_kwargs={"autoincrement": False})
    known_on: date = Field(primary_key=True)
    """The as-of date of the import that brought it."""
    stage: str | None = None
    """Empty where a list cleared it."""
