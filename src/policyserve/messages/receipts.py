"""Delivery receipts, stored in the caller's transaction: what became of a text, as its gateway tells.

A receipt may come twice, late, or before the answer of the gateway is stored: the first final state stays, what comes
too early is kept until its number is known. A text of several parts has a number for each (`gateways.smpp.receipts`);
their receipts are kept until together they say what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, delete, exists, func, insert, or_, select, update

from policyserve.messages.gateways.gateway import Receipt, Sent
from policyserve.messages.gateways.smpp.receipts import merged, part_numbers
from policyserve.messages.outbox import OPEN
from policyserve.messages.stored import MESSAGES, storable
from policyserve.settings_file import Sending
from policyserve.tables import EarlyReceipt

EARLY: Table = EarlyReceipt.__table__  # type: ignore[attr-defined]

_OUT = MESSAGES.c.status.in_(["submitting", "accepted", "unknown"])

_UNSETTLED = or_(_OUT, and_(MESSAGES.c.status == "queued", MESSAGES.c.submitted_at.is_not(None)))
"""What a receipt can still change: an unknown one even after it was given up; and one that waits for another try, for
a vendor may have taken what it answered with a failure."""

LARGEST_KEY = 2**31 - 1


def take(connection: Connection, gateway: str, receipts: Sequence[Receipt]) -> tuple[int, int]:
    """Store receipts; return how many messages they changed, and how many receipts are kept for later."""
    found = _messages_of(connection, gateway, receipts)
    changed = early = 0
    for receipt in receipts:
        key = found.get(_named_by(receipt))
        if key is not None:
            changed += _apply(connection, key, receipt)
        elif receipt.provider_id is not None:
            early += _keep(connection, gateway, receipt)
    if early:
        changed += _settle_parts(connection, gateway, _kept(connection, gateway))
    return changed, early


def take_looked_up(connection: Connection, gateway: str, found: Sequence[Receipt], asked: Sequence[Sent]) -> int:
    """Store what a gateway told of the texts that it was asked for; return how many messages changed.

    Not of a text that has left anew since it was asked for: what was said of the first time is not true of the second.
    """
    claims = {int(one.reference): one.claim for one in asked}
    held = select(MESSAGES.c.id, MESSAGES.c.claim).where(MESSAGES.c.id.in_(claims)).order_by(MESSAGES.c.id)
    rows = connection.execute(held.with_for_update())
    same = {str(row.id) for row in rows if row.claim == claims[row.id]}
    changed, _ = take(connection, gateway, [receipt for receipt in found if receipt.reference in same])
    return changed


Name = int | str | None
"""What a receipt names its message by: our key, else the gateway's number."""


def _messages_of(connection: Connection, gateway: str, receipts: Iterable[Receipt]) -> dict[Name, int]:
    """Find the messages of receipts, among those that left by the gateway, and lock them in the order of their keys.

    A number that the gateway has used twice is that of the later message.
    """
    names = {_named_by(receipt) for receipt in receipts}
    keys = [name for name in names if isinstance(name, int)]
    numbers = [name for name in names if isinstance(name, str)]
    theirs = or_(MESSAGES.c.id.in_(keys), MESSAGES.c.provider_id.in_(numbers))
    own = select(MESSAGES.c.id, MESSAGES.c.provider_id).where(MESSAGES.c.gateway == gateway, theirs)
    rows = connection.execute(own.order_by(MESSAGES.c.id).with_for_update()).all() if names else []
    return {row.provider_id: row.id for row in rows if row.provider_id is not None} | {row.id: row.id for row in rows}


def _named_by(receipt: Receipt) -> Name:
    return storable(receipt.provider_id) if receipt.reference is None else _key(receipt.reference)


def _key(reference: str) -> int | None:
    """Read a reference of ours; None for what is none."""
    if not (reference.isascii() and reference.isdecimal() and len(reference) <= len(str(LARGEST_KEY))):
        return None
    key = int(reference)
    return key if key <= LARGEST_KEY else None


def _apply(connection: Connection, key: int, receipt: Receipt) -> bool:
    """Bring a message to the state of its receipt, if that is news."""
    message, reason = and_(MESSAGES.c.id == key, _UNSETTLED), storable(receipt.reason)
    number = {"provider_id": func.coalesce(MESSAGES.c.provider_id, storable(receipt.provider_id))}
    values: dict[str, Any]
    if receipt.state == "accepted":
        message = and_(message, OPEN, MESSAGES.c.status != "accepted")
        values = {"status": "accepted", "reason": None, "answered_at": receipt.at, **number}
    elif receipt.state == "never":
        message = and_(message, OPEN, MESSAGES.c.status == "unknown")
        values = {"status": "queued", "reason": reason, "claim": None}
    else:
        values = {"status": receipt.state, "reason": reason, "final_at": receipt.at, **number}
    return bool(connection.execute(update(MESSAGES).where(message).values({**values, "next_at": None})).rowcount)


def _keep(connection: Connection, gateway: str, receipt: Receipt) -> bool:
    """Keep a receipt for later; return whether that is news."""
    row = {"gateway": gateway, "provider_id": storable(receipt.provider_id), "state": receipt.state}
    if connection.scalar(select(exists().where(*(EARLY.c[name] == value for name, value in row.items())))):
        return False
    connection.execute(insert(EARLY).values(**row, reason=storable(receipt.reason), at=receipt.at))
    return True


def settle(connection: Connection, gateway: str, provider_ids: Collection[str] | None = None) -> int:
    """Apply the receipts that came before their messages' numbers were stored; return how many messages changed.

    `provider_ids`: only those of these numbers, just stored. Without them all: a receipt and an answer that are stored
    in the same moment do not see each other.
    """
    if connection.scalar(select(EARLY.c.id).limit(1)) is None:
        return 0
    numbers = None if provider_ids is None else {part for one in provider_ids for part in (one, *part_numbers(one))}
    changed = _settle_whole(connection, gateway, numbers)
    return changed + _settle_parts(connection, gateway, _kept(connection, gateway, numbers))


def _settle_whole(connection: Connection, gateway: str, numbers: Collection[str] | None) -> int:
    """Apply the receipts that are kept for a whole message; return how many messages changed."""
    same = and_(MESSAGES.c.gateway == EARLY.c.gateway, MESSAGES.c.provider_id == EARLY.c.provider_id)
    found = select(EARLY, MESSAGES.c.id.label("key")).join(MESSAGES, same).where(EARLY.c.gateway == gateway)
    if numbers is not None:
        found = found.where(EARLY.c.provider_id.in_(numbers))
    rows = connection.execute(found.order_by(MESSAGES.c.id, EARLY.c.id)).all()
    changed = {row.key for row in rows if _apply(connection, row.key, _receipt(row))}
    _forget(connection, rows)
    return len(changed)


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(state=row.state, at=row.at, provider_id=row.provider_id, reason=row.reason)


Kept = Mapping[str, Sequence[Row[Any]]]
"""Receipts that wait, by the number that they name, the oldest first."""


def _kept(connection: Connection, gateway: str, numbers: Collection[str] | None = None) -> Kept:
    found = select(EARLY).where(EARLY.c.gateway == gateway).order_by(EARLY.c.id)
    kept: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(found if numbers is None else found.where(EARLY.c.provider_id.in_(numbers))):
        kept.setdefault(row.provider_id, []).append(row)
    return kept


def _settle_parts(connection: Connection, gateway: str, kept: Kept) -> int:
    """Apply the receipts of parts where they say what became of the whole; return how many messages changed.

    Only of messages that are open: their numbers stand together in one column, in which no index finds a part.
    """
    if not kept:
        return 0
    in_parts = select(MESSAGES.c.id, MESSAGES.c.provider_id).where(
        OPEN, _OUT, MESSAGES.c.gateway == gateway, MESSAGES.c.provider_id.contains(",")
    )
    changed = 0
    for key, provider_id in connection.execute(in_parts.order_by(MESSAGES.c.id)).all():
        parts = [kept.get(number, ()) for number in part_numbers(provider_id)]
        receipt = _of_whole(parts)
        if receipt is not None and _apply(connection, key, receipt):
            changed += 1
            _forget(connection, [row for rows in parts for row in rows])
    return changed


def _of_whole(parts: Sequence[Sequence[Row[Any]]]) -> Receipt | None:
    """Return the receipt of a text by those of its parts; None while it cannot be told."""
    telling = [_telling(rows) for rows in parts if rows]
    state = merged([*(row.state for row in telling), *(None for rows in parts if not rows)])
    if state is None or not telling:
        return None
    reason = next((row.reason for row in telling if row.state == state), None)
    return Receipt(state=state, at=max(row.at for row in telling), reason=reason)


def _telling(rows: Sequence[Row[Any]]) -> Row[Any]:
    """Return the first receipt of a part that is final, else the first."""
    return next((row for row in rows if row.state != "accepted"), rows[0])


def _forget(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    connection.execute(delete(EARLY).where(EARLY.c.id.in_([row.id for row in rows])))


def forget_early(connection: Connection, now: datetime, rules: Sending) -> int:
    """Drop the receipts whose message never came; return how many."""
    last = now - timedelta(hours=rules.receipt_hours)
    return int(connection.execute(delete(EARLY).where(EARLY.c.at < last)).rowcount)
