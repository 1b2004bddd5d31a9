"""Sending: one sender at work, until nothing is left, the hours are over, or it is told to stop.

A batch at a time: claim (one transaction), submit, store the answers (one transaction). While a batch is on its way the
next one is claimed. Any number of senders may work at once; each may be killed at any point (see `outbox`).

A text leaves only under a lease that holds: a batch that had to wait begins its lease anew or is left alone, and a
gateway that takes too long over it is broken off. Otherwise a text that somebody else has been told never left, and
sends again, could leave here as well. Answers outlast a database that is busy or gone for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Event
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from policyserve.calendars.hours import ContactHours
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import Answer, Gateway
from policyserve.messages.generation.due_touches import CLASSES
from policyserve.messages.outbox.send_counts import SendCounts
from policyserve.messages.outbox.sender_records import Batch, Bookkeeper
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import MessageClass

Clock = Callable[[], datetime]
P = ParamSpec("P")
Found = TypeVar("Found")

LOOK_UPS = 500
"""Messages in doubt that are asked after in one go."""

REST = 0.2
"""Seconds after which a waiting sender looks whether it is to stop; also what a slow gateway gets at once, in time."""

PATIENCE = 120.0
"""Seconds that a sender waits for a database that is busy or gone."""

IN_VAIN = 20
"""After so many messages of which not one was taken, a sender stops: the fault is the gateway's, or ours."""

FRESH = 0.25
"""The part of its lease after which a batch that has not left begins it anew."""

ENOUGH = 0.5
"""The part of its lease that a gateway gets for a batch."""


@dataclass(kw_only=True)
class Sender:
    """One sender on one gateway.

    1. Bring what waits into line with the facts (one transaction; again before a claim when a fact has changed), then
       the outbox up to date: the claims of senders that died are in doubt, receipts that waited are matched, what
       is too late or refused is closed, what may go out is queued (four transactions).
    2. Ask the gateway after what is in doubt, and store what it knows.
    3. Claim a batch under a token, for a lease, and reserve the gateway's time for it (one durable transaction).
    4. Wait for that time; where the lease has grown old meanwhile begin it anew, where the hours are over give it back.
    5. Submit the batch to the gateway, and claim the next one meanwhile (3).
    6. Store the answers (one transaction); go on with 4 until nothing is left.
    7. Listen to what comes back, and give back what is claimed and has not left.

    Killed between two steps of 1 or 2, it has done the steps before, and the next sender does the rest. Killed between
    3 and 5, it leaves a claim of which no text has left; between 5 and 6, one of which some may have. Both look alike,
    so when the lease is over step 1 of another sender makes both `unknown`, and step 2, or a person, says what became
    of them. Killed in 7, it loses what it has not stored of what came back; step 2 asks for it.
    """

    engine: Engine
    gateway: Gateway
    settings: MessageSettings
    hours: ContactHours
    stop: Event
    clock: Clock = lambda: datetime.now(UTC)
    """Says what day and hour it is, for last days and contact hours."""
    watch: Clock = lambda: datetime.now(UTC)
    """The real time, for leases, waits and records: other senders and the gateways' own clocks are compared with it."""
    progress: Callable[[int], None] = lambda _: None
    """Called with how many messages a batch has settled."""
    limit: int | None = None
    patience: float = PATIENCE
    upkeep: Callable[[date, datetime], int] = lambda *_: 0
    """Brings what waits into line with the facts of a day, at an instant; says how many messages changed."""
    counts: SendCounts = field(default_factory=SendCounts)
    claimed: int = 0
    vain: int = 0
    """How many messages went by since the gateway last took one."""
    held: Batch | None = None
    """What is claimed and has not left."""

    def __post_init__(self) -> None:
        """Open the books."""
        self.books = Bookkeeper(
            engine=self.engine, gateway=self.gateway.name, rate=self.gateway.rate, settings=self.settings
        )
        self.lease = self.settings.sending.lease_minutes * 60

    async def run(self) -> SendCounts:
        """Send what may go out now, and return what was done."""
        await self._patiently(self._keep_up)
        self.counts.opened = await asyncio.to_thread(self.books.open_for, self._day(), self.watch())
        await self._look_up()
        try:
            await self._send_all()
        finally:
            await self._give_back()
        self.counts.stopped = self.stop.is_set()
        return self.counts

    def _day(self) -> date:
        return self.clock().astimezone(self.hours.zone).date()

    async def _look_up(self) -> None:
        """Ask the gateway after what is in doubt."""
        last = 0
        while not self.stop.is_set() and (asked := await asyncio.to_thread(self.books.in_doubt, last, LOOK_UPS)):
            last = int(asked[-1].reference)
            if found := await self.gateway.look_up(asked):
                self.counts.resolved += await self._patiently(self.books.store_looked_up, found, asked)

    async def _send_all(self) -> None:
        self.held = await self._claim()
        while self.held is not None and not self.counts.in_vain:
            batch = await self._ready(self.held)
            if batch is None:
                await self._give_back()
                self.held = await self._claim()
            else:
                await self._send(batch)
        await self._listen()

    async def _listen(self) -> None:
        """Take what comes back, and stay until the gateway has been quiet for a while."""
        until = time.monotonic() + self.gateway.listen_seconds
        while not self.stop.is_set():
            if await self.take_news():
                until = time.monotonic() + self.gateway.listen_seconds
            if (left := until - time.monotonic()) <= 0:
                return
            await asyncio.sleep(min(left, REST))
        await self.take_news()

    async def _send(self, batch: Batch) -> None:
        """Send a batch, and claim the next one meanwhile."""
        self.held = None
        sending = asyncio.create_task(self._submit(batch))
        try:
            self.held = await self._claim()
        finally:
            await sending
        await self.take_news()

    async def _claim(self) -> Batch | None:
        """Claim the next batch; None where there is none, or where it is time to stop."""
        batch = await self._patiently(self._claim_now)
        self.claimed += len(batch.messages) if batch else 0
        return batch

    def _claim_now(self) -> Batch | None:
        if self.stop.is_set() or (size := self._size()) < 1:
            return None
        if self._keep_up():
            self.books.open_for(self._day(), self.watch())
        classes = self._open_classes
        self.counts.closed = tuple(one for one in CLASSES if one not in classes)
        return self.books.claim(classes, size, self._day(), self.watch()) if classes else None

    def _keep_up(self) -> int:
        changed = self.upkeep(self._day(), self.watch())
        self.counts.kept_up += changed
        return changed

    def _size(self) -> int:
        """Return how many to claim: of a slow gateway not more than it takes in a moment."""
        rate, most = self.gateway.rate, self.settings.sending.batch
        size = most if rate is None else min(most, max(1, int(rate * REST)))
        return size if self.limit is None else min(size, self.limit - self.claimed)

    @property
    def _open_classes(self) -> list[MessageClass]:
        return [one for one in CLASSES if self.hours.is_allowed(self.clock(), one)]

    async def _ready(self, batch: Batch) -> Batch | None:
        """Wait for the gateway's turn; return what of the batch is still ours, None where it must not leave now."""
        while (left := (batch.begins - self.watch()).total_seconds()) > 0 and not self.stop.is_set():
            await asyncio.sleep(min(left, REST))
        if self.stop.is_set() or not {one.message_class for one in batch.messages} <= {*self._open_classes}:
            return None
        if (self.watch() - batch.held_since).total_seconds() > FRESH * self.lease:
            batch = await self._patiently(self.books.keep, batch, self.watch())
        return batch if batch.messages else None

    async def _submit(self, batch: Batch) -> None:
        answers: Sequence[Answer] = []
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(ENOUGH * self.lease):
                    answers = await self.gateway.submit(batch.token, batch.messages)
        finally:
            states = await self._patiently(self.books.store_answers, batch, answers, self.watch())
        self.counts.answered.update(states)
        taken = any(answer.outcome in {"accepted", "delivered"} for answer in answers)
        self.vain = 0 if taken else self.vain + len(batch.messages)
        self.counts.in_vain = self.vain >= IN_VAIN
        self.progress(len(batch.messages))

    async def _give_back(self) -> None:
        """Put back what has not left; if the database is gone, the lease will tell."""
        batch, self.held = self.held, None
        if batch is not None:
            with suppress(PolicyserveError):
                await asyncio.to_thread(self.books.give_back, batch)

    async def take_news(self) -> bool:
        """Store what came back over the gateway's own connection; return whether something did."""
        if news := await self.gateway.news():
            self.counts.returned += await self._patiently(self.books.take_in, news, self.watch())
        return bool(news)

    async def _patiently(self, work: Callable[P, Found], *args: P.args, **kwargs: P.kwargs) -> Found:
        """Do a piece of work in the database; where it is busy or gone, try again for a while."""
        until = time.monotonic() + self.patience
        while True:
            try:
                return await asyncio.to_thread(work, *args, **kwargs)
            except PolicyserveError:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(REST)


async def send(sender: Sender) -> SendCounts:
    """Let a sender work and close its gateway, whatever happens; then store what came in while it closed."""
    try:
        counts = await sender.run()
    finally:
        await sender.gateway.aclose()
    await sender.take_news()
    return counts
