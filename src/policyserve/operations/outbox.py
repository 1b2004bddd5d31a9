"""The outbox: messages sent, decided about, and what comes back taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Event

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit
from policyserve.book.snapshot import phone
from policyserve.calendars.calendar import Calendar
from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import News
from policyserve.messages.gateways.registry import open_gateway
from policyserve.messages.generation.upkeep import Stamp, facts_stamp, keep_up
from policyserve.messages.outbox import inbound, outbox
from policyserve.messages.outbox.send_counts import SendCounts
from policyserve.messages.outbox.sender import Clock, Sender, send
from policyserve.messages.outbox.stored_messages import due_count, is_due
from policyserve.messages.phones import canonical
from policyserve.operations.calendars import calendar_named
from policyserve.operations.database import Database
from policyserve.tasks.stored_standard import current_standard


def _now() -> datetime:
    return datetime.now(UTC)


def send_messages(
    engine: Database,
    settings: Settings,
    *,
    stop: Event,
    clock: Clock = _now,
    calendar: Calendar | None = None,
    gateway: str | None = None,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> SendCounts:
    """Send what may go out now through `gateway` (the one of the settings), until nothing is left or `stop` is set.

    What waits is brought into line with the facts before each claim; `calendar`: the market's, where none is given.
    """
    asked = settings.file.messages
    sender = Sender(
        engine=engine,
        gateway=open_gateway(gateway or asked.gateway, settings.file.gateways),
        settings=asked,
        hours=asked.contact_hours(settings.time_zone),
        stop=stop,
        clock=clock,
        progress=progress,
        limit=limit,
        upkeep=_Upkeep(engine, settings, calendar or calendar_named(settings.calendar)),
    )
    return asyncio.run(send(sender))


@dataclass
class _Upkeep:
    """Keeps what waits in line with the facts, and does nothing while none has changed."""

    engine: Database
    settings: Settings
    calendar: Calendar
    seen: Stamp | None = None

    def __call__(self, day: date, at: datetime) -> int:
        """Look at the facts of a day; return how many messages changed."""
        with db.reading(self.engine) as connection:
            stamp = facts_stamp(connection, day)
            if stamp == self.seen or not is_due(connection, day):
                return 0
        with db.writing(self.engine) as connection:
            standard = current_standard(connection, day)
            messages = self.settings.file.messages
            changed = keep_up(connection, standard, self.calendar, messages, day=day, at=at)
        self.seen = stamp
        return changed


def take_in_news(engine: Database, settings: Settings, gateway: str, news: News, *, at: datetime) -> inbound.NewsCounts:
    """Store receipts and replies that a gateway handed over."""
    with db.writing(engine) as connection:
        return inbound.take_in(connection, gateway, news, now=at, words=settings.file.messages.opt_out_words)


def waiting_messages(engine: Database, day: date) -> int:
    """Count the messages that wait to leave by a day."""
    with db.reading(engine) as connection:
        return due_count(connection, day)


def approve_messages(engine: Database, keys: Sequence[int] | None, *, by: str, at: datetime) -> int:
    """Let messages go that wait for a manager; return how many."""
    with db.writing(engine) as connection:
        approved = outbox.approve(connection, keys, by=by)
        _note(connection, by, "message let go", at, approved)
        return len(approved)


def cancel_messages(engine: Database, keys: Sequence[int], *, by: str, why: str, at: datetime) -> int:
    """Decide against messages that have not left; raises PolicyserveError, and changes none, where one has."""
    with db.writing(engine) as connection:
        _note(connection, by, "messages cancelled", at, keys)
        return outbox.cancel(connection, keys, by=by, why=why, now=at)


def resolve_message(engine: Database, key: int, said: str, *, by: str, at: datetime) -> None:
    """Store what a person found out of a message in doubt; see `outbox.RESOLVED`."""
    with db.writing(engine) as connection:
        outbox.resolve(connection, key, said, by=by, now=at)
        _note(connection, by, "message resolved", at, [key])


def _note(connection: Connection, by: str, action: str, at: datetime, keys: Sequence[int]) -> None:
    for key in keys:
        audit.note(connection, by, action, at=at, kind="message", number=key)


def phone_of(engine: Database, customer_no: str) -> str:
    """Return a customer's phone. Raises NotFoundError, and PolicyserveError for a customer without one."""
    with db.reading(engine) as connection:
        found = phone(connection, customer_no)
    if found is None:
        raise PolicyserveError("Customer {customer_no} has no phone.", customer_no=customer_no)
    return found


def refuse_marketing(engine: Database, phone: str, *, by: str, at: datetime) -> None:
    """Enter by hand that a phone wants no more marketing."""
    with db.writing(engine) as connection:
        inbound.refuse(connection, [canonical(phone)], source=by, now=at)
        audit.note(connection, by, "refusal entered", at=at)


def lift_refusal(engine: Database, phone: str, *, by: str, at: datetime) -> None:
    """Take a refusal back on the customer's own wish; raises PolicyserveError where there is none."""
    with db.writing(engine) as connection:
        if not inbound.lift(connection, canonical(phone), by=by, now=at):
            raise PolicyserveError("This phone has not refused anything; there is nothing to take back.")
        audit.note(connection, by, "refusal lifted", at=at)
