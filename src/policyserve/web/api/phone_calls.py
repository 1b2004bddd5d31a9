"""Follow-up calls: to be made, agreed, noted with their answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from policyserve.calendars.asked_days import minute_of
from policyserve.calls.records import Call
from policyserve.calls.tries import OUTCOMES
from policyserve.operations import calls
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day, Note, Sent, TaskKey

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["10:30"])]
Point = Annotated[str, Field(max_length=60)]


class CallRow(Answer):
    """A call to be made."""

    task_id: int = Field(examples=[41])
    state: str = Field(description="to-call, agreed, visit or letter.", examples=["to-call"])
    agreed_for: str | None = Field(description="The day and the time that were agreed.")
    made_by: Day
    latest: Day
    customer_no: str
    policy_no: str | None
    service: str = Field(examples=["new-policy-callback"])
    tries: int = Field(description="Tries that count.")
    agent_no: str | None


class CallList(Answer):
    """Calls to be made, what was agreed and what presses first."""

    items: list[CallRow]


class CallPointAsked(Answer):
    """A point of the questionnaire."""

    point: str = Field(examples=["own-signature"])
    asked: str
    opens: str = Field(description="What 'no' opens: visit or complaint.")


class CallMade(Answer):
    """A call that was made or agreed."""

    call_id: int
    task_id: int | None
    service: str | None
    outcome: str
    called_on: Day
    minute: int = Field(description="Of the day.")
    satisfaction: int | None
    words: str | None
    complaint_id: int | None = Field(description="The complaint that it opened.")
    visit_asked: bool
    answers: dict[str, bool] = Field(description="By point.")
    at: datetime
    actor: str


class CallSeen(Answer):
    """What a call asks, and the calls of before with the customer, the newest first."""

    task_id: int
    service: str
    customer_no: str
    policy_no: str | None
    name: str | None
    phone: str | None = Field(description="Masked for whoever may not see it.")
    status: str
    due: Day
    made_by: Day
    latest: Day
    state: str
    tries: int
    most_tries: int
    points: list[CallPointAsked]
    former: list[CallMade]


class CallBody(Sent):
    """What came of a call, or the time agreed for one."""

    outcome: Literal[OUTCOMES]  # type: ignore[valid-type]
    on: Day | None = Field(None, description="The day; default today.")
    at: Clock
    answers: dict[Point, bool] = Field({}, description="By point; all of them where the customer was reached.")
    satisfaction: int | None = Field(None, ge=1, le=5)
    words: Note = ""


class CallKept(Answer):
    """The key of a call."""

    call_id: int = Field(examples=[3])


def get_calls(asked: Asked) -> CallList:
    """List the calls to be made in your scope."""
    found = calls.calls_of_viewer(asked.house.engine, asked.viewer, as_of=asked.as_of)
    return CallList(items=[CallRow(**row) for row in found.rows.to_dicts()])


def get_call(asked: Asked, task_id: TaskKey) -> CallSeen:
    """Return what a call asks, and the calls of before."""
    found = calls.seen_call(asked.house.engine, asked.viewer, task_id, as_of=asked.as_of)
    return CallSeen(**found.fields(asked.language))


def post_call(asked: Asked, task_id: TaskKey, body: CallBody) -> CallKept:
    """Note a call, or agree on its time."""
    made = Call(
        outcome=body.outcome, on=body.on or asked.as_of, minute=minute_of(body.at), answers=body.answers,
        satisfaction=body.satisfaction, words=body.words,
    )  # fmt: skip
    return asked.once(
        lambda sent: calls.record_call(asked.house.engine, asked.viewer, asked.stamp, task_id, made, form=sent),
        lambda key: CallKept(call_id=key),
    )
