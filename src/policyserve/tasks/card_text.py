"""The words of a card: the parts of a profile, and the state of a policy as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policyserve.book.money import decimal
from policyserve.locale import N_, N_in, say
from policyserve.locale.format import money, with_riders
from policyserve.tasks.codes import coded

Row = Mapping[str, Any]

STATES = {
    "freelook": N_("In the free-look; the receipt was signed on {since}."),
    "in_force": N_("In force."),
    "grace": N_("In grace: {owed} of instalment {unpaid}, due on {unpaid_on}, is unpaid."),
    "premium_loan": N_(
        "Kept in force by a premium loan; {owed} of instalment {unpaid}, due on {unpaid_on}, is unpaid."
    ),
    "suspended": N_("Suspended since {since}: {owed} of instalment {unpaid}, due on {unpaid_on}, is unpaid."),
    "waived": N_("In force, premiums waived since {since}."),
    "reduced_paid_up": N_("Paid up at a reduced sum since {since}."),
    "ended": N_("Ended on {since}: {ended_by}."),
    None: N_("Not issued yet on this day."),
}
"""What is said of a policy in each state."""

PROFILE = {
    "customer_no": N_in("profile of a customer", "Customer"),
    "name": N_("Name"),
    "gender": N_("Gender"),
    "birthday": N_("Birthday"),
    "lunar_birthday": N_("Lunar birthday (celebrated)"),
    "deceased_on": N_("Died on"),
    "phone": N_("Phone"),
    "grade": N_("Grade"),
    "vip": N_("VIP"),
    "occupation": N_("Occupation"),
    "hobbies": N_("Hobbies"),
    "address": N_("Address"),
    "postcode": N_("Postcode"),
    "region": N_("Region"),
    "language": N_in("profile of a customer", "Language"),
    "preferred_days": N_("Days that suit"),
    "quiet_days": N_("Days not to disturb"),
    "family_no": N_("Family number"),
    "marketing_consent": N_("Consent to marketing"),
    "sms_optout": N_("Opted out of SMS"),
    "agent_no": N_in("profile of a customer", "Agent"),
    "agent_name": N_("Agent's name"),
    "referred_by": N_("Referred by"),
    "referred_on": N_("Referred on"),
    "referred": N_("Has referred"),
}
"""What the parts of a customer's profile are called."""


def premium(row: Row, language: str) -> str:
    """Write the premium of a policy."""
    return _amount(row, "premium", language)


def state(row: Row, language: str) -> str:
    """Say in which state a policy is, since when and why."""
    values: dict[str, object] = {name: row[name] for name in ("since", "unpaid", "unpaid_on")}
    values["ended_by"] = coded(row["ended_by"] or "", language)
    return say(language, STATES[row["state"]], owed=_owed(row, language), **values)


def _owed(row: Row, language: str) -> str:
    """Say what is to be paid, and which part of it riders bring; nothing of a policy that owes nothing."""
    if row["owed"] is None:
        return ""
    riders = _amount(row, "rider_amount", language) if row["rider_amount"] else None
    return with_riders(language, _amount(row, "owed", language), riders)


def _amount(row: Row, name: str, language: str) -> str:
    return money(language, decimal(row[name], row["currency"]), row["currency"])
