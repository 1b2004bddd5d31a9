"""What a sender has in hand: claimed under its token, kept, given back, answered.

A claim is stored before the first of its texts leaves and holds for a lease (`settings_file.Sending`). Every step asks
whether the messages are still held under the token, so an answer that comes late or for somebody else's claim never
overwrites a later state. Functions work in the caller's transaction; instants are UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from policyserve import db
from policyserve.messages.gateways.gateway import Answer, Outcome, Outgoing
from policyserve.messages.outbox.outbox import CUSTOMERS, NO_CONSENT, OPEN, OWN_CUSTOMER, REFUSED
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.messages.reasons import storable, stored
from policyserve.settings_file import Sending
from policyserve.standard.model import MessageClass
from policyserve.tables import Pace, table

PACES = table(Pace)

LONGEST_WAIT = 86_400.0
"""Seconds up to which the wait before another try doubles."""


def claim(
    connection: Connection,
    gateway: str,
    token: str,
    *,
    classes: Sequence[MessageClass],
    limit: int,
    day: date,
    now: datetime,
) -> list[Outgoing]:
    """Take up to `limit` queued messages in hand under `token`, class after class; nobody else gets them.

    What stands against a message by now (its last day is before `day`, its customer refused or has no phone any more)
    keeps it in the queue, for `outbox.open_for` to close.
    """
    taken: list[Outgoing] = []
    for message_class in classes:
        if len(taken) < limit:
            ready = _ready(message_class, day, now).limit(limit - len(taken))
            taken += _claim(connection, gateway, token, ready, now)
    return taken


def _ready(message_class: MessageClass, day: date, now: datetime) -> Select[int, str]:
    """Choose the messages of a class that may leave now, and where to; nobody else's claim waits for them."""
    ready = (
        select(MESSAGES.c.id, CUSTOMERS.c.phone)
        .join(CUSTOMERS, OWN_CUSTOMER)
        .where(OPEN, MESSAGES.c.status == "queued", MESSAGES.c.message_class == message_class)
        .where(or_(MESSAGES.c.next_at.is_(None), MESSAGES.c.next_at <= now), MESSAGES.c.last_on >= day)
        .where(CUSTOMERS.c.phone.is_not(None))
        .order_by(MESSAGES.c.id)
        .with_for_update(of=MESSAGES, skip_locked=True)
    )
    return ready.where(~REFUSED, ~NO_CONSENT) if message_class == "marketing" else ready


def _claim(connection: Connection, gateway: str, token: str, ready: Select[int, str], now: datetime) -> list[Outgoing]:
    first = ready.cte("first")  # locked once; a subquery might be run, and lock, again and again
    values = {
        "status": "submitting", "claim": token, "gateway": gateway, "attempts": MESSAGES.c.attempts + 1,
        "submitted_at": now, "next_at": None, "phone": first.c.phone,
    }  # fmt: skip
    columns = (MESSAGES.c[name] for name in ("id", "phone", "text", "service", "message_class"))
    rows = connection.execute(update(MESSAGES).where(MESSAGES.c.id == first.c.id).values(values).returning(*columns))
    return [_outgoing(row) for row in sorted(rows, key=lambda row: int(row.id))]


def _outgoing(row: Row[Any]) -> Outgoing:
    return Outgoing(
        reference=str(row.id), phone=row.phone, text=row.text, service=row.service, message_class=row.message_class
    )


def keep(connection: Connection, token: str, now: datetime) -> set[str]:
    """Begin the lease anew before the texts leave; return the references of those that are still held.

    Of others somebody has said meanwhile that they never left, and they may be on their way from elsewhere.
    """
    held = _held_by(token).values(submitted_at=now).returning(MESSAGES.c.id)
    return {str(row.id) for row in connection.execute(held)}


def give_back(connection: Connection, token: str) -> None:
    """Put back what was claimed and surely did not leave."""
    values = {"status": "queued", "claim": None, "attempts": MESSAGES.c.attempts - 1}
    connection.execute(_held_by(token).values(values))


def _held_by(token: str) -> Any:
    return update(MESSAGES).where(OPEN, MESSAGES.c.claim == token, MESSAGES.c.status == "submitting")


def store_answers(
    connection: Connection, token: str, answers: Iterable[Answer], *, now: datetime, rules: Sending
) -> Counter[str]:
    """Store what a gateway did with the messages claimed under `token`; return how many got each state.

    Of several answers for one message the first counts; a message without one may have left. An answer that comes
    after the lease still tells what became of a message in doubt.
    """
    said: dict[str, Answer] = {}
    for answer in answers:
        said.setdefault(answer.reference, answer)
    counts = len(said) == 1 or any(answer.outcome not in {"later", "in-doubt"} for answer in said.values())
    changes: list[dict[str, Any]] = []
    for row in connection.execute(_answerable(token)):
        found = said.get(str(row.id))
        if found is None and row.status == "submitting":
            found = Answer(reference=str(row.id), outcome="in-doubt")
        if found is not None:
            changes.append(_change(row, found, now, rules, counts=counts))
    if changes:
        connection.execute(_ANSWER, changes)
    return Counter(change["new_status"] for change in changes)


def _answerable(token: str) -> Any:
    """Messages that an answer under `token` can still change, locked until it is stored."""
    states = MESSAGES.c.status.in_(["submitting", "unknown"])
    columns = (MESSAGES.c[name] for name in ("id", "status", "claim", "attempts"))
    return select(*columns).where(OPEN, states, MESSAGES.c.claim == token).order_by(MESSAGES.c.id).with_for_update()


_CHANGED = (
    "status",
    "provider_id",
    "reason",
    "arguments",
    "said",
    "claim",
    "attempts",
    "next_at",
    "answered_at",
    "final_at",
)

_ANSWER = (
    update(MESSAGES)
    .where(MESSAGES.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)

_STATE_OF: Mapping[Outcome, str] = {
    "accepted": "accepted",
    "delivered": "delivered",
    "refused": "failed",
    "later": "queued",
    "in-doubt": "unknown",
}


def _change(row: Row[Any], answer: Answer, now: datetime, rules: Sending, *, counts: bool) -> dict[str, Any]:
    """Say what an answer makes of a message; `counts`: a try that failed for now counts as one.

    It does not where the gateway took nothing at all of several texts: the fault is its own, and an hour without it
    must not use up the tries of all that wait.
    """
    status, reason, said = _STATE_OF[answer.outcome], None, stored(answer.reason)
    if status == "queued" and counts and row.attempts >= rules.attempts:
        status, reason = "failed", "tried"
    elif status == "unknown":
        reason = "in-doubt" if said else "no-answer"
    waits = status == "queued"
    new = {
        "status": status,
        "provider_id": storable(answer.provider_id),
        "reason": reason,
        "arguments": None,
        "said": said,
        "claim": None if waits else row.claim,
        "attempts": row.attempts - (waits and not counts),
        "next_at": now + _wait(row.attempts if counts else 1, rules) if waits else None,
        "answered_at": now,
        "final_at": now if status in {"delivered", "failed"} else None,
    }
    return {"key": row.id} | {f"new_{name}": value for name, value in new.items()}


def _wait(attempts: int, rules: Sending) -> timedelta:
    """Return how long to wait after the try of this number; twice as long each time."""
    return timedelta(seconds=min(rules.first_wait_seconds * 2.0 ** (attempts - 1), LONGEST_WAIT))


def reserve(connection: Connection, gateway: str, count: int, rate: float, now: datetime) -> datetime:
    """Reserve the time that `count` messages take at `rate` a second; return when it begins. All senders share it."""
    own = PACES.c.gateway == gateway
    upsert = sqlite.insert if db.is_sqlite(connection) else postgresql.insert
    connection.execute(upsert(PACES).values(gateway=gateway, free_at=now).on_conflict_do_nothing())
    free_at: datetime = connection.execute(select(PACES.c.free_at).where(own).with_for_update()).scalar_one()
    begins = max(free_at, now)
    connection.execute(update(PACES).where(own).values(free_at=begins + timedelta(seconds=count / rate)))
    return begins
