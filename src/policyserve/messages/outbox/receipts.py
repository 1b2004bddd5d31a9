"""Delivery receipts, stored in the caller's transaction: what became of a text, as its gateway tells.

A receipt may come twice, late, or before the answer of the gateway is stored: the first final state stays, what comes
too early is kept until its number is known. A text of several parts has a number for each (`gateways.smpp.receipts`);
their receipts are kept until together they say what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select

from policyserve.locale.record import read
from policyserve.messages.gateways.gateway import Reason, Receipt, Sent
from policyserve.messages.gateways.smpp.receipts import merged, part_numbers
from policyserve.messages.outbox.fates import OUT, apply, locked
from policyserve.messages.outbox.outbox import OPEN
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.messages.reasons import storable, stored
from policyserve.settings_file import Sending
from policyserve.tables import EarlyReceipt, table

EARLY = table(EarlyReceipt)

LARGEST_KEY = 2**31 - 1


def take(connection: Connection, gateway: str, receipts: Sequence[Receipt]) -> tuple[int, int]:
    """Store receipts; return how many messages they changed, and how many receipts are kept for later."""
    keys = _keys_of(connection, gateway, receipts)
    fates = locked(connection, gateway, keys.values())
    named = [(receipt, keys.get(_named_by(receipt))) for receipt in receipts]
    changed = apply(connection, fates, [(key, receipt) for receipt, key in named if key in fates])
    lost = [receipt for receipt, key in named if key not in fates and receipt.provider_id]
    early = _keep(connection, gateway, lost)
    if early:
        numbers = {storable(receipt.provider_id) for receipt in lost}
        parts = {key: has for key, has in _in_parts(connection, gateway).items() if not numbers.isdisjoint(has)}
        kept = _kept(connection, gateway, {number for has in parts.values() for number in has})
        changed += _settle_parts(connection, gateway, parts, kept)
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


def _keys_of(connection: Connection, gateway: str, receipts: Iterable[Receipt]) -> dict[Name, int]:
    """Find the keys of the messages that receipts name; a number that was used twice is the later message's."""
    names = {_named_by(receipt) for receipt in receipts}
    numbers = [name for name in names if isinstance(name, str)]
    numbered = select(MESSAGES.c.provider_id, MESSAGES.c.id).where(
        MESSAGES.c.gateway == gateway, MESSAGES.c.provider_id.in_(numbers)
    )
    keys: dict[Name, int] = {name: name for name in names if isinstance(name, int)}
    if numbers:
        keys |= {row.provider_id: row.id for row in connection.execute(numbered.order_by(MESSAGES.c.id))}
    return keys


def _named_by(receipt: Receipt) -> Name:
    return storable(receipt.provider_id) if receipt.reference is None else _key(receipt.reference)


def _key(reference: str) -> int | None:
    """Read a reference of ours; None for what is none."""
    if not (reference.isascii() and reference.isdecimal() and len(reference) <= len(str(LARGEST_KEY))):
        return None
    key = int(reference)
    return key if key <= LARGEST_KEY else None


def _keep(connection: Connection, gateway: str, receipts: Iterable[Receipt]) -> int:
    """Keep receipts for later; return how many are news."""
    rows = {(storable(one.provider_id), one.state): {"at": one.at, "reason": stored(one.reason)} for one in receipts}
    if not rows:
        return 0
    known = select(EARLY.c.provider_id, EARLY.c.state).where(
        EARLY.c.gateway == gateway, EARLY.c.provider_id.in_([number for number, _ in rows])
    )
    for row in connection.execute(known):
        rows.pop((row.provider_id, row.state), None)
    new = [{"gateway": gateway, "provider_id": number, "state": state, **row} for (number, state), row in rows.items()]
    if new:
        connection.execute(insert(EARLY), new)
    return len(new)


def settle(connection: Connection, gateway: str, provider_ids: Collection[str] | None = None) -> int:
    """Apply the receipts that came before their messages' numbers were stored; return how many messages changed.

    `provider_ids`: only those of these numbers, just stored. Without them all: a receipt and an answer that are stored
    in the same moment do not see each other.
    """
    if connection.scalar(select(EARLY.c.id).limit(1)) is None:
        return 0
    numbers = None if provider_ids is None else {part for one in provider_ids for part in (one, *part_numbers(one))}
    changed = _settle_whole(connection, gateway, numbers)
    kept = _kept(connection, gateway, numbers)
    return changed + (_settle_parts(connection, gateway, _in_parts(connection, gateway), kept) if kept else 0)


def _settle_whole(connection: Connection, gateway: str, numbers: Collection[str] | None) -> int:
    """Apply the receipts that are kept for a whole message; return how many messages changed."""
    same = and_(MESSAGES.c.gateway == EARLY.c.gateway, MESSAGES.c.provider_id == EARLY.c.provider_id)
    found = select(EARLY, MESSAGES.c.id.label("key")).join(MESSAGES, same).where(EARLY.c.gateway == gateway)
    if numbers is not None:
        found = found.where(EARLY.c.provider_id.in_(numbers))
    rows = connection.execute(found.order_by(EARLY.c.id)).all()
    fates = locked(connection, gateway, [row.key for row in rows])
    changed = apply(connection, fates, [(row.key, _receipt(row)) for row in rows if row.key in fates])
    _forget(connection, rows)
    return changed


def _said(row: Row[Any]) -> Reason | None:
    return row.reason and read(row.reason)


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(state=row.state, at=row.at, provider_id=row.provider_id, reason=_said(row))


Kept = Mapping[str, Sequence[Row[Any]]]
"""Receipts that wait, by the number that they name, the oldest first."""


def _kept(connection: Connection, gateway: str, numbers: Collection[str] | None = None) -> Kept:
    found = select(EARLY).where(EARLY.c.gateway == gateway).order_by(EARLY.c.id)
    kept: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(found if numbers is None else found.where(EARLY.c.provider_id.in_(numbers))):
        kept.setdefault(row.provider_id, []).append(row)
    return kept


def _in_parts(connection: Connection, gateway: str) -> dict[int, Collection[str]]:
    """Return the numbers of the parts of each message that a gateway sent in parts and that is open.

    They stand together in one column, in which no index finds a part.
    """
    found = select(MESSAGES.c.id, MESSAGES.c.provider_id).where(
        OPEN, MESSAGES.c.status.in_(OUT), MESSAGES.c.gateway == gateway, MESSAGES.c.provider_id.contains(",")
    )
    return {row.id: part_numbers(row.provider_id) for row in connection.execute(found)}


def _settle_parts(connection: Connection, gateway: str, in_parts: Mapping[int, Collection[str]], kept: Kept) -> int:
    """Apply the receipts of parts where they say what became of the whole; return how many messages changed."""
    done: list[tuple[int, Receipt]] = []
    told: list[Row[Any]] = []
    for key, numbers in in_parts.items():
        parts = [kept.get(number, ()) for number in numbers]
        if (receipt := _of_whole(parts)) is not None:
            done.append((key, receipt))
            told += [row for rows in parts for row in rows]
    fates = locked(connection, gateway, [key for key, _ in done])
    _forget(connection, told)
    return apply(connection, fates, [(key, receipt) for key, receipt in done if key in fates])


def _of_whole(parts: Sequence[Sequence[Row[Any]]]) -> Receipt | None:
    """Return the receipt of a text by those of its parts; None while it cannot be told."""
    telling = [_telling(rows) for rows in parts if rows]
    state = merged([*(row.state for row in telling), *(None for rows in parts if not rows)])
    if state is None or not telling:
        return None
    reason = next((_said(row) for row in telling if row.state == state), None)
    return Receipt(state=state, at=max(row.at for row in telling), reason=reason)


def _telling(rows: Sequence[Row[Any]]) -> Row[Any]:
    """Return the first receipt of a part that is final, else the first."""
    return next((row for row in rows if row.state != "accepted"), rows[0])


def _forget(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    if keys := [row.id for row in rows]:
        connection.execute(delete(EARLY).where(EARLY.c.id.in_(keys)))


def forget_early(connection: Connection, now: datetime, rules: Sending) -> int:
    """Drop the receipts whose message never came; return how many."""
    last = now - timedelta(hours=rules.receipt_hours)
    return int(connection.execute(delete(EARLY).where(EARLY.c.at < last)).rowcount)
