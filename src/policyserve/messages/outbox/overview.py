"""Messages for people and programs: lists, exports, counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from policyserve.messages.outbox.outbox import CUSTOMERS
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.messages.reasons import in_words
from policyserve.tables import Policy, table

POLICIES = table(Policy)

FIELDS = ("message_id", "service", "customer_no", "channel", "text", "segments", "status", "due", "reason")
"""The fields of a message that programs rely on."""

MORE = ("message_class", "send_on", "last_on", "gateway", "provider_id", "attempts", "submitted_at", "merged_into_id")
"""Further fields of lists for programs."""


EXPORTED = ("message_id", "phone", "text", "segments", "message_class", "service", "customer_no", "last_on")
"""What the company's own platform gets."""

REST = ("arguments", "said")
"""What the words of a reason are made of besides its code."""


def messages(
    connection: Connection,
    language: str,
    *,
    day: date | None = None,
    statuses: Sequence[str] = (),
    service: str | None = None,
    customer_no: str | None = None,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """Return messages as rows of `FIELDS` and `MORE`, in the order in which they were made; `most`: the last ones.

    `day` is the day for which they were made, `reason` is in words.
    """
    query = _narrowed(_LISTED, day, statuses, service, customer_no).order_by(MESSAGES.c.id.desc()).limit(most)
    return list(reversed(_rows(connection, query, language)))


def messages_after(
    connection: Connection,
    language: str,
    seen: ColumnElement[bool],
    *,
    after: int,
    most: int,
    day: date | None = None,
    statuses: Sequence[str] = (),
    service: str | None = None,
    customer_no: str | None = None,
) -> list[dict[str, Any]]:
    """Return the first messages that follow a key, as `messages` does; `seen`: the condition on their customers."""
    query = _narrowed(_LISTED, day, statuses, service, customer_no).where(seen, MESSAGES.c.id > after)
    return _rows(connection, query.order_by(MESSAGES.c.id).limit(most), language)


_LISTED = select(
    MESSAGES.c.id.label("message_id"),
    CUSTOMERS.c.customer_no,
    *(MESSAGES.c[name] for name in (*FIELDS, *MORE, *REST) if name not in {"message_id", "customer_no"}),
).join(CUSTOMERS, CUSTOMERS.c.id == MESSAGES.c.customer_id)


def _rows(connection: Connection, query: Select[Any], language: str) -> list[dict[str, Any]]:
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [{name: row[name] for name in (*FIELDS, *MORE)} | {"reason": in_words(row, language)} for row in rows]


def how_many(
    connection: Connection,
    *,
    day: date | None = None,
    statuses: Sequence[str] = (),
    service: str | None = None,
    customer_no: str | None = None,
) -> int:
    """Count what `messages` would return."""
    query = select(func.count()).select_from(MESSAGES)
    if customer_no is not None:
        query = query.join(CUSTOMERS, CUSTOMERS.c.id == MESSAGES.c.customer_id)
    return connection.scalar(_narrowed(query, day, statuses, service, customer_no)) or 0


def export(connection: Connection, day: date) -> list[dict[str, Any]]:
    """Return what the company's own platform needs to send the messages of a day that may go: a row for each.

    What waits for a manager is left out, and so is what a gateway of ours has had in hand.
    """
    may_go = or_(
        MESSAGES.c.status.in_(["approved", "queued"]),
        and_(MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(False)),
    )
    customers = {"phone", "customer_no"}
    query = (
        select(
            MESSAGES.c.id.label("message_id"),
            *((CUSTOMERS if name in customers else MESSAGES).c[name] for name in EXPORTED[1:]),
        )
        .join(CUSTOMERS, CUSTOMERS.c.id == MESSAGES.c.customer_id)
        .where(MESSAGES.c.final_at.is_(None), MESSAGES.c.send_on == day, MESSAGES.c.attempts == 0, may_go)
        .order_by(MESSAGES.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def counts(connection: Connection, day: date) -> list[dict[str, Any]]:
    """Count the messages of a day by service, status and reason (with REST); `segments`: of texts that go out."""
    names = ("service", "message_class", "status", "reason", *REST)
    columns = [MESSAGES.c[name] for name in names]
    query = (
        select(*columns, func.count().label("messages"), func.sum(MESSAGES.c.segments).label("segments"))
        .where(MESSAGES.c.send_on == day)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _narrowed(
    query: Select[Any], day: date | None, statuses: Sequence[str], service: str | None, customer_no: str | None
) -> Select[Any]:
    if day is not None:
        query = query.where(MESSAGES.c.send_on == day)
    if statuses:
        query = query.where(MESSAGES.c.status.in_(statuses))
    if service is not None:
        query = query.where(MESSAGES.c.service == service)
    return query if customer_no is None else query.where(CUSTOMERS.c.customer_no == customer_no)
