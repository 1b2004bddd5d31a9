"""What comes back: delivery receipts and replies, stored in the caller's transaction.

A receipt may come twice, late, or before the answer of the gateway is stored: the first final state stays, what comes
too early is kept until its number is known. A reply that refuses stops marketing to that phone for good, whatever a
list says later (银行保险机构消保办法 2022 No. 9: after a refusal not again by the same way); duties and service go on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from policyserve import db
from policyserve.messages.gateways.gateway import Incoming, News, Receipt
from policyserve.messages.outbox import CUSTOMERS, REFUSALS
from policyserve.messages.phones import canonical
from policyserve.messages.stored import MESSAGES, WAITING
from policyserve.tables import EarlyReceipt, Reply

EARLY: Table = EarlyReceipt.__table__  # type: ignore[attr-defined]
REPLIES: Table = Reply.__table__  # type: ignore[attr-defined]

_UNSETTLED = ("submitting", "accepted", "unknown")
"""States that a receipt can still change; an unknown one even after it was given up."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What was taken in."""

    receipts: int = 0
    """Receipts that changed a message."""
    early: int = 0
    """Receipts kept until their message's number is known."""
    replies: int = 0
    refusals: int = 0

    def in_words(self, language: str) -> str:
        """Say it in one line."""
        if language == "zh":
            return f"回执{self.receipts}条，暂存{self.early}条，回复{self.replies}条，其中退订{self.refusals}条。"
        return (
            f"{self.receipts} receipts, {self.early} kept for later, {self.replies} replies, {self.refusals} refusals."
        )


def take_in(connection: Connection, gateway: str, news: News, *, now: datetime, words: Collection[str]) -> Taken:
    """Store what came back from `gateway`; `words` are the replies that refuse."""
    done = [_take_receipt(connection, gateway, receipt) for receipt in news.receipts]
    replies = [_take_reply(connection, gateway, reply, now, words) for reply in news.replies]
    return Taken(
        receipts=done.count("changed"),
        early=done.count("early"),
        replies=len(replies) - replies.count("known"),
        refusals=replies.count("refuses"),
    )


def _take_receipt(connection: Connection, gateway: str, receipt: Receipt) -> str:
    message = _message_of(connection, gateway, receipt)
    if message is None:
        if receipt.provider_id is None:
            return "nobody's"
        connection.execute(insert(EARLY).values(
            gateway=gateway, provider_id=receipt.provider_id, state=receipt.state, reason=receipt.reason, at=receipt.at
        ))  # fmt: skip
        return "early"
    return "changed" if _apply(connection, message, receipt) else "known"


def _message_of(connection: Connection, gateway: str, receipt: Receipt) -> int | None:
    """Find the message of a receipt: by our reference, else by the gateway's number or that of one of its parts."""
    if receipt.reference is not None:
        if not receipt.reference.isdecimal() or len(receipt.reference) > 18:
            return None
        return connection.scalar(select(MESSAGES.c.id).where(MESSAGES.c.id == int(receipt.reference)))
    found = select(MESSAGES.c.id).where(MESSAGES.c.gateway == gateway, MESSAGES.c.provider_id == receipt.provider_id)
    return connection.scalar(found.order_by(MESSAGES.c.id.desc()).limit(1))


def _apply(connection: Connection, key: int, receipt: Receipt) -> bool:
    """Bring a message to the state of its receipt, if that is news."""
    message = and_(MESSAGES.c.id == key, MESSAGES.c.status.in_(_UNSETTLED))
    number = {} if receipt.provider_id is None else {"provider_id": receipt.provider_id}
    if receipt.state == "accepted":
        doubted = and_(message, MESSAGES.c.status.in_(["submitting", "unknown"]), MESSAGES.c.final_at.is_(None))
        values: dict[str, Any] = {"status": "accepted", "reason": None, "answered_at": receipt.at, **number}
        return bool(connection.execute(update(MESSAGES).where(doubted).values(values)).rowcount)
    if receipt.state == "never":
        doubted = and_(message, MESSAGES.c.status == "unknown", MESSAGES.c.final_at.is_(None))
        again = {"status": "queued", "reason": receipt.reason, "claim": None, "next_at": None}
        return bool(connection.execute(update(MESSAGES).where(doubted).values(again)).rowcount)
    values = {"status": receipt.state, "reason": receipt.reason, "final_at": receipt.at, **number}
    return bool(connection.execute(update(MESSAGES).where(message).values(values)).rowcount)


def take_early(connection: Connection, gateway: str, provider_ids: Sequence[str]) -> int:
    """Apply the receipts that came before these numbers were stored; return how many."""
    if not provider_ids or connection.scalar(select(EARLY.c.id).limit(1)) is None:
        return 0
    mine = and_(EARLY.c.gateway == gateway, EARLY.c.provider_id.in_(provider_ids))
    waiting = connection.execute(select(EARLY).where(mine).order_by(EARLY.c.id)).all()
    for row in waiting:
        receipt = Receipt(state=row.state, at=row.at, provider_id=row.provider_id, reason=row.reason)
        key = _message_of(connection, gateway, receipt)
        if key is not None:
            _apply(connection, key, receipt)
    if waiting:
        connection.execute(delete(EARLY).where(EARLY.c.id.in_([row.id for row in waiting])))
    return len(waiting)


def refuses(text: str, words: Collection[str]) -> bool:
    """Whether a reply refuses further messages: one of `words`, without regard to width, case, space and marks."""
    plain = _plain(text)
    return plain in {_plain(word) for word in words}


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).strip(".。!！,，'\"").upper()


def _take_reply(connection: Connection, gateway: str, reply: Incoming, now: datetime, words: Collection[str]) -> str:
    phone, no = canonical(reply.phone), refuses(reply.text, words)
    row = {
        "gateway": gateway, "provider_id": reply.provider_id, "phone": phone, "text": reply.text, "at": reply.at,
        "refuses": no,
    }  # fmt: skip
    if not connection.execute(_insert(connection, REPLIES).values(row).on_conflict_do_nothing()).rowcount:
        return "known"
    if not no:
        return "reply"
    refuse(connection, phone, source="reply", now=now)
    return "refuses"


def refuse(connection: Connection, phone: str, *, source: str, now: datetime) -> None:
    """Send no marketing to `phone` (as in the book) any more, and take back what waits for it."""
    connection.execute(
        _insert(connection, REFUSALS).values(phone=phone, at=now, source=source).on_conflict_do_nothing()
    )
    owners = select(CUSTOMERS.c.id).where(CUSTOMERS.c.phone == phone)
    waits = and_(
        MESSAGES.c.customer_id.in_(owners), MESSAGES.c.final_at.is_(None), MESSAGES.c.status.in_(WAITING),
        MESSAGES.c.message_class == "marketing",
    )  # fmt: skip
    connection.execute(update(MESSAGES).where(waits).values(status="cancelled", reason="opted-out", final_at=now))


def lift(connection: Connection, phone: str, *, by: str, now: datetime) -> bool:
    """Take a refusal back on the customer's own wish; return whether there was one."""
    standing = and_(REFUSALS.c.phone == phone, REFUSALS.c.lifted_at.is_(None))
    return bool(connection.execute(update(REFUSALS).where(standing).values(lifted_at=now, lifted_by=by)).rowcount)


def _insert(connection: Connection, table: Table) -> Any:
    return sqlite.insert(table) if db.is_sqlite(connection) else postgresql.insert(table)
