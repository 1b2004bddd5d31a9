"""Events: what happened to a customer or a policy."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from policyserve.book.money import decimal
from policyserve.operations.events import events_page
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, Most, Number
from policyserve.web.api.paging import page, place
from policyserve.web.errors import CursorError


class Event(Answer):
    """One event."""

    event: int = Field(description="Its key.", examples=[7])
    event_no: str | None
    occurred_on: Day
    kind: str = Field(examples=["claim"])
    customer_no: str
    policy_no: str | None
    amount: str | None = Field(examples=["1200.00"])
    currency: str | None
    detail: str | None
    retracted_on: Day | None = Field(description="The day on which it was taken back as a mistake.")


class EventList(Answer):
    """Events, the newest first."""

    items: list[Event]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


OfPolicy = Annotated[Number | None, Query(description="Only of this policy.")]
OfCustomer = Annotated[Number | None, Query(description="Only of this customer.")]


def get_events(
    asked: Asked,
    policy_no: OfPolicy = None,
    customer_no: OfCustomer = None,
    most: Most = 50,
    cursor: Cursor = None,
) -> EventList:
    """List the events of customers in your scope."""
    found = place(asked, cursor, str, int)
    rows = events_page(
        asked.house.engine, asked.viewer, as_of=asked.as_of, most=most + 1, policy_no=policy_no,
        customer_no=customer_no, after=(_day(found[0]), found[1]) if found else None,
    )  # fmt: skip
    shown, following = page(asked, rows, most, "occurred_on", "event")
    amounts = [None if one["amount"] is None else str(decimal(one["amount"], one["currency"])) for one in shown]
    items = [Event(**{**row, "amount": amount}) for row, amount in zip(shown, amounts, strict=True)]
    return EventList(items=items, next=following)


def _day(written: str) -> Day:
    try:
        return Day.fromisoformat(written)
    except ValueError as error:
        raise CursorError from error
