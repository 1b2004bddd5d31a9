"""Customers: found by number, name or phone, and the card of each."""

from __future__ import annotations

from policyserve.access.masks import MAY_REVEAL, shown_name, shown_phone
from policyserve.operations.cards import customer_card
from policyserve.operations.customers import MOST, find_customers, reveal_phone
from policyserve.tasks.card_text import PROFILE, premium, state
from policyserve.web.visit import Answer, Screen, Visit


def search(visit: Visit) -> Answer:
    """Show the customers that were looked for."""
    typed = visit.query.get("q", "").strip()[:100]
    found = find_customers(visit.house.engine, visit.viewer, typed, as_of=visit.as_of)
    return Screen(template="customers", values={"found": found, "typed": typed, "many": len(found) == MOST})


def show(visit: Visit, phone: str | None = None) -> Answer:
    """Show the card of a customer; somebody else's is not found."""
    house, language, viewer = visit.house, visit.language, visit.viewer
    asked = (house.engine, viewer, house.calendar, str(visit.path["customer_no"]))
    card = customer_card(*asked, as_of=visit.as_of, language=language)
    masked = phone or shown_phone(viewer, card.profile["phone"])
    profile = {**card.profile, "name": shown_name(viewer, card.profile["name"]), "phone": masked}
    family = [{**one, "name": shown_name(viewer, one["name"])} for one in card.family]
    policies = [{**row, "premium": premium(row, language), "state": state(row, language)} for row in card.policies]
    values = {
        "card": card, "profile": profile, "family": family, "policies": policies, "headings": PROFILE,
        "reveals": phone is None and viewer.role in MAY_REVEAL,
    }  # fmt: skip
    return Screen(template="customer", values=values)


def reveal(visit: Visit) -> Answer:
    """Show the card with the phone, and note who has seen it."""
    number = str(visit.path["customer_no"])
    phone = reveal_phone(visit.house.engine, visit.viewer, number, as_of=visit.as_of, at=visit.now)
    return show(visit, phone)
