"""Tasks and deeds: done, put off, decided against, reopened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from policyserve.operations import tasks
from policyserve.operations.tasks import Standing
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day, Note, Reason, Sent, TaskKey, Word


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
