"""Generation: the touches of a day become messages, in one transaction that can be run again at any time.

Running it twice, or twice at once, makes nothing twice: a message's identity is unique in the database, and one
generation follows the other. What has not left yet is brought into line with the facts: written anew, or cancelled with
the fact that removed it. What has left stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl
from sqlalchemy import Connection

from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar
from policyserve.locale import Sentence
from policyserve.messages.generation.composition import compose
from policyserve.messages.generation.due_touches import IDENTITY, called
from policyserve.messages.generation.generation_run import Run
from policyserve.messages.generation.occasions import occasions_of
from policyserve.messages.outbox.stored_messages import CHANNEL, had, hold_waiting, stored_of
from policyserve.messages.people import read_people
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Standard
from policyserve.tasks.book_part import narrowed
from policyserve.tasks.cancellation import why_not


@dataclass(frozen=True, kw_only=True)
class Generation:
    """What a generation did."""

    day: date
    standard: Standard
    """The standard that it went by."""
    composed: pl.DataFrame
    """What became of each touch that has not left yet: `composing.COMPOSED`."""
    unstored: pl.DataFrame
    """Those of them that no stored message tells of: in a rehearsal all, else what was withheld or rejected."""
    added: int
    changed: int
    """Messages that waited and were written anew, cancelled or expired."""
    left: int
    """Touches whose message had left before, or was decided before."""

    def sentence(self) -> Sentence:
        """Say it in one line."""
        made = self.composed.filter(outcome="made").height
        return Sentence(
            "{day}: {added} added, {made} ready, {changed} changed, {other} withheld or merged, {left} done before.",
            day=self.day,
            added=self.added,
            made=made,
            changed=self.changed,
            other=self.composed.height - made,
            left=self.left,
        )


def run_generation(
    connection: Connection,
    standard: Standard,
    calendar: Calendar,
    settings: MessageSettings,
    *,
    day: date,
    at: datetime,
    dry_run: bool = False,
    customers: Collection[int] | None = None,
) -> Generation:
    """Make the messages that go out on `day`, in one transaction that is `bulk`; `at` is the instant of its records.

    1. Keep senders off what waits, read the book, and find the touches that call for a message on the day.
    2. Compose the messages of those whose message has not left: what the day's facts say, or why nothing goes out.
    3. Write down the generation, insert what is new, write anew what waits and reads differently, link what was merged,
       and ask for the phones that are missing.
    4. Cancel what waits and is no longer called for, with the fact; let expire what is too late.

    One commit ends it: a crash before that leaves nothing of 1 to 4 and the senders free again, and the next run does
    all of it; a crash after it has lost nothing, for the next run finds each message by its identity and changes none.

    `dry_run` composes and stores nothing (1 and 2); `customers`: only these, then nothing is stored either.
    """
    hold_waiting(connection)
    book = load_book(connection, customers=customers)
    touches = called(book, standard, calendar, day)
    if customers is not None:
        touches = touches.filter(pl.col("customer_id").is_in(list(customers)))
    stored = stored_of(connection, touches)
    open_touches = touches.join(stored.filter(~pl.col("is_waiting")), on=IDENTITY, how="anti", maintain_order="left")
    people = read_people(connection, open_touches, day, settings.language)
    known = occasions_of(open_touches, book, standard, people, settings.hotline, as_of=day)
    composed = compose(known, had(connection, day), settings, day)
    left = touches.height - open_touches.height
    done = Generation(day=day, standard=standard, composed=composed, unstored=composed, added=0, changed=0, left=left)
    if dry_run or customers is not None:
        return done
    service = standard.service(settings.data_task)
    run = Run(connection=connection, settings=settings, service=service, day=day, at=at)
    added, changed = run.store(composed, stored)
    changed += run.withdraw(touches, reasons_of(book, standard, day))
    rest = composed.filter(pl.col("outcome").is_in(["withheld", "rejected"]))
    rest = rest.join(stored, on=IDENTITY, how="anti", maintain_order="left")
    return replace(done, unstored=rest, added=added, changed=changed)


def reasons_of(book: Book, standard: Standard, day: date) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return what says why messages are no longer called for; see `cancellation.why_not`."""

    def why(messages: pl.DataFrame) -> pl.DataFrame:
        asked = messages.with_columns(nominal="due")
        return why_not(narrowed(book, asked["customer_id"].unique()), standard, asked, day, channel=CHANNEL)

    return why
