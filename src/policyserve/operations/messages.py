"""Messages to customers: made, tried, and looked at. Each answer has the standard by which services are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from policyserve import db
from policyserve.book.snapshot import customer_id, load_book
from policyserve.calendars.calendar import Calendar
from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.messages.generation.generation import Generation, run_generation
from policyserve.messages.generation.upkeep import keep_up
from policyserve.messages.outbox import overview
from policyserve.messages.texts.template_check import Check, Trial
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard


def generate_messages(
    engine: Database, calendar: Calendar, settings: Settings, *, as_of: date, at: datetime, dry_run: bool = False
) -> Generation:
    """Make the messages of a day; see `run_generation`.

    Raises DatabaseBusyError while another generation, release or import runs.
    """
    asked = settings.file.messages
    with db.writing(engine, bulk=True) as connection:
        standard = current_standard(connection, as_of)
        return run_generation(connection, standard, calendar, asked, day=as_of, at=at, dry_run=dry_run)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What one customer would get."""

    composed: pl.DataFrame
    """As `composition.COMPOSED`."""
    standard: Standard


def preview_messages(
    engine: Database, calendar: Calendar, settings: Settings, customer_no: str, *, as_of: date, at: datetime
) -> Preview:
    """Compose what a customer would get on a day, and store nothing; raises NotFoundError."""
    asked = settings.file.messages
    with db.writing(engine, bulk=True) as connection:
        standard = current_standard(connection, as_of)
        keys = [customer_id(connection, customer_no)]
        done = run_generation(connection, standard, calendar, asked, day=as_of, at=at, customers=keys)
    return Preview(composed=done.composed, standard=standard)


def preview_service(engine: Database, settings: Settings, customer_no: str, service: str, *, as_of: date) -> Preview:
    """Compose what a customer would get of a service, as if it were due; raises NotFoundError."""
    with db.reading(engine) as connection:
        key = customer_id(connection, customer_no)
        standard = current_standard(connection, as_of)
        trial = Trial(
            connection=connection,
            book=load_book(connection, customers=[key]),
            standard=standard,
            settings=settings.file.messages,
            day=as_of,
        )
        return Preview(composed=trial.preview(key, service), standard=standard)


def text_of_service(engine: Database, settings: Settings, customer_no: str, service: str, *, as_of: date) -> str | None:
    """Return the text that a customer would get of a service, as if it were due.

    None where there is none, and where each of several policies has another.
    """
    try:
        composed = preview_service(engine, settings, customer_no, service, as_of=as_of).composed
    except PolicyserveError:
        return None
    texts = composed["text"].drop_nulls().unique()
    return str(texts[0]) if texts.len() == 1 else None


def check_messages(engine: Database, settings: Settings, *, as_of: date) -> tuple[list[Check], Standard]:
    """Try every template on the whole book; see `template_check`."""
    with db.reading(engine) as connection:
        standard = current_standard(connection, as_of)
        trial = Trial(
            connection=connection,
            book=load_book(connection),
            standard=standard,
            settings=settings.file.messages,
            day=as_of,
        )
        return trial.check(), standard


@dataclass(frozen=True, kw_only=True)
class MessageList:
    """Messages with their state, all or the last ones."""

    rows: list[dict[str, Any]]
    """As `overview.messages`."""
    count: int
    """How many there are."""
    standard: Standard
    counts: list[dict[str, Any]] = field(default_factory=list)
    """Those of the day that was asked for, by service, state and reason; none where no day was."""


def list_messages(
    engine: Database,
    *,
    as_of: date,
    language: str,
    most: int | None = None,
    day: date | None = None,
    statuses: Sequence[str] = (),
    service: str | None = None,
    customer_no: str | None = None,
) -> MessageList:
    """Return messages in the order in which they were made, `most` at most; see `overview`. Raises NotFoundError."""
    narrow: dict[str, Any] = {"day": day, "statuses": statuses, "service": service, "customer_no": customer_no}
    with db.reading(engine) as connection:
        if customer_no is not None:
            customer_id(connection, customer_no)
        rows = overview.messages(connection, language, **narrow, most=most)
        return MessageList(
            rows=rows,
            count=len(rows) if most is None else overview.how_many(connection, **narrow),
            standard=current_standard(connection, as_of),
            counts=[] if day is None else overview.counts(connection, day),
        )


def export_messages(
    engine: Database, calendar: Calendar, settings: Settings, day: date, *, at: datetime
) -> list[dict[str, Any]]:
    """Return what the company's own platform needs to send the messages of a day; see `overview.export`.

    What waits is brought into line with the facts first, as before a send of ours.
    """
    with db.writing(engine) as connection:
        keep_up(connection, current_standard(connection, day), calendar, settings.file.messages, day=day, at=at)
        return overview.export(connection, day)
