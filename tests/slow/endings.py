"""Whether what would make a touch pointless has come by a day.

Readings chosen where `docs/planning.md` leaves a choice:

* `done-recently` looks at the 180 days that end with the nominal day, the nominal day among them.
* What exists only while the policy is in force, and what needs a policy in force of the customer, does not stand any
  more when that is no longer so by `as_of`.
"""

from __future__ import annotations

from datetime import date, timedelta

from policyserve.standard import model
from slow.occurrence import Occurrence, Setting
from slow.policy import Policy

WHILE_IN_FORCE = ("before-instalment", "after-unpaid", "after-debit")
"""Kinds whose touches exist only while the policy is in force."""


def stands(setting: Setting, service: model.Service, occurrence: Occurrence) -> bool:
    """Whether a touch that has fallen due still makes sense at as-of."""
    policy, customer = occurrence.policy, occurrence.customer
    if policy is None and not customer.is_served(setting.as_of):
        return False
    if policy and service.trigger.kind in WHILE_IN_FORCE and not policy.in_force(setting.as_of):
        return False
    return not has_ended(setting, service, occurrence, setting.as_of)


def has_ended(setting: Setting, service: model.Service, occurrence: Occurrence, day: date) -> bool:
    """Whether one of the endings of a service has come by a day."""
    return any(_has_come(setting, service, ending, occurrence, day) for ending in service.ends_when)


def _has_come(
    setting: Setting, service: model.Service, ending: model.Ending, occurrence: Occurrence, day: date
) -> bool:
    """Whether an ending has come by a day; one of policies never comes for a customer."""
    match ending:
        case "closed":
            return occurrence.event is not None and occurrence.customer.is_closed(occurrence.event, day)
        case "family-case":
            return any(member.has_open_case(day) for member in setting.facts.family_of(occurrence.customer))
        case "done-recently":
            return _was_done_recently(setting, service, occurrence)
        case _:
            return occurrence.policy is not None and _has_come_to(occurrence.policy, ending, occurrence, day)


def _has_come_to(policy: Policy, ending: model.Ending, occurrence: Occurrence, day: date) -> bool:
    """Whether an ending of policies has come by a day; one that the kind of trigger does not know never comes."""
    instalment, suspension = occurrence.instalment, occurrence.suspension
    came: date | None = None
    match ending:
        case "not-in-force":
            return not policy.in_force(day)
        case "instalment-paid":
            return instalment is not None and policy.is_paid_or_reinstated(instalment, day)
        case "receipt-signed":
            came = policy.receipt
        case "ended":
            came = policy.ended_on
        case "reinstated":
            came = policy.first_event("reinstated", since=suspension.start) if suspension else None
        case "suspension-confirmed":
            came = policy.first_event("suspension_confirmed", since=suspension.start) if suspension else None
    return came is not None and came <= day


def _was_done_recently(setting: Setting, service: model.Service, occurrence: Occurrence) -> bool:
    """Whether the service was done for another ordinal less than 180 days before the nominal day."""
    return any(
        contact["service"] == service.code
        and (contact["subject_kind"], contact["subject_id"]) == (occurrence.subject_kind, occurrence.subject.key)
        and contact["ordinal"] != occurrence.ordinal
        and timedelta() <= occurrence.nominal - contact["done_on"] < timedelta(days=180)
        for contact in setting.facts.contacts
    )
