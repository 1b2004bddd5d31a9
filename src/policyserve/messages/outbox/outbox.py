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

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Result,
    Select,
    String,
    and_,
    case,
    literal_column,
    or_,
    select,
    update,
)

from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, N_in, Sentence
from policyserve.messages.gateways.gateway import Sent
from policyserve.messages.outbox.stored_messages import MESSAGES, WAITING
from policyserve.messages.reasons import storable
from policyserve.settings_file import Sending
from policyserve.tables import Customer, Refusal, table

CUSTOMERS = table(Customer)
REFUSALS = table(Refusal)

OTHERS = CUSTOMERS.alias("others")

OPEN = MESSAGES.c.final_at.is_(None)
OWN_CUSTOMER = CUSTOMERS.c.id == MESSAGES.c.customer_id

_OTHER_REFUSES = or_(OTHERS.c.sms_optout.is_(True), OTHERS.c.restricted_on.is_not(None))

REFUSED = or_(
    CUSTOMERS.c.sms_optout.is_(True),
    CUSTOMERS.c.restricted_on.is_not(None),
    CUSTOMERS.c.phone.in_(select(REFUSALS.c.phone).where(REFUSALS.c.lifted_at.is_(None))),
    CUSTOMERS.c.phone.in_(select(OTHERS.c.phone).where(_OTHER_REFUSES, OTHERS.c.phone.is_not(None))),
)
"""Whether marketing is refused: by the list, by a restriction, from the phone, or by somebody else who has the same."""

NO_CONSENT = CUSTOMERS.c.marketing_consent.is_not(True)

_WAITS = and_(OPEN, MESSAGES.c.status.in_(WAITING))
_READY = or_(
    and_(MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(False)), MESSAGES.c.status == "approved"
)


@dataclass(frozen=True, kw_only=True)
class OpeningCounts:
    """What opening the outbox for a day did with how many messages."""

    queued: int = 0
    expired: int = 0
    cancelled: int = 0
    """Their customer has refused marketing since, takes the consent back, or has no phone any more."""


def change(connection: Connection, chosen: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Result[str, int]:
    """Change the messages that a query chooses, in one statement, and return the state and the key of each.

    They are locked in the order of their keys: in any other, two who do it could wait for each other. What else the
    query tells of a message, `values` name as `told(...)`.
    """
    held = chosen.order_by(MESSAGES.c.id).with_for_update(of=MESSAGES).cte("held").prefix_with("MATERIALIZED")
    changed = (
        update(MESSAGES).where(MESSAGES.c.id == held.c.id).values(values).returning(MESSAGES.c.status, MESSAGES.c.id)
    )
    return connection.execute(changed)


def because(code: str | None, said: str | None = None) -> dict[str, str | None]:
    """Return the columns that say why, for a reason without arguments, with what a person or a gateway said."""
    return {"reason": code, "arguments": None, "said": said}


def told(name: str) -> ColumnElement[str]:
    """Name what the query of `change` tells of a message."""
    return literal_column(f"held.{name}", String)


def those(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Choose the messages of a condition."""
    return select(MESSAGES.c.id).where(condition)


def open_for(connection: Connection, day: date, now: datetime) -> OpeningCounts:
    """Queue what may go out on `day`, after a last look: too late, refused since, no phone any more."""
    verdict = _verdict(day)
    judged = select(MESSAGES.c.id, verdict.label("verdict")).join(CUSTOMERS, OWN_CUSTOMER)
    may_go = told("verdict") == "queued"
    values = {
        "status": case((told("verdict").in_(["queued", "expired"]), told("verdict")), else_="cancelled"),
        **{name: case((may_go, MESSAGES.c[name]), else_=None) for name in ("arguments", "said")},
        "reason": case((may_go, MESSAGES.c.reason), else_=told("verdict")),
        "final_at": case((may_go, None), else_=now),
    }
    counts = Counter(change(connection, judged.where(_WAITS, verdict.is_not(None)), values).scalars())
    return OpeningCounts(queued=counts["queued"], expired=counts["expired"], cancelled=counts["cancelled"])


def _verdict(day: date) -> ColumnElement[str | None]:
    """Say of a message that waits, beside its customer, why it will not go out, or that it may; null: it waits on."""
    is_marketing = MESSAGES.c.message_class == "marketing"
    return case(
        (MESSAGES.c.last_on < day, "expired"),
        (and_(is_marketing, REFUSED), "opted-out"),
        (and_(is_marketing, NO_CONSENT), "no-consent"),
        (CUSTOMERS.c.phone.is_(None), "no-phone"),
        (and_(_READY, MESSAGES.c.send_on <= day), "queued"),
    )


def doubt(connection: Connection, now: datetime, rules: Sending) -> int:
    """Give up waiting for senders that died: what they had in hand may have left. Return how many."""
    lease = now - timedelta(minutes=rules.lease_minutes)
    stale = and_(OPEN, MESSAGES.c.status == "submitting", MESSAGES.c.submitted_at < lease)
    return len(change(connection, those(stale), {"status": "unknown", **because("sender-died")}).all())


def give_up_receipts(connection: Connection, now: datetime, rules: Sending) -> int:
    """Stop waiting for receipts that vendors no longer push; what became of these messages stays unknown."""
    last = now - timedelta(hours=rules.receipt_hours)
    silent = and_(OPEN, MESSAGES.c.status.in_(["accepted", "unknown"]), MESSAGES.c.submitted_at < last)
    return len(change(connection, those(silent), {"status": "unknown", **because("no-receipt"), "final_at": now}).all())


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


def approve(connection: Connection, keys: Sequence[int] | None, *, by: str) -> list[int]:
    """Let planned messages go that wait for a manager, all of them without `keys`; return the keys of those that do."""
    waits = and_(OPEN, MESSAGES.c.status == "planned", MESSAGES.c.needs_approval.is_(True))
    chosen = waits if keys is None else and_(waits, MESSAGES.c.id.in_(keys))
    return [row.id for row in change(connection, those(chosen), {"status": "approved", "decided_by": by})]


def cancel(connection: Connection, keys: Sequence[int], *, by: str, why: str, now: datetime) -> int:
    """Decide against messages that have not left; return how many. Raises PolicyserveError where one has."""
    _check(connection, keys, {*WAITING, "cancelled"}, NOT_CANCELLED)
    values = {"status": "cancelled", **because("by-hand", storable(why)), "decided_by": by, "final_at": now}
    return len(change(connection, those(and_(_WAITS, MESSAGES.c.id.in_(keys))), values).all())


RESOLVED: Mapping[str, Mapping[str, Any]] = {
    "delivered": {"status": "delivered"},
    "failed": {"status": "failed"},
    "not-sent": {"status": "queued"},
}
"""What a person can say of a message in doubt; one that was not sent goes out again."""


def resolve(connection: Connection, key: int, said: str, *, by: str, now: datetime) -> None:
    """Store what a person found out of a message in doubt (`RESOLVED`); raises PolicyserveError for any other."""
    _check(connection, [key], {"unknown"}, NOT_RESOLVED)
    final_at = None if said == "not-sent" else now
    values = {**RESOLVED[said], **because(None), "decided_by": by, "final_at": final_at, "claim": None}
    change(connection, those(and_(MESSAGES.c.id == key, MESSAGES.c.status == "unknown")), values)


NOT_CANCELLED = N_("Message {key} is {found}, so it cannot be cancelled. Nothing was changed.")
NOT_RESOLVED = N_(
    "Message {key} is {found}, so it cannot be resolved: only one that is unknown can be. Nothing was changed."
)


def _check(connection: Connection, keys: Sequence[int], fine: set[str], refusal: str) -> None:
    """Lock messages; raise PolicyserveError for the first that is not in a state of `fine`."""
    own = select(MESSAGES.c.id, MESSAGES.c.status).where(MESSAGES.c.id.in_(keys)).order_by(MESSAGES.c.id)
    found: dict[int, str] = {row.id: row.status for row in connection.execute(own.with_for_update())}
    for key in keys:
        if key not in found:
            raise NotFoundError("message", key)
        if found[key] not in fine:
            raise PolicyserveError(refusal, key=key, found=Sentence(N_in("code", found[key])))
