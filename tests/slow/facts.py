"""What is known of the customers at the end of a day, and how it is read from the book.

Readings chosen where `docs/planning.md` leaves a choice:

* An event that names a policy which is not yet issued by `as_of` is an event of the holder all the same.
* Riders count nowhere: not in "all policies" of the agent, not for the relation, not for the audience. Their claims
  are claims of their holder all the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from policyserve.book.columns import Book
from policyserve.calendars.lunar import LunarDate, parse_lunar_birthday
from policyserve.standard.grade import Grade
from slow.policy import Policy, full_years
from slow.policy_facts import Debit, Event, Row


@dataclass(kw_only=True)
class Customer:
    """A customer with the policies held (riders left out) and all that happened."""

    as_of: date
    key: int
    number: str
    gender: str | None
    birthday: date | None
    lunar_birthday: LunarDate | None
    died: date | None
    vip: str | None
    occupation: str | None
    family_no: str | None
    own_agent_no: str | None
    policies: list[Policy] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def policies_in_force(self, day: date) -> list[Policy]:
        """Return the policies in force on a day, riders left out."""
        return [policy for policy in self.policies if policy.in_force(day)]

    def is_alive(self, day: date) -> bool:
        """Whether the customer lives at the end of a day."""
        return self.died is None or day < self.died

    def is_served(self, day: date) -> bool:
        """Whether customer-level services go on: alive, and a policy in force."""
        return self.is_alive(day) and bool(self.policies_in_force(day))

    @cached_property
    def agent_no(self) -> str | None:
        """The own agent, else the one with most policies in force (else of all), ties to the lowest number."""
        if self.own_agent_no is not None:
            return self.own_agent_no
        served = self.policies_in_force(self.as_of) or self.policies
        votes = Counter(policy.agent_no for policy in served if policy.agent_no is not None)
        return min(votes, key=lambda agent_no: (-votes[agent_no], agent_no), default=None)

    @cached_property
    def anchor(self) -> date | None:
        """The effective date of the first policy in force, from which the relation is counted."""
        return min((policy.effective for policy in self.policies_in_force(self.as_of)), default=None)

    @cached_property
    def years_before_anchor(self) -> int:
        """The full years from the first policy ever to the anchor."""
        return full_years(min(policy.effective for policy in self.policies), self.anchor) if self.anchor else 0

    def died_lately(self, day: date) -> bool:
        """Whether the customer died on a day or less than 365 days before it."""
        return self.died is not None and timedelta() <= day - self.died < timedelta(days=365)

    def has_open_claim(self, day: date) -> bool:
        """Whether some claim made by a day is not closed by it."""
        claims = [event for event in self.events if event.kind == "claim" and event.on <= day]
        return any(not self.is_closed(claim, day) for claim in claims)

    def is_closed(self, opened: Event, day: date) -> bool:
        """Whether a claim or request was closed, for the same subject, between its day and another."""
        closing = {"claim": "claim_closed", "service_request": "request_closed"}.get(opened.kind)
        return any(
            event.kind == closing and event.policy_id == opened.policy_id and opened.on <= event.on <= day
            for event in self.events
        )

    def has_open_case(self, day: date) -> bool:
        """Whether a death, a claim or a lapse of this customer is open on a day."""
        suspended = any(policy.is_suspended(day) for policy in self.policies)
        return self.died_lately(day) or self.has_open_claim(day) or suspended


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that is known at the end of `as_of`."""

    policies: dict[int, Policy]
    customers: dict[int, Customer]
    contacts: list[dict[str, Any]]
    book: Book
    as_of: date
    grades: tuple[Grade, ...]
    """Those of the standard."""

    def family_of(self, customer: Customer) -> list[Customer]:
        """Return the customers with the same family number, or the customer alone."""
        if customer.family_no is None:
            return [customer]
        return [other for other in self.customers.values() if other.family_no == customer.family_no]


def known(day: date | None, as_of: date) -> date | None:
    """Return a day unless it lies after `as_of`."""
    return day if day is not None and day <= as_of else None


def know(
    book: Book,
    grace_days: int,
    as_of: date,
    rider_arrears: str = "suspend-rider",
    grades: tuple[Grade, ...] = (),
) -> Facts:
    """Read the facts that exist at the end of `as_of`."""
    agents = {row["agent_id"]: row["agent_no"] for row in book.agents.to_dicts()}
    customers = {row["customer_id"]: _customer(row, agents, as_of) for row in book.customers.to_dicts()}
    issued = [row for row in book.policies.to_dicts() if row["issue_date"] <= as_of]
    policies = {row["policy_id"]: _policy(row, agents, grace_days, as_of) for row in issued}
    for policy in policies.values():
        policy.rider_arrears = rider_arrears
        if not policy.is_rider:
            customers[policy.holder].policies.append(policy)
    for row in issued:
        main, rider = policies.get(row["main_policy_id"]), policies[row["policy_id"]]
        rider.main = main
        if main and rider.currency == main.currency:
            main.riders.append(rider)
    _add_premiums(book, policies, as_of)
    _add_events(book, policies, customers, as_of)
    contacts = [row for row in book.contacts.to_dicts() if row["done_on"] <= as_of]
    return Facts(policies=policies, customers=customers, contacts=contacts, book=book, as_of=as_of, grades=grades)


def _customer(row: dict[str, Any], agents: dict[int, str], as_of: date) -> Customer:
    return Customer(
        as_of=as_of,
        key=row["customer_id"],
        number=row["customer_no"],
        gender=row["gender"],
        birthday=row["birthday"],
        lunar_birthday=parse_lunar_birthday(row["lunar_birthday"]) if row["lunar_birthday"] else None,
        died=known(row["deceased_on"], as_of),
        vip=row["vip"],
        occupation=row["occupation"],
        family_no=row["family_no"],
        own_agent_no=agents.get(row["agent_id"]),
    )


def _policy(row: dict[str, Any], agents: dict[int, str], grace_days: int, as_of: date) -> Policy:
    return Policy(
        as_of=as_of,
        grace_days=grace_days,
        key=row["policy_id"],
        number=row["policy_no"],
        holder=row["customer_id"],
        insured=row["insured_id"],
        agent_no=agents.get(row["agent_id"]),
        participating=bool(row["participating"]),
        is_rider=row["main_policy_id"] is not None,
        is_group=bool(row["is_group"]),
        issued=row["issue_date"],
        effective=row["effective_date"] or row["issue_date"],
        receipt=known(row["receipt_on"], as_of),
        mode=row["mode"],
        premium=row["premium"],
        currency=row["currency"],
        pay_years=row["pay_years"],
        ends_on=row["ends_on"],
        freelook_days=row["freelook_days"],
    )


def _add_premiums(book: Book, policies: dict[int, Policy], as_of: date) -> None:
    for row in book.premiums.to_dicts():
        if policy := policies.get(row["policy_id"]):
            paid_on = known(row["paid_on"], as_of)
            paid_amount = row["paid_amount"] if paid_on or not row["paid_on"] else None
            if paid_on is None and paid_amount != 0:
                paid_on = _debited_on(book, row, as_of)
            policy.rows[row["instalment"]] = Row(
                amount=row["amount"], paid_on=paid_on, paid_amount=paid_amount if paid_on else None
            )
    for row in book.debits.to_dicts():
        policy = policies.get(row["policy_id"])
        if policy and row["debit_on"] <= as_of:
            policy.debits.append(
                Debit(number=row["number"], instalment=row["instalment"], on=row["debit_on"], result=row["result"])
            )


def _debited_on(book: Book, row: dict[str, Any], as_of: date) -> date | None:
    """Return the day of the last debit of an instalment where it was a success."""
    same = [
        (debit["debit_on"], debit["number"], debit["result"])
        for debit in book.debits.to_dicts()
        if (debit["policy_id"], debit["instalment"]) == (row["policy_id"], row["instalment"])
        and debit["debit_on"] <= as_of
    ]
    return max(same)[0] if same and max(same)[2] == "success" else None


def _add_events(book: Book, policies: dict[int, Policy], customers: dict[int, Customer], as_of: date) -> None:
    for row in book.events.to_dicts():
        if row["occurred_on"] > as_of:
            continue
        event = Event(
            customer_id=row["customer_id"],
            policy_id=row["policy_id"],
            number=row["number"],
            kind=row["kind"],
            on=row["occurred_on"],
            amount=row["amount"],
            detail=row["detail"],
            previous=row["previous"],
        )
        customers[event.customer_id].events.append(event)
        if policy := policies.get(row["policy_id"]):
            policy.events.append(event)
