"""Visits of a customer: their days, and what people decide on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from policyserve.operations import visits
from policyserve.operations.visits import Whose
from policyserve.tasks.visit_days import VisitDay
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, CustomerNo, Day, Number, Sent
from policyserve.web.api.phone_calls import Clock


class VisitRow(Answer):
    """A visit to a customer."""

    agent_no: str = Field(examples=["A02"])
    day: Day
    at: str | None = Field(description="The hour that was agreed.", examples=["10:30"])
    pinned: bool = Field(description="Whether somebody fixed the day.")
    why: str = Field(description="Why it is on this day.")
    services: list[str] = Field(examples=[["policy-review"]])
    first: Day = Field(description="The first day on which all of it is on time.")
    last: Day = Field(description="The last one.")
    notices: list[str]


class VisitList(Answer):
    """The visits whose day can be chosen."""

    items: list[VisitRow]


class WhoseBody(Sent):
    """Whose visit."""

    agent_no: Number | None = Field(None, description="Needed where several agents visit the customer.")


class PinBody(WhoseBody):
    """When."""

    on: Day
    at: Clock | None = None


def get_visits(asked: Asked, customer_no: CustomerNo) -> VisitList:
    """List the visits to a customer whose day can be chosen."""
    found = visits.visits_of_customer(asked.house.engine, asked.viewer, customer_no, as_of=asked.as_of)
    return VisitList(items=[_row(one, asked.language) for one in found])


def post_pin(asked: Asked, customer_no: CustomerNo, body: PinBody) -> VisitRow:
    """Fix the visit for a day: no release moves it."""
    calendar = asked.house.calendar
    return _deed(asked, customer_no, body, visits.pin_visit, calendar, on=body.on, at=body.at)


def post_unpin(asked: Asked, customer_no: CustomerNo, body: WhoseBody) -> VisitRow:
    """Set the fixed visits free; the next release plans them."""
    return _deed(asked, customer_no, body, visits.unpin_visit)


def post_bring_forward(asked: Asked, customer_no: CustomerNo, body: WhoseBody) -> VisitRow:
    """Fix the next visit for the first working day on which it is on time."""
    return _deed(asked, customer_no, body, visits.bring_forward, asked.house.calendar)


def _deed(
    asked: Asked, customer_no: str, body: WhoseBody, act: Callable[..., object], *calendar: object, **what: object
) -> VisitRow:
    whose = Whose(customer_no=customer_no, agent_no=body.agent_no)
    engine, viewer = asked.house.engine, asked.viewer
    return asked.once(
        lambda sent: act(engine, viewer, *calendar, whose, asked.stamp, form=sent, **what),
        lambda found: _row(found, asked.language),
    )


def _row(one: VisitDay, language: str) -> VisitRow:
    told: dict[str, Any] = {name: getattr(one, name) for name in ("agent_no", "day", "at", "pinned", "first", "last")}
    notices = [notice.told(language) for notice in one.notices]
    return VisitRow(**told, why=one.why.told(language), services=list(one.services), notices=notices)
