"""Texts to customers, and what came back of them."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from policyserve.tables.model import Model


class GenerationRun(Model, table=True):
    """One generation of the messages of a day."""

    __tablename__ = "generations"

    id: int | None = Field(default=None, primary_key=True)
    for_day: date
    at: datetime
    counts: str
    """JSON: how many were made and withheld, by service and reason."""


class Message(Model, table=True):
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
    """A code of `standard.reasons`; empty where it goes on, and where a vendor alone has spoken."""
    arguments: str | None = None
    """What the sentence of the code names, as JSON."""
    said: str | None = None
    """What a person wrote, or a gateway said."""
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


class MessagePart(Model, table=True):
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


class EarlyReceipt(Model, table=True):
    """A delivery receipt that came before its message's number was stored."""

    __tablename__ = "early_receipts"

    id: int | None = Field(default=None, primary_key=True)
    gateway: str
    provider_id: str = Field(index=True)
    state: str
    reason: str | None = None
    at: datetime


class Reply(Model, table=True):
    """A text that came in from a phone; one that refuses marketing is the proof of it."""

    __tablename__ = "replies"
    __table_args__ = (
        UniqueConstraint("gateway", "provider_id"),
        Index(
            "ix_replies_phone_unnumbered",
            "phone",
            "at",
            sqlite_where=text("provider_id IS NULL"),
            postgresql_where=text("provider_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    gateway: str
    provider_id: str | None = None
    phone: str
    text: str
    at: datetime
    refuses: bool


class Refusal(Model, table=True):
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


class Content(Model, table=True):
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


class Pace(Model, table=True):
    """When a gateway may take the next message; all its senders share it."""

    __tablename__ = "paces"

    gateway: str = Field(primary_key=True)
    free_at: datetime
