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
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from policyserve import db
from policyserve.calendars.hours import ContactHours
from policyserve.errors import PolicyserveError
from policyserve.messages import claims, outbox, receipts, returns
from policyserve.messages.calling import CLASSES
from policyserve.messages.gateways.gateway import Answer, Gateway, News, Outgoing, Receipt, Sent
from policyserve.settings_file import MessageSettings, Sending
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
class SendCounts:
    """What a sender did."""

    answered: Counter[str] = field(default_factory=Counter)
    """How many messages got each state."""
    opened: outbox.Opened = field(default_factory=outbox.Opened)
    resolved: int = 0
    """Messages in doubt whose fate the gateway knew."""
    returned: returns.Taken = field(default_factory=returns.Taken)
    stopped: bool = False
    in_vain: bool = False
    """Whether it stopped because the gateway took nothing any more."""
    closed: tuple[str, ...] = ()
    """Classes of messages that wait for their hours."""

    def in_words(self, language: str) -> str:
        """Say it in one line."""
        zh = language == "zh"
        parts = [f"已发送{self.sent}条" if zh else f"{self.sent} sent"]
        for state, words in _REST.items():
            if count := self.answered[state]:
                parts.append(f"{words[1]}{count}条" if zh else f"{count} {words[0]}")
        ends = [words[zh] for words in (_IN_VAIN * self.in_vain, _STOPPED * self.stopped) if words]
        return ("，" if zh else ", ").join(parts) + "".join(["。" if zh else ".", *ends])

    @property
    def sent(self) -> int:
        """How many messages left for certain."""
        return sum(self.answered[state] for state in ("accepted", "delivered"))


_REST = {
    "failed": ("failed", "失败"),
    "queued": ("to be tried again", "稍后重试"),
    "unknown": ("in doubt", "待核实"),
}
_STOPPED = (" Stopped as asked.", "已按要求停止。")
_IN_VAIN = (
    " Stopped: the gateway takes nothing; the rest waits for the next run.",
    "网关连续未受理，已暂停，其余下次再发。",
)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages in hand."""

    token: str
    messages: Sequence[Outgoing]
    begins: datetime
    """When the gateway's turn for them comes."""
    held_since: datetime


@dataclass(kw_only=True)
class Sender:
    """One sender on one gateway."""

    engine: Engine
    gateway: Gateway
    settings: MessageSettings
    hours: ContactHours
    stop: Event
    clock: Clock = lambda: datetime.now(UTC)
    """Says what day and hour it is, for last days and contact hours."""
    watch: Clock = lambda: datetime.now(UTC)
    """The real time, for leases, waits and records, which other senders and the gateways' own clocks compare with."""
    progress: Callable[[int], None] = lambda _: None
    """Called with how many messages a batch has settled."""
    limit: int | None = None
    patience: float = PATIENCE
    counts: SendCounts = field(default_factory=SendCounts)
    claimed: int = 0
    vain: int = 0
    """How many messages went by since the gateway last took one."""
    held: Batch | None = None
    """What is claimed and has not left."""

    @property
    def rules(self) -> Sending:
        """How the outbox sends."""
        return self.settings.sending

    async def run(self) -> SendCounts:
        """Send what may go out now, and return what was done."""
        await self._prepare()
        try:
            await self._send_all()
        finally:
            await self._give_back()
        self.counts.stopped = self.stop.is_set()
        return self.counts

    async def _send_all(self) -> None:
        self.held = await self._claim()
        while self.held is not None and not self.counts.in_vain:
            if await self._may_leave(self.held):
                await self._send(self.held)
            else:
                await self._give_back()
                self.held = await self._claim()
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

    async def _prepare(self) -> None:
        """Bring the outbox up to date, and ask the gateway after what is in doubt."""
        await asyncio.to_thread(self._open)
        last = 0
        while not self.stop.is_set() and (doubted := await asyncio.to_thread(self._in_doubt, last)):
            last = int(doubted[-1].reference)
            if found := await self.gateway.look_up(doubted):
                await self._patiently(self._store_look_up, found)

    def _open(self) -> None:
        now = self.watch()
        with db.writing(self.engine) as connection:
            outbox.doubt(connection, now, self.rules)
            receipts.settle(connection, self.gateway.name)
            outbox.give_up_receipts(connection, now, self.rules)
            receipts.forget_early(connection, now, self.rules)
            self.counts.opened = outbox.open_for(connection, self._day(), now)

    def _in_doubt(self, after: int) -> list[Sent]:
        with db.reading(self.engine) as connection:
            return outbox.in_doubt(connection, self.gateway.name, after=after, limit=LOOK_UPS)

    def _store_look_up(self, found: Sequence[Receipt]) -> None:
        with db.writing(self.engine) as connection:
            changed, _ = receipts.take(connection, self.gateway.name, found)
        self.counts.resolved += changed

    def _day(self) -> date:
        return self.clock().astimezone(self.hours.zone).date()

    async def _claim(self) -> Batch | None:
        """Claim the next batch; None where there is none, or where it is time to stop."""
        if self.stop.is_set() or (self.limit is not None and self.claimed >= self.limit):
            return None
        return await self._patiently(self._claim_now)

    def _claim_now(self) -> Batch | None:
        now, open_now = self.watch(), [one for one in CLASSES if self._is_open(one)]
        self.counts.closed = tuple(one for one in CLASSES if one not in open_now)
        token, size, begins = uuid.uuid4().hex, self._batch(), now
        with db.writing(self.engine) as connection:
            messages = claims.claim(
                connection, self.gateway.name, token, classes=open_now, limit=size, day=self._day(), now=now
            )
            if messages and self.gateway.rate is not None:
                begins = claims.reserve(connection, self.gateway.name, len(messages), self.gateway.rate, now)
        self.claimed += len(messages)
        return Batch(token=token, messages=messages, begins=begins, held_since=now) if messages else None

    def _is_open(self, message_class: MessageClass) -> bool:
        return self.hours.is_allowed(self.clock(), message_class)

    def _batch(self) -> int:
        """Return how many to claim: of a slow gateway not more than it takes in a moment."""
        rate = self.gateway.rate
        size = self.rules.batch if rate is None else min(self.rules.batch, max(1, int(rate * REST)))
        return size if self.limit is None else min(size, self.limit - self.claimed)

    async def _may_leave(self, batch: Batch) -> bool:
        """Wait for the gateway's turn; tell whether the batch, as far as it is still ours, may leave after that."""
        while (left := (batch.begins - self.watch()).total_seconds()) > 0 and not self.stop.is_set():
            await asyncio.sleep(min(left, REST))
        if self.stop.is_set() or not all(self._is_open(one.message_class) for one in batch.messages):
            return False
        if self.watch() - batch.held_since > FRESH * self._lease:
            batch = await self._patiently(self._keep, batch)
        self.held = batch
        return bool(batch.messages)

    @property
    def _lease(self) -> timedelta:
        return timedelta(minutes=self.rules.lease_minutes)

    def _keep(self, batch: Batch) -> Batch:
        now = self.watch()
        with db.writing(self.engine) as connection:
            ours = claims.keep(connection, batch.token, now)
        return replace(batch, messages=[one for one in batch.messages if one.reference in ours], held_since=now)

    async def _submit(self, batch: Batch) -> None:
        answers: Sequence[Answer] = []
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(ENOUGH * self._lease.total_seconds()):
                    answers = await self.gateway.submit(batch.token, batch.messages)
        finally:
            await self._patiently(self._store, batch.token, answers)
        taken = any(answer.outcome in {"accepted", "delivered"} for answer in answers)
        self.vain = 0 if taken else self.vain + len(batch.messages)
        self.counts.in_vain = self.vain >= IN_VAIN
        self.progress(len(batch.messages))

    def _store(self, token: str, answers: Sequence[Answer]) -> None:
        with db.writing(self.engine) as connection:
            found = claims.store_answers(connection, token, answers, now=self.watch(), rules=self.rules)
            numbers = [answer.provider_id for answer in answers if answer.provider_id is not None]
            receipts.settle(connection, self.gateway.name, numbers)
        self.counts.answered.update(found)

    async def _give_back(self) -> None:
        """Put back what has not left; if the database is gone, the lease will tell."""
        batch, self.held = self.held, None
        if batch is not None:
            with suppress(PolicyserveError):
                await asyncio.to_thread(self._put_back, batch.token)

    def _put_back(self, token: str) -> None:
        with db.writing(self.engine) as connection:
            claims.give_back(connection, token)

    async def take_news(self) -> None:
        """Store what came back over the gateway's own connection."""
        news = await self.gateway.news()
        if news:
            await self._patiently(self._store_news, news)

    def _store_news(self, news: News) -> None:
        with db.writing(self.engine) as connection:
            words = self.settings.opt_out_words
            taken = returns.take_in(connection, self.gateway.name, news, now=self.watch(), words=words)
        self.counts.returned += taken

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
