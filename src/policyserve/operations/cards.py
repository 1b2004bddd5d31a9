"""Cards: the touches of a policy from delivery to its end, and the 360° card of a customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import scope
from policyserve.access.viewer import Viewer
from policyserve.book.columns import Book
from policyserve.book.snapshot import customer_of, load_book, number_and_name
from policyserve.calendars.calendar import Calendar
from policyserve.operations.customer_records import Records, customer_records
from policyserve.operations.database import Database
from policyserve.tasks import touch_history
from policyserve.tasks.customer_card import Card, card_of
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.touch_history import Question


@dataclass(frozen=True, kw_only=True)
class PolicyCard:
    """A policy with all its touches."""

    customer_no: str
    """Of the holder."""
    customer_name: str | None
    policy: dict[str, Any]
    """As in `Card.policies`."""
    touches: list[dict[str, Any]]
    """See `touch_history.policy_life`."""


def policy_card(
    engine: Database, viewer: Viewer, calendar: Calendar, policy_no: str, *, as_of: date, language: str
) -> PolicyCard:
    """Return a policy and what falls due for it, past and ahead; raises NotFoundError, as of one that is not seen."""
    with db.reading(engine) as connection:
        scope.check_policy(connection, viewer, policy_no, as_of)
        asked = _asked(connection, calendar, as_of, language)
        holder = customer_of(connection, policy_no=policy_no)
        policy, touches = touch_history.policy_life(connection, holder, policy_no, asked)
        number, name = number_and_name(connection, holder)
        return PolicyCard(customer_no=number, customer_name=name, policy=policy, touches=touches)


def customer_card(
    engine: Database, viewer: Viewer, calendar: Calendar, customer_no: str, *, as_of: date, language: str
) -> Card:
    """Return the 360° card of a customer; raises NotFoundError, as of one who is not seen.

    Of family and of who referred the customer it names those whom the viewer sees.
    """
    with db.reading(engine) as connection:
        key = _seen(connection, viewer, customer_no, as_of)
        book = load_book(connection, customers=[key])
        return _card(connection, viewer, book, key, _asked(connection, calendar, as_of, language))


def card_with_records(
    engine: Database, viewer: Viewer, calendar: Calendar, customer_no: str, *, as_of: date, language: str
) -> tuple[Card, Records]:
    """Return the card of a customer, and what they have beside policies; raises NotFoundError as `customer_card`."""
    with db.reading(engine) as connection:
        key = _seen(connection, viewer, customer_no, as_of)
        book = load_book(connection, customers=[key])
        card = _card(connection, viewer, book, key, _asked(connection, calendar, as_of, language))
        return card, customer_records(connection, viewer, book, key, as_of=as_of, language=language)


def _seen(connection: Connection, viewer: Viewer, customer_no: str, as_of: date) -> int:
    scope.check_customer(connection, viewer, customer_no, as_of)
    return customer_of(connection, customer_no=customer_no)


def _card(connection: Connection, viewer: Viewer, book: Book, key: int, asked: Question) -> Card:
    card = card_of(connection, book, key, asked)
    referrer = card.profile["referred_by"]
    others = {one["customer_no"] for one in card.family} | ({referrer} if referrer else set())
    seen = scope.seen_numbers(connection, viewer, others, asked.as_of)
    return replace(
        card, family=[one for one in card.family if one["customer_no"] in seen],
        profile={**card.profile, "referred_by": referrer if referrer in seen else None},
    )  # fmt: skip


def _asked(connection: Connection, calendar: Calendar, as_of: date, language: str) -> Question:
    return Question(as_of=as_of, standard=current_standard(connection, as_of), calendar=calendar, language=language)
