"""Customers: the card of each, with the policies, what is ahead and what was done."""

from __future__ import annotations

from policyserve.access.masks import shown_name, shown_phone
from policyserve.operations.cards import customer_card
from policyserve.tasks.card_text import PROFILE, premium, state
from policyserve.web.visit import Answer, Screen, Visit


def show(visit: Visit) -> Answer:
    """Show the card of a customer; somebody else's is not found."""
    house, language, viewer = visit.house, visit.language, visit.viewer
    asked = (house.engine, viewer, house.calendar, visit.path["customer_no"])
    card = customer_card(*asked, as_of=visit.as_of, language=language)
    profile = {
        **card.profile, "name": shown_name(viewer, card.profile["name"]),
        "phone": shown_phone(viewer, card.profile["phone"]),
    }  # fmt: skip
    family = [{**one, "name": shown_name(viewer, one["name"])} for one in card.family]
    policies = [{**row, "premium": premium(row, language), "state": state(row, language)} for row in card.policies]
    values = {"card": card, "profile": profile, "family": family, "policies": policies, "headings": PROFILE}
    return Screen(template="customer", values=values)
