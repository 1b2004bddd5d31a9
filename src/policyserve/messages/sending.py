"""Sending: one sender at work, until nothing is left, the hours are over, or it is told to stop.

A batch at a time: claim (one transaction), submit, store the answers (one transaction). While a batch is on its way the
next one is claimed. Any number of senders may work at once; each may be killed at any point (see `outbox`).
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Event

from sqlalchemy import Engine

from policyserve import db
from policyserve.calendars.hours import ContactHours
from policyserve.messages import outbox, returns
from policyserve.messages.calling import CLASSES
from policyserve.messages.gateways.gateway import Answer, Gateway, News, Outgoing, Receipt, Sent
from policyserve.settings_file import MessageSettings, Sending

Clock = Callable[[], datetime]

LOOK_UPS = 500
"""Messages in doubt that are asked after in one go."""

REST = 0.2
"""Seconds after which a waiting sender looks whether it is to stop."""


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
    closed: tuple[str, ...] = ()
    """Classes of messages that wait for their hours."""

    def in_words(self, language: str) -> str:
        """Say it in one line."""
        sent = sum(self.answered[state] for state in ("accepted", "delivered"))
        rest = {"failed": "失败", "queued": "稍后重试", "unknown": "待核实"}
        others = [f"{word}{self.answered[state]}条" for state, word in rest.items() if self.answered[state]]
        if language == "zh":
            text = "，".join([f"已发送{sent}条", *others])
            return f"{text}。" + ("已按要求停止。" if self.stopped else "")
        english = {"failed": "failed", "queued": "to be tried again", "unknown": "in doubt"}
        others = [f"{self.answered[state]} {word}" for state, word in english.items() if self.answered[state]]
        return f"{', '.join([f'{sent} sent', *others])}." + (" Stopped as asked." if self.stopped else "")


@dataclass(kw_only=True)
class Sender:
    """One sender on one gateway."""

    engine: Engine
    gateway: Gateway
    settings: MessageSettings
    hours: ContactHours
    stop: Event
    clock: Clock = lambda: datetime.now(UTC)
    progress: Callable[[int], None] = lambda _: None
    """Called with how many messages a batch has settled."""
    limit: int | None = None
    counts: SendCounts = field(default_factory=SendCounts)
    claimed: int = 0

    @property
    def rules(self) -> Sending:
        """How the outbox sends."""
        return self.settings.sending

    async def run(self) -> SendCounts:
        """Send what may go out now, and return what was done."""
        await self._prepare()
        taken = await self._claim()
        while taken is not None:
            token, messages, begins = taken
            if not await self._wait_until(begins):
                await asyncio.to_thread(self._give_back, token)
                break
            sending = asyncio.create_task(self._submit(token, messages))
            taken = await self._claim()
            await sending
            await self._take_news()
        if taken is not None and self.stop.is_set():
            await asyncio.to_thread(self._give_back, taken[0])
        await self._take_news()
        self.counts.stopped = self.stop.is_set()
        return self.counts

    async def _prepare(self) -> None:
        """Bring the outbox up to date, and ask the gateway after what is in doubt."""
        doubted = await asyncio.to_thread(self._open)
        if doubted:
            found = await self.gateway.look_up(doubted)
            if found:
                await asyncio.to_thread(self._store_look_up, found)

    def _open(self) -> list[Sent]:
        now = self.clock()
        with db.writing(self.engine) as connection:
            outbox.doubt(connection, now, self.rules)
            outbox.give_up_receipts(connection, now, self.rules)
            self.counts.opened = outbox.open_for(connection, self._day(now), now)
            return outbox.in_doubt(connection, self.gateway.name, LOOK_UPS)

    def _store_look_up(self, found: Sequence[Receipt]) -> None:
        with db.writing(self.engine) as connection:
            taken = returns.take_in(connection, self.gateway.name, News(receipts=found), now=self.clock(), words=())
        self.counts.resolved = taken.receipts

    def _day(self, now: datetime) -> date:
        return now.astimezone(self.hours.zone).date()

    async def _claim(self) -> tuple[str, list[Outgoing], datetime] | None:
        """Claim the next batch; None where there is none, or where it is time to stop."""
        if self.stop.is_set() or (self.limit is not None and self.claimed >= self.limit):
            return None
        return await asyncio.to_thread(self._claim_now)

    def _claim_now(self) -> tuple[str, list[Outgoing], datetime] | None:
        now = self.clock()
        classes = [one for one in CLASSES if self.hours.is_allowed(now, one)]
        self.counts.closed = tuple(one for one in CLASSES if one not in classes)
        token, size, begins = uuid.uuid4().hex, self._batch(), now
        with db.writing(self.engine) as connection:
            messages = outbox.claim(connection, self.gateway.name, token, classes=classes, limit=size, now=now)
            if messages and self.gateway.rate is not None:
                begins = outbox.reserve(connection, self.gateway.name, len(messages), self.gateway.rate, now)
        self.claimed += len(messages)
        return (token, messages, begins) if messages else None

    def _batch(self) -> int:
        """Return how many to claim: of a slow gateway not more than it takes in a second."""
        rate = self.gateway.rate
        size = self.rules.batch if rate is None else min(self.rules.batch, max(1, int(rate)))
        return size if self.limit is None else min(size, self.limit - self.claimed)

    async def _wait_until(self, begins: datetime) -> bool:
        """Wait for the gateway's turn; return whether to go on."""
        while (left := (begins - self.clock()).total_seconds()) > 0:
            if self.stop.is_set():
                return False
            await asyncio.sleep(min(left, REST))
        return True

    async def _submit(self, token: str, messages: list[Outgoing]) -> None:
        try:
            answers = await self.gateway.submit(token, messages)
        except BaseException:
            await asyncio.to_thread(self._store, token, [])
            raise
        await asyncio.to_thread(self._store, token, answers)
        self.progress(len(messages))

    def _store(self, token: str, answers: Sequence[Answer]) -> None:
        with db.writing(self.engine) as connection:
            found = outbox.store_answers(connection, token, answers, now=self.clock(), rules=self.rules)
            outbox.doubt_claim(connection, token)
            numbers = [answer.provider_id for answer in answers if answer.provider_id is not None]
            returns.take_early(connection, self.gateway.name, numbers)
        self.counts.answered.update(found)

    def _give_back(self, token: str) -> None:
        with db.writing(self.engine) as connection:
            outbox.give_back(connection, token)

    async def _take_news(self) -> None:
        news = await self.gateway.news()
        if news:
            await asyncio.to_thread(self._store_news, news)

    def _store_news(self, news: News) -> None:
        with db.writing(self.engine) as connection:
            words = self.settings.opt_out_words
            self.counts.returned = returns.take_in(connection, self.gateway.name, news, now=self.clock(), words=words)


async def send(sender: Sender) -> SendCounts:
    """Let a sender work and close its gateway, whatever happens."""
    try:
        return await sender.run()
    finally:
        await sender.gateway.aclose()
