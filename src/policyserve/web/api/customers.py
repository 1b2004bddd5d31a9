"""Customers: found by what was typed, and the 360° card of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from policyserve.access.masks import shown_address, shown_name, shown_phone
from policyserve.operations.cards import customer_card
from policyserve.operations.customers import find_customers
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, CustomerNo, Day, Most, Word
from policyserve.web.api.paging import page, place
from policyserve.web.api.policies import HeldPolicy, Touch, held, touches


class CustomerRow(Answer):
    """A customer in a list."""

    customer_no: str = Field(examples=["C00012"])
    name: str | None
    phone: str | None
    vip: bool
    grade: str | None = Field(description="The name of their grade, as the last release worked it out.")


class CustomerList(Answer):
    """Customers by their numbers."""

    items: list[CustomerRow]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Relative(Answer):
    """Somebody of the same family."""

    customer_no: str
    name: str | None
    gender: str | None
    birthday: Day | None


class ServiceGiven(Answer):
    """What was done for a customer."""

    done_on: Day
    service: str
    name: str
    subject: str | None
    channel: str | None
    outcome: str | None
    satisfaction: int | None
    note: str | None
    task_id: int


class Customer(Answer):
    """The 360° card of a customer."""

    customer_no: str = Field(examples=["C00012"])
    name: str | None
    gender: str | None
    birthday: Day | None
    lunar_birthday: str | None
    deceased_on: Day | None
    phone: str | None
    vip: str | None
    grade: str | None = Field(description="The name of the grade on the day.")
    occupation: str | None
    hobbies: str | None
    address: str | None
    postcode: str | None
    region: str | None
    language: str | None = Field(examples=["zh"])
    preferred_days: str | None = Field(description="Weekdays (1 is Monday) and days.", examples=["1,3,2026-12-24"])
    quiet_days: str | None = Field(description="When nobody is to come or call, in the same way.")
    family_no: str | None
    marketing_consent: bool | None
    sms_optout: bool | None
    agent_no: str | None
    agent_name: str | None
    referred_by: str | None
    referred_on: Day | None
    referred: int = Field(description="How many people the customer has referred.")
    family: list[Relative]
    policies: list[HeldPolicy]
    ahead: list[Touch] = Field(description="What is to be done in the next three months.")
    record: list[ServiceGiven] = Field(description="What was done, the newest first.")


Typed = Annotated[Word, Query(description="Of a number, a name or a phone; or the whole number of a policy.")]


OfGrade = Annotated[Word, Query(description="The code of a grade of the standard; only its customers.")]


def get_customers(
    asked: Asked, q: Typed = "", grade: OfGrade = "", most: Most = 50, cursor: Cursor = None
) -> CustomerList:
    """Find customers in your scope."""
    found = place(asked, cursor, str)
    rows = find_customers(
        asked.house.engine, asked.viewer, q, as_of=asked.as_of, language=asked.language, grade=grade, most=most + 1,
        after=found[0] if found else "",
    )  # fmt: skip
    shown, following = page(asked, rows, most, "customer_no")
    return CustomerList(items=[CustomerRow(**vars(row)) for row in shown], next=following)


def get_customer(asked: Asked, customer_no: CustomerNo) -> Customer:
    """Return the 360° card of a customer, as `policyserve customer` does."""
    house, viewer = asked.house, asked.viewer
    card = customer_card(house.engine, viewer, house.calendar, customer_no, as_of=asked.as_of, language=asked.language)
    profile = {
        **card.profile, "name": shown_name(viewer, card.profile["name"]),
        "phone": shown_phone(viewer, card.profile["phone"]),
        **{name: shown_address(viewer, card.profile[name]) for name in ("address", "postcode")},
    }  # fmt: skip
    return Customer(
        **profile,
        family=[Relative(**{**one, "name": shown_name(viewer, one["name"])}) for one in card.family],
        policies=held(card.policies),
        ahead=touches(card.ahead),
        record=[ServiceGiven(**row) for row in card.record],
    )
