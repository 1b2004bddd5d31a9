"""Events: what happened to a customer or a policy."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from policyserve.book.columns import EVENT_KINDS
from policyserve.book.money import decimal
from policyserve.errors import PolicyserveError
from policyserve.operations.entries import TOLD_BY_CUSTOMERS
from policyserve.operations.events import enter_event, events_page, retract_of_viewer
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, EventKey, Most, Number, Reason, Sent, Word
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


class EventBody(Sent):
    """What happened, to a policy or to a customer."""

    policy_no: Number | None = Field(None, description="This or `customer_no`.")
    customer_no: Number | None = Field(None, description="This or `policy_no`.", examples=["C00012"])
    kind: Literal[EVENT_KINDS] = Field(examples=["claim"])  # type: ignore[valid-type]
    occurred_on: Day
    amount: str | None = Field(None, pattern=r"^[0-9]{1,13}(\.[0-9]{1,2})?$", examples=["1200.00"])
    detail: Word | None = None
    event_no: Number | None = None


class EventAdded(Answer):
    """The key of an event."""

    event: int = Field(examples=[7])


def post_event(asked: Asked, body: EventBody) -> EventAdded:
    """Enter an event by hand, checked like a row of an events list."""
    if asked.viewer.role == "agent" and body.kind not in TOLD_BY_CUSTOMERS:
        raise PolicyserveError("Agents enter what customers tell them: {kinds}.", kinds=", ".join(TOLD_BY_CUSTOMERS))
    fields = {name: str(value) for name, value in dict(body).items() if value is not None}
    if len({"policy_no", "customer_no"} & set(fields)) != 1:
        raise PolicyserveError("Give `policy_no` or `customer_no`, one of them.")
    return asked.once(
        lambda sent: enter_event(asked.house.engine, asked.viewer, fields, asked.stamp, form=sent),
        lambda key: EventAdded(event=key),
    )


class RetractBody(Sent):
    """Why."""

    why: Reason = Field(examples=["entered for the wrong policy"])


class EventRetracted(Answer):
    """An event that was taken back."""

    event: int = Field(examples=[7])
    retracted_on: Day


def post_retract(asked: Asked, event: EventKey, body: RetractBody) -> EventRetracted:
    """Take an event back that was a mistake; it stays in the records. Tasks follow with the next release."""
    return asked.once(
        lambda sent: retract_of_viewer(asked.house.engine, asked.viewer, event, asked.stamp, why=body.why, form=sent),
        lambda key: EventRetracted(event=key, retracted_on=asked.as_of),
    )


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


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise CursorError from error
