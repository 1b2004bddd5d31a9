"""Tasks and deeds: done, put off, decided against, reopened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from policyserve.operations import tasks
from policyserve.operations.task_list import list_tasks, one_task
from policyserve.operations.tasks import Standing
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, Most, Note, Number, Reason, Sent, TaskKey, Word
from policyserve.web.api.paging import page, place


class TaskRow(Answer):
    """A task."""

    task_id: int = Field(examples=[41])
    service: str = Field(examples=["renewal-call"])
    customer_no: str = Field(examples=["C00012"])
    policy_no: str | None = Field(examples=["P00012"])
    agent_no: str | None
    channels: list[str]
    ordinal: int
    due: Day
    earliest: Day
    latest: Day = Field(description="The last day on time.")
    snoozed_to: Day | None
    planned_on: Day | None
    planned_why: str | None
    provisional: bool
    status: str = Field(examples=["open"])
    version: str = Field(description="What If-Match takes, in quotation marks.", examples=["107"])


class TaskList(Answer):
    """Tasks by their keys."""

    items: list[TaskRow]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Task(TaskRow):
    """A task, and why it is there."""

    why: list[str] = Field(description="Its reason, its time, and everything that happened to it.")


class TaskStanding(Answer):
    """How a task stands after a deed."""

    task_id: int = Field(examples=[41])
    status: str = Field(examples=["done"])
    version: str = Field(description="What If-Match takes, in quotation marks.", examples=["108"])
    notices: list[str] = Field(description="What is worth knowing, such as that it was late.")


class DoneBody(Sent):
    """What came of a task."""

    on: Day | None = Field(None, description="The day on which it was done; default today.")
    channel: Literal["visit", "call", "sms", "letter", "office", "other"] = "visit"
    outcome: Word | None = None
    satisfaction: int | None = Field(None, ge=1, le=5, description="5: very satisfied.")
    note: Note | None = None


class PutOffBody(Sent):
    """To which day."""

    to: Day = Field(description="A day inside the time of the task.")


class ReasonBody(Sent):
    """Why."""

    why: Reason = Field(examples=["the customer is abroad until June"])


Status = Literal["open", "done", "skipped", "missed", "cancelled"]
OfStatus = Annotated[Status | None, Query(description="Only these.")]
OfCustomer = Annotated[Number | None, Query(description="Only of this customer.")]


def get_tasks(
    asked: Asked,
    status: OfStatus = None,
    customer_no: OfCustomer = None,
    most: Most = 50,
    cursor: Cursor = None,
) -> TaskList:
    """List the tasks in your scope."""
    found = place(asked, cursor, int)
    rows = list_tasks(
        asked.house.engine, asked.viewer, as_of=asked.as_of, most=most + 1, after=found[0] if found else 0,
        status=status, customer_no=customer_no,
    )  # fmt: skip
    shown, following = page(asked, rows, most, "task_id")
    return TaskList(items=[TaskRow(**_row(row)) for row in shown], next=following)


def get_task(asked: Asked, task_id: TaskKey) -> Task:
    """Return a task and why it is there, as `policyserve task explain` does."""
    engine, viewer, as_of = asked.house.engine, asked.viewer, asked.as_of
    why = tasks.explain_task(engine, viewer, task_id, as_of=as_of, language=asked.language)
    return Task(**_row(one_task(engine, viewer, task_id, as_of=as_of)), why=why)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "channels": row["channels"].split("+")}


def post_done(asked: Asked, task_id: TaskKey, body: DoneBody) -> TaskStanding:
    """Mark a task done, and keep what came of it."""
    return _deed(asked, task_id, tasks.finish_task, **{**dict(body), "on": body.on or asked.as_of})


def post_put_off(asked: Asked, task_id: TaskKey, body: PutOffBody) -> TaskStanding:
    """Put a task off, or forward, to another day inside its time."""
    return _deed(asked, task_id, tasks.snooze_task, to=body.to)


def post_skip(asked: Asked, task_id: TaskKey, body: ReasonBody) -> TaskStanding:
    """Decide against a task, for a reason that is kept."""
    return _deed(asked, task_id, tasks.skip_task, why=body.why)


def post_reopen(asked: Asked, task_id: TaskKey, body: ReasonBody) -> TaskStanding:
    """Take back what was done or decided against by mistake."""
    return _deed(asked, task_id, tasks.reopen_task, why=body.why)


def _deed(asked: Asked, task_id: int, act: Callable[..., object], **what: Any) -> TaskStanding:
    def standing(found: Standing) -> TaskStanding:
        notices = [one.told(asked.language) for one in found.notices]
        return TaskStanding(task_id=task_id, status=found.status, version=str(found.version), notices=notices)

    engine, viewer = asked.house.engine, asked.viewer
    return asked.once(lambda sent: act(engine, viewer, task_id, asked.stamp, form=sent, **what), standing)
