"""Fates of messages: what a receipt makes of each, from the state that it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from policyserve.messages.gateways.gateway import Receipt
from policyserve.messages.outbox.outbox import because
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.messages.reasons import storable, stored

OUT = ("submitting", "accepted", "unknown")
"""States of what has left, or may have."""

Fate = Mapping[str, Any]
"""What a receipt reads of a message and what it changes: `_FATE`."""

_FATE = (
    "status",
    "reason",
    "arguments",
    "said",
    "provider_id",
    "claim",
    "next_at",
    "submitted_at",
    "answered_at",
    "final_at",
)


def locked(connection: Connection, gateway: str, keys: Iterable[int]) -> dict[int, Fate]:
    """Read messages that left by a gateway, and lock them in the order of their keys."""
    wanted = {*keys}
    columns = (MESSAGES.c[name] for name in ("id", "gateway", *_FATE))
    named = select(*columns).where(MESSAGES.c.id.in_(wanted)).order_by(MESSAGES.c.id).with_for_update()
    rows = connection.execute(named).mappings() if wanted else ()
    return {row["id"]: {name: row[name] for name in _FATE} for row in rows if row["gateway"] == gateway}


_CHANGE = (
    update(MESSAGES).where(MESSAGES.c.id == bindparam("key")).values({name: bindparam(f"new_{name}") for name in _FATE})
)


def apply(connection: Connection, fates: Mapping[int, Fate], receipts: Iterable[tuple[int, Receipt]]) -> int:
    """Bring locked messages to the states of their receipts, one after the other; return how many changed."""
    changed: dict[int, Fate] = {}
    for key, receipt in receipts:
        fate = after(changed.get(key, fates[key]), receipt)
        if fate is not None:
            changed[key] = fate
    if changed:
        rows = [{"key": key} | {f"new_{name}": fate[name] for name in _FATE} for key, fate in changed.items()]
        connection.execute(_CHANGE, rows)
    return len(changed)


def after(fate: Fate, receipt: Receipt) -> Fate | None:
    """Say what a receipt makes of a message; None where it is no news.

    It can change what has left, an unknown one even after it was given up; and one that waits for another try, for a
    vendor may have taken what it answered with a failure.
    """
    status, is_final = fate["status"], fate["final_at"] is not None
    if status not in OUT and not (status == "queued" and fate["submitted_at"] is not None):
        return None
    reason, number = because(None, stored(receipt.reason)), fate["provider_id"] or storable(receipt.provider_id)
    if receipt.state == "never":
        again = {"status": "queued", **reason, "claim": None, "next_at": None}
        return None if is_final or status != "unknown" else {**fate, **again}
    if receipt.state == "accepted":
        taken = {"status": "accepted", **because(None), "answered_at": receipt.at, "next_at": None}
        return None if is_final or status == "accepted" else {**fate, **taken, "provider_id": number}
    if is_final and receipt.state == "unknown":
        return None
    end = {"status": receipt.state, **reason, "final_at": receipt.at, "next_at": None}
    return {**fate, **end, "provider_id": number}
