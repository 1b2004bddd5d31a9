"""Messages as generation would have stored them, written so that a test shows only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from policyserve import db
from policyserve.messages.outbox.inbound import REPLIES
from policyserve.messages.outbox.receipts import EARLY
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.tables import Customer, Message

Row = dict[str, Any]

DAY = date(2026, 11, 2)
TEN = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""Ten o'clock on that day in Shanghai."""


def phone_of(customer: int) -> str:
    """Return the phone of a customer; generated, nobody's."""
    return f"139{customer:08d}"


def message(key: int = 1, **fields: Any) -> Row:
    """Return a duty message of this key to customer 1, planned for `DAY`, but for `fields`."""
    plain = {
        "id": key, "service": "premium-reminder", "subject_kind": "policy", "subject_id": key, "ordinal": 1,
        "customer_id": 1, "channel": "sms", "message_class": "duty", "anchor": DAY, "due": DAY, "send_on": DAY,
        "last_on": DAY, "text": f"【安心人寿】第{key}条", "segments": 1, "status": "planned", "needs_approval": False,
        "attempts": 0, "planned_at": TEN,
    }  # fmt: skip
    return {**plain, **fields}


def fill(engine: Engine, *messages: Row, customers: tuple[Row, ...] = ()) -> None:
    """Store messages and their customers: with a phone and a consent, unless `customers` say otherwise."""
    given = {row["id"]: row for row in customers}
    keys = sorted({row["customer_id"] for row in messages} | {*given})
    people = [
        {"id": key, "customer_no": f"C{key}", "phone": phone_of(key), "marketing_consent": True, "sms_optout": False}
        | {"known_on": date(2026, 1, 1)} | given.get(key, {})
        for key in keys
    ]  # fmt: skip
    names = {name for row in messages for name in row}
    with db.writing(engine) as connection:
        connection.execute(insert(Customer), people)
        if messages:
            connection.execute(insert(Message), [dict.fromkeys(names) | row for row in messages])


def row(engine: Engine, key: int = 1) -> Any:
    """Return a stored message."""
    return rows(engine)[key]


def rows(engine: Engine) -> dict[int, Any]:
    """Return all stored messages by key."""
    with db.reading(engine) as connection:
        return {found.id: found for found in connection.execute(select(MESSAGES).order_by(MESSAGES.c.id))}


def states(engine: Engine) -> list[str]:
    """Return the states of all messages, in the order of their keys."""
    return [found.status for found in rows(engine).values()]


def replies(engine: Engine) -> list[Any]:
    """Return the stored replies."""
    with db.reading(engine) as connection:
        return list(connection.execute(select(REPLIES).order_by(REPLIES.c.id)))


def early(engine: Engine) -> list[Any]:
    """Return the receipts that are kept."""
    with db.reading(engine) as connection:
        return list(connection.execute(select(EARLY).order_by(EARLY.c.id)))
