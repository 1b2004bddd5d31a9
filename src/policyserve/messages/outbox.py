"""The outbox: what leaves is written down before it leaves, and what came of it after.

    planned --(approved)--> queued --> submitting --> accepted --> delivered | failed | unknown
                              ^            |--> failed
                              |-- later ---|--> unknown (it may have left)

Every step is a guarded update that names the state it comes from, so that many senders can work at once and a late
answer never overwrites a later state. Who dies between claim and answer (`claims`) leaves `submitting`; once the lease
of the claim is over these are `unknown`: looked up at the gateway, or shown to a person, never sent again blindly.

Functions work in the caller's transaction; instants are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, or_, select, update

from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.messages.gateways.gateway import Sent
from policyserve.messages.stored import MESSAGES, WAITING
from policyserve.settings_file import Sending
from policyserve.tables import Customer, Refusal

CUSTOMERS: Table = Customer.__table__  # type: ignore[attr-defined]
REFUSALS: Table = Refusal.__table__  # type: ignore[attr-defined]

OPEN = MESSAGES.c.final_at.is_(None)
OWN_CUSTOMER = CUSTOMERS.c.id == MESSAGES.c.customer_id

REFUSED = or_(
    CUSTOMERS.c.sms_optout.is_(True),
    exists().where(REFUSALS.c.phone == CUSTOMERS.c.phone, REFUSALS.c.lifted_at.is_(None)),
)
"""Whether a customer refuses marketing: by the list, or from the phone."""

NO_CONSENT = CUSTOMERS.c.marketing_consent.is_not(True)

_WAITS = and_(OPEN, MESSAGES.c.status.in_(WAITING))
_MARKETING = MESSAGES.c.message_class == "marketing"
_READY = or_(
    and_(MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(False)), MESSAGES.c.status == "approved"
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What opening the outbox for a day did with how many messages."""

    queued: int = 0
    expired: int = 0
    cancelled: int = 0
    """Their customer has refused marketing since, takes the consent back, or has no phone any more."""


def open_for(connection: Connection, day: date, now: datetime) -> Opened:
    """Queue what may go out on `day`, after a last look: too late, refused since, no phone any more."""
    too_late = MESSAGES.c.last_on < day
    standing_against = {
        "opted-out": and_(_MARKETING, exists().where(OWN_CUSTOMER, REFUSED)),
        "no-consent": and_(_MARKETING, exists().where(OWN_CUSTOMER, NO_CONSENT)),
        "no-phone": exists().where(OWN_CUSTOMER, CUSTOMERS.c.phone.is_(None)),
    }
    ready = and_(_READY, MESSAGES.c.send_on <= day)
    hold(connection, and_(_WAITS, or_(too_late, *standing_against.values(), ready)))
    expired = close(connection, and_(_WAITS, too_late), "expired", "expired", now)
    cancelled = sum(
        close(connection, and_(_WAITS, against), "cancelled", reason, now)
        for reason, against in standing_against.items()
    )
    queued = connection.execute(update(MESSAGES).where(OPEN, ready).values(status="queued")).rowcount
    return Opened(queued=queued, expired=expired, cancelled=cancelled)


def hold(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Lock messages before they are changed, in the order of their keys: in any other two who do it could wait for
    each other. SQLite has been locked all along.
    """
    if not db.is_sqlite(connection):
        connection.execute(select(MESSAGES.c.id).where(condition).order_by(MESSAGES.c.id).with_for_update())


def close(connection: Connection, condition: ColumnElement[bool], status: str, reason: str, now: datetime) -> int:
    """Bring messages to a final state; return how many."""
    closed = update(MESSAGES).where(condition).values(status=status, reason=reason, final_at=now)
    return int(connection.execute(closed).rowcount)


def doubt(connection: Connection, now: datetime, rules: Sending) -> int:
    """Give up waiting for senders that died: what they had in hand may have left. Return how many."""
    lease = now - timedelta(minutes=rules.lease_minutes)
    stale = update(MESSAGES).where(OPEN, MESSAGES.c.status == "submitting", MESSAGES.c.submitted_at < lease)
    return int(connection.execute(stale.values(status="unknown", reason="in-doubt: its sender died")).rowcount)


def give_up_receipts(connection: Connection, now: datetime, rules: Sending) -> int:
    """Stop waiting for receipts that vendors no longer push; what became of these messages stays unknown."""
    last = now - timedelta(hours=rules.receipt_hours)
    silent = update(MESSAGES).where(
        OPEN, MESSAGES.c.status.in_(["accepted", "unknown"]), MESSAGES.c.submitted_at < last
    )
    return int(connection.execute(silent.values(status="unknown", reason="no-receipt", final_at=now)).rowcount)


def in_doubt(connection: Connection, gateway: str, *, after: int, limit: int) -> list[Sent]:
    """Return up to `limit` messages whose fate the gateway may know, in the order of their keys, from `after` on."""
    columns = (MESSAGES.c[name] for name in ("id", "phone", "submitted_at", "provider_id", "claim"))
    asked = (
        select(*columns)
        .where(OPEN, MESSAGES.c.status == "unknown", MESSAGES.c.gateway == gateway, MESSAGES.c.id > after)
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


def approve(connection: Connection, keys: Sequence[int] | None, *, by: str) -> int:
    """Let planned messages go that wait for a manager, all of them without `keys`; return how many."""
    waits = and_(OPEN, MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(True))
    chosen = waits if keys is None else and_(waits, MESSAGES.c.id.in_(keys))
    return int(connection.execute(update(MESSAGES).where(chosen).values(status="approved", decided_by=by)).rowcount)


def cancel(connection: Connection, keys: Sequence[int], *, by: str, why: str, now: datetime) -> int:
    """Decide against messages that have not left; return how many. Raises PolicyserveError where one has."""
    waits = and_(_WAITS, MESSAGES.c.id.in_(keys))
    values = {"status": "cancelled", "reason": f"by-hand: {why}", "decided_by": by, "final_at": now}
    done = int(connection.execute(update(MESSAGES).where(waits).values(values)).rowcount)
    _check(connection, keys, {"cancelled"}, "cancelled")
    return done


RESOLVED: Mapping[str, Mapping[str, Any]] = {
    "delivered": {"status": "delivered"},
    "failed": {"status": "failed"},
    "not-sent": {"status": "queued"},
}
"""What a person can say of a message in doubt; one that was not sent goes out again."""


def resolve(connection: Connection, key: int, said: str, *, by: str, now: datetime) -> None:
    """Store what a person found out of a message in doubt (`RESOLVED`); raises PolicyserveError for any other."""
    _check(connection, [key], {"unknown"}, "resolved: only one that is unknown can be")
    final_at = None if said == "not-sent" else now
    values = {**RESOLVED[said], "reason": None, "decided_by": by, "final_at": final_at, "claim": None}
    connection.execute(update(MESSAGES).where(MESSAGES.c.id == key, MESSAGES.c.status == "unknown").values(values))


def _check(connection: Connection, keys: Sequence[int], fine: set[str], asked: str) -> None:
    """Raise PolicyserveError for the first message that is not in a state of `fine`; the others stay locked."""
    states = select(MESSAGES.c.id, MESSAGES.c.status).where(MESSAGES.c.id.in_(keys)).with_for_update()
    found: dict[int, str] = {row.id: row.status for row in connection.execute(states)}
    for key in keys:
        if key not in found:
            raise NotFoundError("message", key)
        if found[key] not in fine:
            raise PolicyserveError(f"Message {key} is {found[key]}, so it cannot be {asked}. Nothing was changed.")
