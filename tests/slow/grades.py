"""The grade of a customer, one rule after the other, by what is known at the end of the as-of date."""

from __future__ import annotations

from datetime import date

from policyserve.book.columns import MONTHS_OF_MODE, Book
from policyserve.standard.grade import GradeRule
from slow.facts import Customer, Facts
from slow.policy import Policy, full_years


def grade_of(facts: Facts, customer: Customer) -> str | None:
    """Return the code of the first grade with a rule that fits."""
    return next((one.code for one in facts.grades if any(_fits(facts, customer, rule) for rule in one.rules)), None)


def _fits(facts: Facts, customer: Customer, rule: GradeRule) -> bool:
    if rule.vip and customer.vip is None:
        return False
    if rule.marks and not any(word.lower() in (customer.vip or "").lower() for word in rule.marks):
        return False
    if rule.premium is not None and _premium(facts, customer, rule.currency) < rule.premium * 100:
        return False
    if rule.years is not None and _years(facts, customer) < rule.years:
        return False
    return rule.referrals is None or _referred(facts.book, customer.key, facts.as_of) >= rule.referrals


def _premium(facts: Facts, customer: Customer, currency: str) -> int:
    """Add up what the policies and riders of the customer that are in force cost in their first year."""
    held = [one for one in facts.policies.values() if one.holder == customer.key and one.currency == currency]
    return sum(_yearly(one) for one in held if one.in_force(facts.as_of))


def _yearly(policy: Policy) -> int:
    first = policy.rows.get(1)
    amount = policy.premium if first is None or first.amount is None else first.amount
    return amount * (1 if policy.mode == "single" else 12 // MONTHS_OF_MODE[policy.mode])


def _years(facts: Facts, customer: Customer) -> int:
    first = min((policy.effective for policy in customer.policies), default=None)
    return -1 if first is None else full_years(first, facts.as_of)


def _referred(book: Book, referrer: int, as_of: date) -> int:
    """Count the customers whom somebody named first."""
    mentions: dict[int, list[tuple[date, int, int]]] = {}
    rows = [(row["referred_on"], 0, row["referred_by_id"], row["customer_id"]) for row in book.customers.to_dicts()]
    rows += [
        (row["referred_on"], row["referral_id"], row["referrer_id"], row["referred_id"])
        for row in book.referrals.to_dicts()
    ]
    for on, place, by, whom in rows:
        if None not in (on, by, whom) and on <= as_of and by != whom:
            mentions.setdefault(whom, []).append((on, place, by))
    return sum(min(named)[2] == referrer for named in mentions.values())
