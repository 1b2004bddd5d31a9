"""Steps of the outbox for tests: opened, claimed, answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from desks.outbox_rows import DAY, TEN, message, row
from policyserve import db
from policyserve.messages.gateways.gateway import Outgoing
from policyserve.messages.outbox import claims, outbox
from policyserve.settings_file import Sending
from policyserve.standard.model import MessageClass

RULES = Sending(attempts=3, first_wait_seconds=60, lease_minutes=10, receipt_hours=72)

CLASSES: tuple[MessageClass, ...] = ("duty", "service", "marketing")

TOMORROW = DAY + timedelta(days=1)

OUT_OF_HAND = {"submitting", "accepted", "delivered", "failed", "unknown", "cancelled", "expired"}
"""States in which a message does not wait."""


def open_for(engine: Engine, day: Any = DAY) -> outbox.OpeningCounts:
    with db.writing(engine) as connection:
        return outbox.open_for(connection, day, TEN)


def claim(engine: Engine, token: str = "a", *, limit: int = 100, minutes: float = 0, **asked: Any) -> list[Outgoing]:
    found = {"classes": CLASSES, "day": DAY, **asked}
    with db.writing(engine) as connection:
        return claims.claim(connection, "vendor", token, limit=limit, now=TEN + timedelta(minutes=minutes), **found)


def why(engine: Engine, key: int = 1) -> tuple[str | None, str | None]:
    """Return the code of a message's reason, and what was said besides."""
    return row(engine, key).reason, row(engine, key).said


def doubt(engine: Engine, minutes: float) -> int:
    with db.writing(engine) as connection:
        return outbox.doubt(connection, TEN + timedelta(minutes=minutes), RULES)


def references(taken: Sequence[Outgoing]) -> list[int]:
    return [int(one.reference) for one in taken]


def marketing(key: int, **fields: Any) -> dict[str, Any]:
    return message(key, customer_id=key, message_class="marketing", **fields)


def resolve(engine: Engine, key: int, said: str) -> None:
    with db.writing(engine) as connection:
        outbox.resolve(connection, key, said, by="Clerk Wang", now=TEN)
