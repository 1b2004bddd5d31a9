"""Erasure: what a customer's data become when they are erased, column by column, as data.

What law asks to be kept stays while it does (`retention`), and serves nothing else; rows stay, so that figures do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, case, func, or_, select, update

from policyserve.book.customers import PERSONAL, WISHES
from policyserve.metrics.services.callback_rate import NOT_REACHED
from policyserve.privacy.holdings import CUSTOMERS, HOLDINGS, REFERRALS, Person

ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": (*WISHES[:-1], "grade"),
    "contacts": ("note",),
    "transitions": ("said",),
    "points": ("note",),
    "spot_checks": ("note",),
    "complaints": ("words",),
    "complaint_steps": ("said",),
    "letters": ("returned_why",),
    "calls": ("words",),
}
"""What no law asks for: wishes, and what people wrote by hand."""

WHOLE: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": tuple(name for name in PERSONAL if name not in WISHES),
    "events": ("retracted_why",),
    "messages": ("text", "phone", "said", "arguments"),
    "letters": ("name", "address", "postcode", "text"),
}
"""What is erased as well where nothing is to be kept."""

DATA_IN_DETAIL: Final = ("agent_changed", "mode_changed")
"""Events whose detail is a fact by which the system works, and no description."""


def erase(connection: Connection, person: Person, *, whole: bool, day: date) -> None:
    """Erase what may be erased of a customer; where `whole`, who they are too. Rows stay, with their days and sums."""
    _empty(connection, person, ALWAYS)
    _set(connection, person, "customer", {"marketing_consent": False, "sms_optout": True, "erased_on": day})
    contacts, changes = (_table(name) for name in ("contacts", "changes"))
    coded = func.lower(func.trim(contacts.c.outcome)).in_(NOT_REACHED)
    _set(connection, person, "contacts", {"outcome": case((coded, contacts.c.outcome), else_=None)})
    _set(connection, person, "changes", {"old": None, "new": None}, changes.c.field.in_(("note", "outcome")))
    if not whole:
        _set(connection, person, "customer", {"restricted_on": func.coalesce(CUSTOMERS.c.restricted_on, day)})
        return
    _forget_names_as_referred(connection, person)
    _forget_phone(connection, person)
    _empty(connection, person, WHOLE)
    events = _table("events")
    _set(connection, person, "events", {"detail": None}, events.c.kind.not_in(DATA_IN_DETAIL))
    _set(connection, person, "customer", {"restricted_on": None})


def _forget_names_as_referred(connection: Connection, person: Person) -> None:
    """Name the person by their number in every row that tells of them by name and phone, so that they count once."""
    c = REFERRALS.c
    named = select(c.referred_name, c.referred_phone).where(c.referred_id == person.key)
    pairs = [(row.referred_name, row.referred_phone) for row in connection.execute(named)]
    alike = [and_(c.referred_name == name, c.referred_phone == phone) for name, phone in pairs if name and phone]
    own = or_(c.referred_id == person.key, *alike)
    values = {"referred_id": person.key, "referred_name": None, "referred_phone": None, "relation": None}
    connection.execute(update(REFERRALS).where(own, c.referrer_id != person.key).values(values))


def _forget_phone(connection: Connection, person: Person) -> None:
    """Forget what came from the phone, unless somebody else has it; that it refused marketing is kept as a proof."""
    others = select(CUSTOMERS.c.id).where(CUSTOMERS.c.phone == person.phone, CUSTOMERS.c.id != person.key)
    if person.phone is None or connection.execute(others).first() is not None:
        return
    replies = _table("replies")
    _set(connection, person, "replies", {"text": ""})
    _set(connection, person, "replies", {"phone": ""}, replies.c.refuses.is_(False))


def _empty(connection: Connection, person: Person, what: Mapping[str, tuple[str, ...]]) -> None:
    for name, columns in what.items():
        _set(connection, person, name, dict.fromkeys(columns))


def _set(connection: Connection, person: Person, name: str, values: Mapping[str, Any], *narrower: Any) -> None:
    (one,) = (one for one in HOLDINGS if one.name == name)
    connection.execute(update(one.table).where(one.own(one.table, person), *narrower).values(**values))


def _table(name: str) -> Table:
    (found,) = (one.table for one in HOLDINGS if one.name == name)
    return found
