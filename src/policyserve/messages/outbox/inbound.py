"""What comes back: delivery receipts (`receipts`) and replies, stored in the caller's transaction.

A reply that refuses stops marketing to that phone for good, whatever a list says later (银行保险机构消保办法 2022
No. 9: after a refusal not again by the same way); duties and service go on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from policyserve import db
from policyserve.locale import Sentence
from policyserve.messages.gateways.gateway import Incoming, News
from policyserve.messages.outbox import receipts
from policyserve.messages.outbox.outbox import CUSTOMERS, OPEN, OWN_CUSTOMER, REFUSALS, change, those
from policyserve.messages.outbox.stored_messages import MESSAGES, WAITING
from policyserve.messages.phones import canonical, is_mainland
from policyserve.messages.reasons import storable
from policyserve.tables import Reply, table

REPLIES = table(Reply)

_BESIDE = ("P", "S", "C")
"""Unicode's categories of what may stand around a word: marks, signs, characters that nobody sees."""


@dataclass(frozen=True, kw_only=True)
class NewsCounts:
    """What was taken in."""

    receipts: int = 0
    """Messages that receipts changed."""
    early: int = 0
    """Receipts kept until their message's number is known, or those of its other parts have come."""
    replies: int = 0
    refusals: int = 0

    def __add__(self, other: NewsCounts) -> NewsCounts:
        """Count both."""
        return NewsCounts(
            receipts=self.receipts + other.receipts,
            early=self.early + other.early,
            replies=self.replies + other.replies,
            refusals=self.refusals + other.refusals,
        )

    def sentence(self) -> Sentence:
        """Say it in one line."""
        return Sentence(
            "{receipts} receipts, {early} kept for later, {replies} replies, {refusals} refusals.",
            receipts=self.receipts,
            early=self.early,
            replies=self.replies,
            refusals=self.refusals,
        )


def take_in(connection: Connection, gateway: str, news: News, *, now: datetime, words: Collection[str]) -> NewsCounts:
    """Store what came back from `gateway`; `words` are the replies that refuse."""
    changed, early = receipts.take(connection, gateway, news.receipts)
    replies = [_take_reply(connection, gateway, reply, now, words) for reply in news.replies]
    return NewsCounts(
        receipts=changed,
        early=early,
        replies=len(replies) - replies.count("known"),
        refusals=replies.count("refuses"),
    )


def refuses(text: str, words: Collection[str]) -> bool:
    """Whether a reply refuses further messages: it is one of `words`, whatever its width, case, space and marks."""
    plain = _plain(text)
    return bool(plain) and plain in {_plain(word) for word in words}


def _plain(text: str) -> str:
    signs = "".join(unicodedata.normalize("NFKC", text).upper().split())
    while signs and unicodedata.category(signs[0]).startswith(_BESIDE):
        signs = signs[1:]
    while signs and unicodedata.category(signs[-1]).startswith(_BESIDE):
        signs = signs[:-1]
    return signs


def _take_reply(connection: Connection, gateway: str, reply: Incoming, now: datetime, words: Collection[str]) -> str:
    phone, text = _as_in_book(connection, reply.phone), storable(reply.text) or ""
    no = refuses(text, words)
    row = {
        "gateway": gateway, "provider_id": storable(reply.provider_id), "phone": phone, "text": text, "at": reply.at,
        "refuses": no,
    }  # fmt: skip
    if not _store_reply(connection, row):
        return "known"
    if not no:
        return "reply"
    refuse(connection, phone, source="reply", now=now)
    return "refuses"


def _store_reply(connection: Connection, row: dict[str, Any]) -> bool:
    """Store a reply unless it is there; one without a number is known by everything else that it says."""
    if row["provider_id"] is None:
        same = (REPLIES.c[name] == row[name] for name in ("gateway", "phone", "text", "at"))
        if connection.scalar(select(exists().where(REPLIES.c.provider_id.is_(None), *same))):
            return False
    stored = _insert(connection, REPLIES).values(row).on_conflict_do_nothing().returning(REPLIES.c.id)
    return connection.execute(stored).first() is not None


def _as_in_book(connection: Connection, phone: str) -> str:
    """Write a phone as the book does; one abroad may have come without its plus."""
    plain = canonical(phone)
    if is_mainland(plain) or plain.startswith("+"):
        return plain
    abroad = f"+{plain}"
    return abroad if connection.scalar(select(exists().where(CUSTOMERS.c.phone == abroad))) else plain


def refuse(connection: Connection, phone: str, *, source: str, now: datetime) -> None:
    """Send no marketing to `phone` (as in the book) any more, and take back what waits for it."""
    connection.execute(
        _insert(connection, REFUSALS).values(phone=phone, at=now, source=source).on_conflict_do_nothing()
    )
    theirs = and_(
        OPEN, MESSAGES.c.status.in_(WAITING), MESSAGES.c.message_class == "marketing",
        exists().where(OWN_CUSTOMER, CUSTOMERS.c.phone == phone),
    )  # fmt: skip
    change(connection, those(theirs), {"status": "cancelled", "reason": "opted-out", "final_at": now})


def lift(connection: Connection, phone: str, *, by: str, now: datetime) -> bool:
    """Take a refusal back on the customer's own wish; return whether there was one."""
    standing = and_(REFUSALS.c.phone == phone, REFUSALS.c.lifted_at.is_(None))
    return bool(connection.execute(update(REFUSALS).where(standing).values(lifted_at=now, lifted_by=by)).rowcount)


def _insert(connection: Connection, table: Table) -> Any:
    return sqlite.insert(table) if db.is_sqlite(connection) else postgresql.insert(table)
