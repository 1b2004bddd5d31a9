"""Obligations one by one: the plain reading of `docs/obligations.md` that judges the fast one.

A policy at a time, a day at a time; it shares no code with the fast one but the days off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import FOREVER
from policyserve.standard.model import Standard
from policyserve.standard.obligation import Obligation
from slow.facts import Customer, Facts, know
from slow.grades import grade_of
from slow.policy import Policy, full_years, months_after
from slow.policy_facts import DAY

Deed = dict[str, Any]
"""With `service`, `subject_kind`, `subject_id`, `ordinal`, `kind`, `on`, `outcome`, `counts`."""

SEARCHED = 1500
"""Days that are looked at for the end of something."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something that was owed, and what became of it."""

    obligation: str
    subject_id: int
    ordinal: int
    due: date
    state: str
    why: str | None
    given: int
    met_on: date | None


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A fact on which something is owed."""

    policy: Policy | None
    customer: Customer
    ordinal: int
    day: date
    ends: tuple[tuple[date | None, str], ...]
    """Facts after which nothing is owed, the first one of a day first."""


@dataclass(frozen=True, kw_only=True)
class Evening:
    """What is known at the end of a day."""

    book: Book
    standard: Standard
    calendar: Calendar
    as_of: date
    deeds: list[Deed]
    since: date | None


def cases(evening: Evening, first: date, last: date) -> Iterator[Case]:
    """Yield all that is owed with its last day from `first` to `last`."""
    facts = know(evening.book, evening.standard.grace_days, evening.as_of, evening.standard.rider_arrears,
                 evening.standard.grades)  # fmt: skip
    for obligation in evening.standard.obligations:
        for occasion in _occasions(obligation, facts, evening):
            if obligation.grades and grade_of(facts, occasion.customer) not in obligation.grades:
                continue
            due = _due(obligation, occasion, evening)
            begins = occasion.day + timedelta(days=obligation.begins)
            if first <= due <= last and begins <= evening.as_of:
                yield _judge(obligation, occasion, due, evening)


def _judge(obligation: Obligation, occasion: Occasion, due: date, evening: Evening) -> Case:
    days = sorted(_first_days(obligation, occasion, evening).values())
    given = sum(day <= due for day in days)
    ended = min(((on, place) for place, (on, _) in enumerate(occasion.ends) if on), default=None)
    begins = occasion.day + timedelta(days=obligation.begins)
    met_on = why = None
    if begins < max(evening.since or evening.as_of, _known_on(occasion, evening)):
        state, why = "not_applicable", "not_tracked"
    elif given >= obligation.least:
        state, met_on = "met", days[obligation.least - 1]
    elif ended is not None and ended[0] <= min(due, evening.as_of):
        state, why = "not_applicable", occasion.ends[ended[1]][1]
    else:
        state = "open" if evening.as_of <= due else "broken"
    key = (occasion.policy or occasion.customer).key
    return Case(
        obligation=obligation.code, subject_id=key, ordinal=occasion.ordinal, due=due, state=state, why=why,
        given=given, met_on=met_on,
    )  # fmt: skip


def _known_on(occasion: Occasion, evening: Evening) -> date:
    if occasion.policy:
        rows = evening.book.policies.filter(policy_id=occasion.policy.key)
    else:
        rows = evening.book.customers.filter(customer_id=occasion.customer.key)
    found: date = rows["known_on"][0]
    return found


def _first_days(obligation: Obligation, occasion: Occasion, evening: Evening) -> dict[str, date]:
    """Say of each service, or kind of event, on which day it was first given."""
    subject = ("policy", occasion.policy.key) if occasion.policy else ("customer", occasion.customer.key)
    found: dict[str, date] = {}

    def add(name: str, on: date) -> None:
        found[name] = min(on, found.get(name, on))

    for deed in evening.deeds:
        of = (deed["subject_kind"], deed["subject_id"])
        if deed["service"] not in obligation.services or of != subject or deed["ordinal"] != occasion.ordinal:
            continue
        lacks_receipt = deed["kind"] == "text" and obligation.delivered and deed["outcome"] != "delivered"
        if deed["counts"] and not lacks_receipt:
            add(deed["service"], deed["on"])
    for event in occasion.customer.events if occasion.policy else []:
        own = occasion.policy is not None and event.policy_id == occasion.policy.key
        if own and event.kind in obligation.events and event.on >= occasion.day:
            add(event.kind, event.on)
    return found


def _due(obligation: Obligation, occasion: Occasion, evening: Evening) -> date:
    within, policy = obligation.within, occasion.policy
    if within.until == "policy-year-end":
        assert policy is not None
        return months_after(policy.effective, 12 * occasion.ordinal + 12) - DAY
    if within.until == "freelook-end":
        assert policy is not None
        days = evening.standard.freelook_days if policy.freelook_days is None else policy.freelook_days
        last = occasion.day + timedelta(days=days)
        while not evening.calendar.is_workday(last):
            last += DAY
        return last
    due = months_after(occasion.day, within.months) + timedelta(days=within.days)
    left = within.workdays
    while left:
        due += DAY
        left -= evening.calendar.is_workday(due)
    return due


def _occasions(obligation: Obligation, facts: Facts, evening: Evening) -> Iterator[Occasion]:
    if obligation.occasion == "agent-changed":
        for customer in facts.customers.values():
            yield from _changes(customer, facts, evening)
        return
    for policy in facts.policies.values():
        if not policy.is_rider:
            yield from OF_POLICY[obligation.occasion](obligation, policy, facts.customers[policy.holder], evening)


def _end(lasts: Callable[[date], bool], day: date) -> date | None:
    """Return the first day on which something that lasts on `day` does not any more."""
    return next((day + n * DAY for n in range(1, SEARCHED) if not lasts(day + n * DAY)), None)


def _instalments(one: Obligation, policy: Policy, customer: Customer, evening: Evening) -> Iterator[Occasion]:
    for number, due in policy.instalments(evening.as_of + timedelta(days=800)):
        if policy.terms_on(due)[0] in one.modes and policy.in_force(due):
            ends = ((policy.paid_with_riders_on(number), "paid"), (_end(policy.in_force, due), "ended"))
            yield Occasion(policy=policy, customer=customer, ordinal=number, day=due, ends=ends)


def _unpaid(one: Obligation, policy: Policy, customer: Customer, evening: Evening) -> Iterator[Occasion]:
    for number, due in policy.instalments(evening.as_of):
        begins = due + timedelta(days=one.begins)
        older = any(policy.is_owed(earlier, begins) for earlier in range(2, number))
        if not policy.is_owed(number, begins) or older or not policy.in_force(begins):
            continue
        if policy.terms_on(due)[0] in one.modes:
            cleared = [on for on in (policy.paid_with_riders_on(number), policy.reinstated_on(number)) if on]
            ends = ((min(cleared, default=None), "paid"), (_end(policy.in_force, begins), "ended"))
            yield Occasion(policy=policy, customer=customer, ordinal=number, day=due, ends=ends)


def _suspensions(_one: Obligation, policy: Policy, customer: Customer, _evening: Evening) -> Iterator[Occasion]:
    for lapse in policy.suspensions:
        over = lapse.until if lapse.until < FOREVER else None
        ends = ((policy.first_event("reinstated", since=lapse.start), "reinstated"), (over, "ended"))
        yield Occasion(policy=policy, customer=customer, ordinal=lapse.instalment, day=lapse.start, ends=ends)


def _debits(_one: Obligation, policy: Policy, customer: Customer, _evening: Evening) -> Iterator[Occasion]:
    for debit in policy.debits:
        if policy.in_force(debit.on):
            ends = ((_end(policy.in_force, debit.on), "ended"),)
            yield Occasion(policy=policy, customer=customer, ordinal=debit.number, day=debit.on, ends=ends)


def _receipts(_one: Obligation, policy: Policy, customer: Customer, _evening: Evening) -> Iterator[Occasion]:
    if policy.receipt is not None:
        over = policy.ended_on if policy.ended_on < FOREVER else None
        yield Occasion(policy=policy, customer=customer, ordinal=1, day=policy.receipt, ends=((over, "ended"),))


def _policy_years(_one: Obligation, policy: Policy, customer: Customer, evening: Evening) -> Iterator[Occasion]:
    last = full_years(policy.effective, evening.as_of + timedelta(days=800)) if policy.participating else 0
    for year in range(1, last + 1):
        day = months_after(policy.effective, 12 * year)
        if policy.in_force(day):
            ends = ((_end(policy.in_force, day), "ended"),)
            yield Occasion(policy=policy, customer=customer, ordinal=year, day=day, ends=ends)


def _changes(customer: Customer, facts: Facts, evening: Evening) -> Iterator[Occasion]:
    """The changes of which a customer must be told; several before anybody was told are one, from first to last."""
    codes = {"handover-notice", "handover-visit"}
    told = {(row["subject_id"], row["ordinal"]) for row in facts.contacts if row["service"] in codes}
    changes = sorted(
        (event for event in customer.events if event.kind == "agent_changed" and event.policy_id is None),
        key=lambda event: (event.on, event.number),
    )
    longest = max(one.window.after for one in evening.standard.services if one.code in codes)
    while changes:
        first = last = changes.pop(0)
        while changes and (customer.key, last.number) not in told and (changes[0].on - last.on).days <= longest:
            last = changes.pop(0)
        if (first.previous is None or first.previous != last.detail) and customer.is_served(last.on):
            ends = ((_end(customer.is_served, last.on), "ended"),)
            yield Occasion(policy=None, customer=customer, ordinal=last.number, day=last.on, ends=ends)


OF_POLICY = {
    "instalment": _instalments, "unpaid": _unpaid, "suspension": _suspensions, "debit": _debits,
    "receipt": _receipts, "policy-year": _policy_years,
}  # fmt: skip
