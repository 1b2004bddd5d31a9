"""The outbox: what leaves is written down before it leaves, and what came of it after.

    planned --(approved)--> queued --> submitting --> accepted --> delivered | failed | unknown
                              ^            |--> failed
                              |-- later ---|--> unknown (it may have left)

Every step is a guarded update that names the state it comes from, so that many senders can work at once and a late
answer never overwrites a later state. Who dies between claim and answer leaves `submitting`; once the lease of the
claim is over these are `unknown`: looked up at the gateway, or shown to a person, never sent again blindly.

Functions work in the caller's transaction; instants are UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.messages.gateways.gateway import Answer, Outgoing, Sent
from policyserve.messages.stored import MESSAGES, WAITING
from policyserve.settings_file import Sending
from policyserve.tables import Customer, Pace, Refusal

CUSTOMERS: Table = Customer.__table__  # type: ignore[attr-defined]
PACES: Table = Pace.__table__  # type: ignore[attr-defined]
REFUSALS: Table = Refusal.__table__  # type: ignore[attr-defined]

_OPEN = MESSAGES.c.final_at.is_(None)
_OWN_CUSTOMER = CUSTOMERS.c.id == MESSAGES.c.customer_id


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What opening the outbox for a day did with how many messages."""

    queued: int = 0
    expired: int = 0
    cancelled: int = 0
    """Their customer has refused marketing since, or has no phone any more."""


def open_for(connection: Connection, day: date, now: datetime) -> Opened:
    """Queue what may go out on `day`, after a last look: too late, refused since, no phone any more."""
    waits = and_(_OPEN, MESSAGES.c.status.in_(WAITING))
    expired = _close(connection, and_(waits, MESSAGES.c.last_on < day), "expired", "expired", now)
    standing = and_(REFUSALS.c.phone == CUSTOMERS.c.phone, REFUSALS.c.lifted_at.is_(None))
    refused = or_(CUSTOMERS.c.sms_optout.is_(True), exists().where(standing))
    marketing = and_(waits, MESSAGES.c.message_class == "marketing")
    cancelled = _close(
        connection, and_(marketing, exists().where(_OWN_CUSTOMER, refused)), "cancelled", "opted-out", now
    )
    no_phone = exists().where(_OWN_CUSTOMER, CUSTOMERS.c.phone.is_(None))
    cancelled += _close(connection, and_(waits, no_phone), "cancelled", "no-phone", now)
    ready = or_(
        and_(MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(False)), MESSAGES.c.status == "approved"
    )
    let_go = update(MESSAGES).where(_OPEN, ready, MESSAGES.c.send_on <= day).values(status="queued")
    return Opened(queued=connection.execute(let_go).rowcount, expired=expired, cancelled=cancelled)


def _close(connection: Connection, condition: Any, status: str, reason: str, now: datetime) -> int:
    closed = update(MESSAGES).where(condition).values(status=status, reason=reason, final_at=now)
    return int(connection.execute(closed).rowcount)


def claim(
    connection: Connection, gateway: str, token: str, *, classes: Collection[str], limit: int, now: datetime
) -> list[Outgoing]:
    """Take up to `limit` queued messages in hand under `token`; nobody else gets them."""
    due = or_(MESSAGES.c.next_at.is_(None), MESSAGES.c.next_at <= now)
    first = (
        select(MESSAGES.c.id)
        .where(_OPEN, MESSAGES.c.status == "queued", MESSAGES.c.message_class.in_(sorted(classes)), due)
        .order_by(MESSAGES.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    phone = select(CUSTOMERS.c.phone).where(_OWN_CUSTOMER).scalar_subquery()
    values = {
        "status": "submitting", "claim": token, "gateway": gateway, "attempts": MESSAGES.c.attempts + 1,
        "submitted_at": now, "next_at": None, "phone": phone,
    }  # fmt: skip
    columns = (MESSAGES.c[name] for name in ("id", "phone", "text", "service", "message_class"))
    taken = (
        update(MESSAGES)
        .where(MESSAGES.c.id.in_(first.scalar_subquery()), MESSAGES.c.status == "queued")
        .values(values)
        .returning(*columns)
    )
    return [
        Outgoing(
            reference=str(row.id), phone=row.phone, text=row.text, service=row.service, message_class=row.message_class
        )
        for row in connection.execute(taken)
    ]


def give_back(connection: Connection, token: str) -> None:
    """Put back what was claimed and surely did not leave."""
    values = {"status": "queued", "claim": None, "attempts": MESSAGES.c.attempts - 1}
    connection.execute(_held_by(token).values(values))


def _held_by(token: str) -> Any:
    return update(MESSAGES).where(_OPEN, MESSAGES.c.claim == token, MESSAGES.c.status == "submitting")


def store_answers(
    connection: Connection, token: str, answers: Iterable[Answer], *, now: datetime, rules: Sending
) -> dict[str, int]:
    """Store what a gateway did with the messages claimed under `token`; return how many got each state.

    What has no answer stays in hand until `doubt` comes for it.
    """
    states = [_state(answer, now) for answer in answers]
    answer = (
        update(MESSAGES)
        .where(
            MESSAGES.c.id == bindparam("key"),
            MESSAGES.c.claim == token,
            or_(MESSAGES.c.status == "submitting", MESSAGES.c.status == "unknown"),
            _OPEN,
        )
        .values(
            {name: bindparam(f"new_{name}") for name in ("status", "provider_id", "reason", "answered_at", "final_at")}
        )
    )
    if states:
        connection.execute(answer, states)
    if any(answer["new_status"] == "queued" for answer in states):
        _put_off(connection, token, now, rules)
    counts: dict[str, int] = {}
    for state in states:
        counts[state["new_status"]] = counts.get(state["new_status"], 0) + 1
    return counts


_STATE_OF = {
    "accepted": "accepted",
    "delivered": "delivered",
    "refused": "failed",
    "later": "queued",
    "in-doubt": "unknown",
}


def _state(answer: Answer, now: datetime) -> dict[str, Any]:
    status = _STATE_OF[answer.outcome]
    reason = f"in-doubt: {answer.reason or 'no answer'}" if answer.outcome == "in-doubt" else answer.reason
    return {
        "key": int(answer.reference),
        "new_status": status,
        "new_provider_id": answer.provider_id,
        "new_reason": reason,
        "new_answered_at": now,
        "new_final_at": now if status in {"delivered", "failed"} else None,
    }


def _put_off(connection: Connection, token: str, now: datetime, rules: Sending) -> None:
    """Say when what failed for now is tried again, twice as late each time; the last try was the last."""
    failed = and_(_OPEN, MESSAGES.c.claim == token, MESSAGES.c.status == "queued")
    over = update(MESSAGES).where(failed, MESSAGES.c.attempts >= rules.attempts)
    said = "tried: " + MESSAGES.c.reason
    connection.execute(over.values(status="failed", reason=said, final_at=now))
    for attempts in range(1, rules.attempts):
        wait = timedelta(seconds=rules.first_wait_seconds * 2 ** (attempts - 1))
        again = update(MESSAGES).where(failed, MESSAGES.c.attempts == attempts)
        connection.execute(again.values(next_at=now + wait, claim=None))


def doubt(connection: Connection, now: datetime, rules: Sending) -> int:
    """Give up waiting for senders that died: what they had in hand may have left. Return how many."""
    lease = now - timedelta(minutes=rules.lease_minutes)
    stale = update(MESSAGES).where(_OPEN, MESSAGES.c.status == "submitting", MESSAGES.c.submitted_at < lease)
    return int(connection.execute(stale.values(status="unknown", reason="in-doubt: its sender died")).rowcount)


def doubt_claim(connection: Connection, token: str) -> None:
    """Put what is still in hand under `token` in doubt: the gateway gave no answer for it."""
    connection.execute(_held_by(token).values(status="unknown", reason="in-doubt: the gateway gave no answer"))


def give_up_receipts(connection: Connection, now: datetime, rules: Sending) -> int:
    """Stop waiting for receipts that vendors no longer push; what became of these messages stays unknown."""
    last = now - timedelta(hours=rules.receipt_hours)
    silent = update(MESSAGES).where(
        _OPEN, MESSAGES.c.status.in_(["accepted", "unknown"]), MESSAGES.c.submitted_at < last
    )
    return int(connection.execute(silent.values(status="unknown", reason="no-receipt", final_at=now)).rowcount)


def in_doubt(connection: Connection, gateway: str, limit: int) -> list[Sent]:
    """Return messages whose fate the gateway may know."""
    columns = (MESSAGES.c[name] for name in ("id", "phone", "submitted_at", "provider_id", "claim"))
    asked = (
        select(*columns)
        .where(_OPEN, MESSAGES.c.status == "unknown", MESSAGES.c.gateway == gateway)
        .order_by(MESSAGES.c.id)
        .limit(limit)
    )
    return [
        Sent(
            reference=str(row.id), phone=row.phone, submitted_at=row.submitted_at, provider_id=row.provider_id,
            claim=row.claim,
        )
        for row in connection.execute(asked)
    ]  # fmt: skip


def reserve(connection: Connection, gateway: str, count: int, rate: float, now: datetime) -> datetime:
    """Reserve the time that `count` messages take at `rate` a second; return when it begins. All senders share it."""
    own = PACES.c.gateway == gateway
    upsert = postgresql.insert if not db.is_sqlite(connection) else sqlite.insert
    connection.execute(upsert(PACES).values(gateway=gateway, free_at=now).on_conflict_do_nothing())
    free_at: datetime = connection.execute(select(PACES.c.free_at).where(own).with_for_update()).scalar_one()
    begins = max(free_at, now)
    connection.execute(update(PACES).where(own).values(free_at=begins + timedelta(seconds=count / rate)))
    return begins


def approve(connection: Connection, keys: Sequence[int] | None, *, by: str) -> int:
    """Let planned messages go that wait for a manager, all of them without `keys`; return how many."""
    waits = and_(_OPEN, MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(True))
    chosen = waits if keys is None else and_(waits, MESSAGES.c.id.in_(keys))
    return int(connection.execute(update(MESSAGES).where(chosen).values(status="approved", decided_by=by)).rowcount)


def cancel(connection: Connection, keys: Sequence[int], *, by: str, why: str, now: datetime) -> int:
    """Decide against messages that have not left; raises PolicyserveError where one has."""
    waits = and_(_OPEN, MESSAGES.c.id.in_(keys), MESSAGES.c.status.in_(WAITING))
    values = {"status": "cancelled", "reason": f"by-hand: {why}", "decided_by": by, "final_at": now}
    done = int(connection.execute(update(MESSAGES).where(waits).values(values)).rowcount)
    if done < len(set(keys)):
        raise _not_possible(connection, keys, {"cancelled"}, "cancelled")
    return done


RESOLVED: Mapping[str, Mapping[str, Any]] = {
    "delivered": {"status": "delivered"},
    "failed": {"status": "failed"},
    "not-sent": {"status": "queued"},
}
"""What a person can say of a message in doubt; one that was not sent goes out again."""


def resolve(connection: Connection, key: int, said: str, *, by: str, now: datetime) -> None:
    """Store what a person found out of a message in doubt (`RESOLVED`); raises PolicyserveError for any other."""
    final_at = None if said == "not-sent" else now
    values = {**RESOLVED[said], "reason": None, "decided_by": by, "final_at": final_at, "claim": None}
    changed = update(MESSAGES).where(MESSAGES.c.id == key, MESSAGES.c.status == "unknown").values(values)
    if not connection.execute(changed).rowcount:
        raise _not_possible(connection, [key], set(), "resolved: only one that is unknown can be")


def _not_possible(connection: Connection, keys: Sequence[int], fine: set[str], asked: str) -> PolicyserveError:
    """Say which message stands in the way."""
    found = connection.execute(select(MESSAGES.c.id, MESSAGES.c.status).where(MESSAGES.c.id.in_(keys)))
    states: dict[int, str] = {row.id: row.status for row in found}
    for key in keys:
        if key not in states:
            return NotFoundError("message", key)
        if states[key] not in fine:
            return PolicyserveError(f"Message {key} is {states[key]}, so it cannot be {asked}. Nothing was changed.")
    return PolicyserveError("Nothing was changed.")
