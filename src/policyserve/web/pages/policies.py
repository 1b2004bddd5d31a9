"""A policy: its state and its whole life, every touch past and ahead."""

from __future__ import annotations

from policyserve.access.masks import shown_name
from policyserve.dates import add_months
from policyserve.operations.cards import policy_card
from policyserve.operations.letters import letters_figure
from policyserve.operations.obligations import proof_seen
from policyserve.tasks.card_text import premium, state
from policyserve.web.absent_touch import why_not
from policyserve.web.tables import OF_AGENT, table_of
from policyserve.web.visit import Answer, Screen, Visit

MONTHS_AHEAD = 12
"""Of what is ahead this much is open at once; the rest is behind a click."""


def show(visit: Visit) -> Answer:
    """Show a policy; one of somebody else's customer is not found."""
    house, language = visit.house, visit.language
    asked = (house.engine, visit.viewer, house.calendar, str(visit.path["policy_no"]))
    card = policy_card(*asked, as_of=visit.as_of, language=language)
    last = add_months(visit.as_of, MONTHS_AHEAD)
    near = [row for row in card.touches if row["due"] <= last]
    proof = proof_seen(
        house.engine,
        visit.viewer,
        house.calendar,
        as_of=visit.as_of,
        zone=house.settings.time_zone,
        policy_no=card.policy["policy_no"],
    )
    letters = letters_figure(house.engine, visit.viewer, as_of=visit.as_of, policy_no=card.policy["policy_no"])
    values = {
        "letters": table_of(letters, language, {}) if letters.rows.height else None,
        "proof": table_of(proof, language, OF_AGENT if visit.viewer.role == "agent" else {}),
        "asked": why_not(visit, "policy", policy_no=str(card.policy["policy_no"])),
        "policy": card.policy, "customer_no": card.customer_no,
        "customer_name": shown_name(visit.viewer, card.customer_name),
        "premium": premium(card.policy, language), "state": state(card.policy, language),
        "parts": [
            ("past", [row for row in near if row["due"] < visit.as_of]),
            ("ahead", [row for row in near if row["due"] >= visit.as_of]),
            ("later", card.touches[len(near) :]),
        ],
    }  # fmt: skip
    return Screen(template="policy", values=values, figures=lambda: [proof, letters])
