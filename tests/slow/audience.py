"""Whether a subject belongs to the audience of a service on a day.

Readings chosen where `docs/planning.md` leaves a choice:

* Ages are full years by the solar birthday, 29 February on 28 February; who has no birthday has no age.
* Of a customer-level service the policies held that are in force on the day count.
* An insured who is not named is nobody, and so not under any age.
* A grade is that of the as-of date, whatever the day.
* An occupation fits where it contains one of the words, in capitals or not.
"""

from __future__ import annotations

from datetime import date

from policyserve.standard import model
from slow.facts import Customer, Facts
from slow.grades import grade_of
from slow.occurrence import Occurrence
from slow.policy import Policy, full_years, months_after


def is_for(facts: Facts, service: model.Service, occurrence: Occurrence) -> bool:
    """Whether the subject belongs to the audience on the nominal day."""
    if occurrence.policy is None:
        return customer_is_in(facts, service.audience, occurrence.customer, occurrence.nominal)
    return _is_person_in(facts, service.audience, occurrence.customer, occurrence.nominal) and _has_policy_in(
        facts, service.audience, [occurrence.policy], occurrence.nominal
    )


def customer_is_in(facts: Facts, audience: model.Audience, customer: Customer, day: date) -> bool:
    """Whether a customer belongs to an audience on a day."""
    in_force = customer.policies_in_force(day)
    return _is_person_in(facts, audience, customer, day) and _has_policy_in(facts, audience, in_force, day)


def _is_person_in(facts: Facts, audience: model.Audience, customer: Customer, day: date) -> bool:
    """Look at what the audience asks of the customer."""
    if audience.grades and grade_of(facts, customer) not in audience.grades:
        return False
    if audience.gender is not None and customer.gender != audience.gender:
        return False
    if audience.min_age is not None and not _is_aged(customer, day, audience.min_age):
        return False
    occupation = (customer.occupation or "").lower()
    return not audience.occupations or any(word.lower() in occupation for word in audience.occupations)


def _has_policy_in(facts: Facts, audience: model.Audience, policies: list[Policy], day: date) -> bool:
    """Look at what the audience asks of the policies: one on a child, one that participates."""
    if audience.participating and not any(policy.participating for policy in policies):
        return False
    if audience.term is not None and not any(_is_short(policy) == (audience.term == "short") for policy in policies):
        return False
    if audience.instalments and not any(policy.has_several_instalments for policy in policies):
        return False
    if (age := audience.insured_under_age) is None:
        return True
    insured = [facts.customers[policy.insured] for policy in policies if policy.insured is not None]
    return any(person.birthday is not None and not _is_aged(person, day, age) for person in insured)


def _is_short(policy: Policy) -> bool:
    """Whether the cover lasts a year at most."""
    return policy.ends_on is not None and policy.ends_on < months_after(policy.effective, 12)


def _is_aged(customer: Customer, day: date, years: int) -> bool:
    return customer.birthday is not None and full_years(customer.birthday, day) >= years
