"""Complaints: received, led from step to step, listed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field

from policyserve.complaints.records import Told
from policyserve.complaints.steps import CAUSES, CHANNELS, KINDS, STEPS
from policyserve.errors import PolicyserveError
from policyserve.operations import complaints
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day, Note, Number, Sent

ComplaintKey = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[7])]
Words = Annotated[Note, Field(min_length=1, pattern=r"\S")]


class ComplaintRow(Answer):
    """A complaint in a list."""

    complaint_id: int = Field(examples=[7])
    status: str = Field(examples=["received"])
    due: Day | None = Field(description="By when the customer hears next; null of one that is settled.")
    days_left: int | None
    customer_no: str
    policy_no: str | None
    kind: str = Field(description="The class.", examples=["service"])
    words: str | None = Field(description="The customer's own.")
    opened_on: Day
    channel: str
    agent_no: str | None
    answer_by: Day
    answered_on: Day | None
    result_by: Day
    closed_on: Day | None
    cause: str | None
    responsible_no: str | None
    escalated_to: str | None = Field(description="The manager to whom a late one has gone up.")


class ComplaintList(Answer):
    """Complaints, what is to be done next first."""

    items: list[ComplaintRow]


class StepTaken(Answer):
    """A step that was taken."""

    as_of: Day
    actor: str
    action: str
    from_status: str | None
    to_status: str
    cause: str | None
    responsible_no: str | None
    result_by: Day | None
    said: str | None


class Complaint(ComplaintRow):
    """A complaint with its steps."""

    steps: list[StepTaken]
    next: list[str] = Field(description="The steps that you may take.")


class ComplaintBody(Sent):
    """What a customer complains of."""

    customer_no: Number | None = Field(None, description="This or `policy_no`.", examples=["C00012"])
    policy_no: Number | None = Field(None, description="This or `customer_no`.")
    words: Words = Field(description="What the customer says.")
    kind: Literal[KINDS] = Field(description="The class.", examples=["service"])  # type: ignore[valid-type]
    channel: Literal[CHANNELS] = "call"  # type: ignore[valid-type]
    on: Day | None = Field(None, description="The day on which it came; default today.")


class ComplaintMade(Answer):
    """The key of a complaint."""

    complaint_id: int = Field(examples=[7])


class StepBody(Sent):
    """A step, and why."""

    step: Literal[tuple(STEPS)] = Field(examples=["founded"])  # type: ignore[valid-type]
    said: Words = Field(description="Why, or what came of it.")
    cause: Literal[CAUSES] | None = None  # type: ignore[valid-type]
    responsible_no: Number | None = Field(None, description="The agent who is responsible.")


class ComplaintStanding(Answer):
    """Where a complaint stands after a step."""

    complaint_id: int = Field(examples=[7])
    step: str


def get_complaints(
    asked: Asked, open_only: Annotated[bool, Query(description="Only those that wait for something.")] = False
) -> ComplaintList:
    """List the complaints of customers in your scope."""
    house = asked.house
    found = complaints.complaints_of_viewer(
        house.engine, asked.viewer, house.calendar, as_of=asked.as_of, open_only=open_only
    )
    return ComplaintList(items=[ComplaintRow(**row) for row in found.rows.to_dicts()])


def get_complaint(asked: Asked, complaint_id: ComplaintKey) -> Complaint:
    """Return a complaint with its steps."""
    house = asked.house
    found = complaints.seen_complaint(house.engine, asked.viewer, house.calendar, complaint_id, as_of=asked.as_of)
    return Complaint(**found.fields())


def post_complaint(asked: Asked, body: ComplaintBody) -> ComplaintMade:
    """Receive a complaint."""
    if (body.customer_no is None) == (body.policy_no is None):
        raise PolicyserveError("Give `policy_no` or `customer_no`, one of them.")
    told = Told(words=body.words, kind=body.kind, channel=body.channel, on=body.on or asked.as_of)
    whose = {"customer_no": body.customer_no, "policy_no": body.policy_no}
    return asked.once(
        lambda sent: complaints.open_complaint(asked.house.engine, asked.viewer, asked.stamp, told, **whose, form=sent),
        lambda key: ComplaintMade(complaint_id=key),
    )


def post_step(asked: Asked, complaint_id: ComplaintKey, body: StepBody) -> ComplaintStanding:
    """Lead a complaint one step on."""
    what: dict[str, Any] = {"said": body.said, "cause": body.cause, "responsible_no": body.responsible_no}
    return asked.once(
        lambda sent: complaints.step_complaint(
            asked.house.engine, asked.viewer, asked.stamp, complaint_id, body.step, **what, form=sent
        ),
        lambda _: ComplaintStanding(complaint_id=complaint_id, step=body.step),
    )
