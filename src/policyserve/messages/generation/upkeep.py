"""Upkeep: what waits in the outbox is brought into line with the facts before it leaves.

A text is written on one day and leaves later; meanwhile the premium is paid, the agent changes, somebody dies. What is
no longer called for is cancelled with the fact, what reads differently by now is written anew, and one that a manager
had let go and that has another text waits for him again. Nothing new is made here: that is what generation does.
"""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
from sqlalchemy import Connection, text

from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar
from policyserve.messages.generation.composition import compose
from policyserve.messages.generation.due_touches import IDENTITY, called
from policyserve.messages.generation.generation import reasons_of
from policyserve.messages.generation.generation_run import NOT_IN_HAND, Run
from policyserve.messages.generation.occasions import occasions_of
from policyserve.messages.outbox.stored_messages import due_to_leave, had, hold_waiting, stored_of
from policyserve.messages.people import read_people
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Standard

MOST = 20_000
"""Customers up to which only their part of the book is read."""

_STAMP = """
SELECT (SELECT count(*) FROM imports), (SELECT count(*) FROM events),
    (SELECT count(*) FROM events WHERE retracted_on IS NOT NULL), (SELECT count(*) FROM contacts),
    (SELECT count(*) FROM contents), (SELECT max(id) FROM messages), (SELECT count(*) FROM complaint_steps)
"""

Stamp = tuple[object, ...]


def facts_stamp(connection: Connection, day: date) -> Stamp:
    """Return what differs as soon as the facts do from which the texts of a day are made."""
    return (day, *connection.execute(text(_STAMP)).one())


def keep_up(
    connection: Connection,
    standard: Standard,
    calendar: Calendar,
    settings: MessageSettings,
    *,
    day: date,
    at: datetime,
) -> int:
    """Bring what may leave by `day` into line with the facts, in one transaction; return how many messages changed.

    Senders are kept off what waits until it ends. A message that no generation made is left alone.
    """
    hold_waiting(connection)
    ready = due_to_leave(connection, day)
    if ready.is_empty():
        return 0
    customers = ready["customer_id"].unique().to_list()
    book = load_book(connection, customers=customers if len(customers) <= MOST else None)
    touches = called(book, standard, calendar, day).filter(pl.col("customer_id").is_in(customers))
    stored = stored_of(connection, touches)
    open_ones = stored.filter(pl.col("is_waiting") | pl.col("id").is_in(ready["id"].implode()))
    asked = touches.join(open_ones, on=IDENTITY, how="semi", maintain_order="left")
    people = read_people(connection, asked, day, settings.language)
    known = occasions_of(asked, book, standard, people, settings.hotline, as_of=day)
    composed = compose(known, had(connection, day, left_only=True), settings, day)
    run = Run(connection=connection, settings=settings, service=None, day=day, at=at, untried=_UNSENT)
    return run.rewrite(composed, open_ones) + run.withdraw_of(ready, touches, reasons_of(book, standard, day))


_UNSENT = NOT_IN_HAND.replace("'cancelled'", "'cancelled', 'expired'")
