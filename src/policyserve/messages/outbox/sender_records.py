"""What a sender writes down and reads, each in a transaction of its own."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Engine

from policyserve import db
from policyserve.messages.gateways.gateway import Answer, News, Outgoing, Receipt, Sent
from policyserve.messages.outbox import claims, inbound, outbox, receipts
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import MessageClass


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages in hand."""

    token: str
    messages: Sequence[Outgoing]
    begins: datetime
    """When the gateway's turn for them comes."""
    held_since: datetime


@dataclass(frozen=True, kw_only=True)
class Bookkeeper:
    """The database as a sender on one gateway sees it; `now` is the real time."""

    engine: Engine
    gateway: str
    rate: float | None
    """Messages a second over all senders together."""
    settings: MessageSettings

    def open_for(self, day: date, now: datetime) -> outbox.OpeningCounts:
        """Bring the outbox up to date: senders that died, receipts that wait or will not come, what may go out.

        One step, one transaction: each locks messages in the order of their keys, two of them together would not.
        """
        rules = self.settings.sending
        with db.writing(self.engine) as connection:
            outbox.doubt(connection, now, rules)
        with db.writing(self.engine) as connection:
            receipts.settle(connection, self.gateway)
            receipts.forget_early(connection, now, rules)
        with db.writing(self.engine) as connection:
            outbox.give_up_receipts(connection, now, rules)
        with db.writing(self.engine) as connection:
            return outbox.open_for(connection, day, now)

    def in_doubt(self, after: int, limit: int) -> list[Sent]:
        """Return messages that the gateway may be asked for; see `outbox.in_doubt`."""
        with db.reading(self.engine) as connection:
            return outbox.in_doubt(connection, self.gateway, after=after, limit=limit)

    def store_looked_up(self, found: Sequence[Receipt], asked: Sequence[Sent]) -> int:
        """Store what the gateway told of messages in doubt; return how many changed."""
        with db.writing(self.engine) as connection:
            return receipts.take_looked_up(connection, self.gateway, found, asked)

    def claim(self, classes: Sequence[MessageClass], limit: int, day: date, now: datetime) -> Batch | None:
        """Take messages in hand and reserve the gateway's time for them; None where there are none."""
        token, begins = uuid.uuid4().hex, now
        with db.writing(self.engine, durable=True) as connection:
            messages = claims.claim(connection, self.gateway, token, classes=classes, limit=limit, day=day, now=now)
            if messages and self.rate is not None:
                begins = claims.reserve(connection, self.gateway, len(messages), self.rate, now)
        return Batch(token=token, messages=messages, begins=begins, held_since=now) if messages else None

    def keep(self, batch: Batch, now: datetime) -> Batch:
        """Begin the lease of a batch anew; return what of it is still ours."""
        with db.writing(self.engine) as connection:
            ours = claims.keep(connection, batch.token, now)
        return replace(batch, messages=[one for one in batch.messages if one.reference in ours], held_since=now)

    def give_back(self, batch: Batch) -> None:
        """Put back what has not left."""
        with db.writing(self.engine) as connection:
            claims.give_back(connection, batch.token)

    def store_answers(self, batch: Batch, answers: Sequence[Answer], now: datetime) -> Counter[str]:
        """Store what the gateway did with a batch; return how many messages got each state."""
        numbers = [answer.provider_id for answer in answers if answer.provider_id is not None]
        with db.writing(self.engine) as connection:
            states = claims.store_answers(connection, batch.token, answers, now=now, rules=self.settings.sending)
            receipts.settle(connection, self.gateway, numbers)
        return states

    def take_in(self, news: News, now: datetime) -> inbound.NewsCounts:
        """Store what came back over the gateway's own connection."""
        words = self.settings.opt_out_words
        with db.writing(self.engine) as connection:
            return inbound.take_in(connection, self.gateway, news, now=now, words=words)
