"""Letters to customers: what was written, to which address, posted when, and what came back."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from policyserve.tables.model import Model


class LetterBatch(Model, table=True):
    """Letters that are printed together, as one file with one register."""

    __tablename__ = "letter_batches"

    id: int | None = Field(default=None, primary_key=True)
    as_of: date
    at: datetime
    actor: str
    printed_at: datetime | None = None
    """When its files were whole; a batch without it is printed by the next run, with the same numbers."""


class Letter(Model, table=True):
    """One letter; for a touch there is never a second one."""

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("service", "subject_kind", "subject_id", "ordinal"),
        Index("ix_letters_customer_id", "customer_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    letter_no: str = Field(unique=True)
    batch_id: int = Field(foreign_key="letter_batches.id", index=True)
    task_id: int = Field(foreign_key="tasks.id", index=True)
    service: str
    subject_kind: str
    subject_id: int
    ordinal: int
    customer_id: int = Field(foreign_key="customers.id")
    policy_id: int | None = Field(default=None, foreign_key="policies.id")
    language: str
    name: str | None
    """To whom it is addressed, as on the day on which it was made; so are address and text."""
    address: str | None
    postcode: str | None
    title: str
    text: str | None
    """The text as it was printed, in the signs of its template."""
    made_on: date
    posting_no: str | None = Field(default=None, unique=True)
    posted_on: date | None = None
    returned_on: date | None = None
    returned_why: str | None = None
