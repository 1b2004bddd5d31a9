"""What comes back: delivery receipts (`receipts`) and replies, stored in the caller's transaction.

A reply that refuses stops marketing to that phone for good, whatever a list says later (银行保险机构消保办法 2022
No. 9: after a refusal not again by the same way); duties and service go on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, exists, select, update
from sqlalchemy import Row as RowOf
from sqlalchemy.dialects import postgresql, sqlite

from policyserve import db
from policyserve.locale import Sentence
from policyserve.messages.gateways.gateway import Incoming, News
from policyserve.messages.outbox import receipts
from policyserve.messages.outbox.outbox import CUSTOMERS, OPEN, OWN_CUSTOMER, REFUSALS, because, change, those
from policyserve.messages.outbox.stored_messages import MESSAGES, WAITING
from policyserve.messages.phones import canonical, is_mainland
from policyserve.messages.reasons import storable
from policyserve.tables import Reply, table

REPLIES = table(Reply)

MANY = 5000
"""Phones that one statement looks for."""

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
    stored = _store(connection, _rows(connection, gateway, news.replies, words))
    refusing = [reply.phone for reply in stored if reply.refuses]
    if refusing:
        refuse(connection, refusing, source="reply", now=now)
    return NewsCounts(receipts=changed, early=early, replies=len(stored), refusals=len(refusing))


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


Row = Mapping[str, Any]
"""A reply as it is stored."""

_SAME = ("phone", "text", "at")
"""What a reply without a number is known by."""


def _rows(connection: Connection, gateway: str, replies: Iterable[Incoming], words: Collection[str]) -> list[Row]:
    phones = _as_in_book(connection, {reply.phone for reply in replies})
    texts = [(reply, storable(reply.text) or "") for reply in replies]
    return [
        {
            "gateway": gateway, "provider_id": storable(reply.provider_id), "phone": phones[reply.phone], "text": text,
            "at": reply.at, "refuses": refuses(text, words),
        }
        for reply, text in texts
    ]  # fmt: skip


def _store(connection: Connection, rows: Sequence[Row]) -> Sequence[RowOf[Any]]:
    """Store the replies that are not there yet, and return them."""
    numbered = [row for row in rows if row["provider_id"] is not None]
    others = {tuple(row[name] for name in _SAME): row for row in rows if row["provider_id"] is None}
    for known in _known(connection, list(others.values())):
        others.pop(known, None)
    new = [*numbered, *others.values()]
    stored = _insert(connection, REPLIES).on_conflict_do_nothing().returning(REPLIES.c.phone, REPLIES.c.refuses)
    return connection.execute(stored, new).all() if new else ()


def _known(connection: Connection, rows: Sequence[Row]) -> set[tuple[Any, ...]]:
    """Return what replies without a number that are stored say, of the phones and the time of some."""
    if not rows:
        return set()
    instants = [row["at"] for row in rows]
    found = select(*(REPLIES.c[name] for name in _SAME)).where(
        REPLIES.c.provider_id.is_(None), REPLIES.c.gateway == rows[0]["gateway"],
        REPLIES.c.at.between(min(instants), max(instants)),
    )  # fmt: skip
    phones = sorted({row["phone"] for row in rows})
    return {tuple(row) for some in _some(phones) for row in connection.execute(found.where(REPLIES.c.phone.in_(some)))}


def _as_in_book(connection: Connection, phones: Iterable[str]) -> dict[str, str]:
    """Write phones as the book does; one abroad may have come without its plus."""
    plain = {phone: canonical(phone) for phone in phones}
    abroad = sorted({f"+{one}" for one in plain.values() if not is_mainland(one) and not one.startswith("+")})
    theirs = {
        phone
        for some in _some(abroad)
        for phone in connection.scalars(select(CUSTOMERS.c.phone).where(CUSTOMERS.c.phone.in_(some)))
    }
    return {phone: f"+{one}" if f"+{one}" in theirs else one for phone, one in plain.items()}


def _some(phones: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a list into pieces that one statement takes."""
    return (phones[start : start + MANY] for start in range(0, len(phones), MANY))


def refuse(connection: Connection, phones: Collection[str], *, source: str, now: datetime) -> None:
    """Send no marketing to `phones` (as in the book) any more, and take back what waits for them."""
    plain = sorted({*phones})
    rows = [{"phone": phone, "at": now, "source": source} for phone in plain]
    connection.execute(_insert(connection, REFUSALS).on_conflict_do_nothing(), rows)
    for some in _some(plain):
        theirs = and_(
            OPEN, MESSAGES.c.status.in_(WAITING), MESSAGES.c.message_class == "marketing",
            exists().where(OWN_CUSTOMER, CUSTOMERS.c.phone.in_(some)),
        )  # fmt: skip
        change(connection, those(theirs), {"status": "cancelled", **because("opted-out"), "final_at": now})


def lift(connection: Connection, phone: str, *, by: str, now: datetime) -> bool:
    """Take a refusal back on the customer's own wish; return whether there was one."""
    standing = and_(REFUSALS.c.phone == phone, REFUSALS.c.lifted_at.is_(None))
    return bool(connection.execute(update(REFUSALS).where(standing).values(lifted_at=now, lifted_by=by)).rowcount)


def _insert(connection: Connection, table: Table) -> Any:
    return sqlite.insert(table) if db.is_sqlite(connection) else postgresql.insert(table)
