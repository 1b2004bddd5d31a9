"""Models of the API: what every noun is made of, and the problem document of every refusal (RFC 9457)."""

from __future__ import annotations

from datetime import date
from re import fullmatch
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from policyserve.calendars.asked_days import asked_day
from policyserve.errors import QuestionError
from policyserve.model_errors import UnfitError
from policyserve.signs import seen
from policyserve.web.addresses import number


def _written(day: object) -> object:
    """Take a day as it is written, and no number, which would be counted in seconds from 1970."""
    if isinstance(day, date):
        return day
    if not isinstance(day, str) or not fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise ValueError("write a day as 2026-05-04")
    try:
        return asked_day(day)
    except QuestionError as error:
        raise UnfitError(error.sentence) from error


Day: TypeAlias = Annotated[date, BeforeValidator(_written)]
"""A day, as 2026-05-04; fields are called `date`, as the options of commands are."""


class Answer(BaseModel):
    """What the API answers."""

    model_config = ConfigDict(frozen=True)


class Sent(BaseModel):
    """What the API takes; a field that it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(Answer):
    """One value that is not taken."""

    place: str = Field(examples=["body/on"])
    detail: str = Field(examples=["field required"])


class Problem(Answer):
    """Why something was refused."""

    type: str = Field(examples=["urn:policyserve:task-closed"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["Task 41 was marked done by a02 on 2026-05-04, so it cannot be marked done."])
    errors: list[Fault] = []


SEEN = AfterValidator(seen)

Number: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64), SEEN]
"""The number of a customer, a policy or an agent."""
Word: TypeAlias = Annotated[str, StringConstraints(max_length=200), SEEN]
"""A word or two that somebody typed, without signs that nobody sees."""
Note: TypeAlias = Annotated[str, StringConstraints(max_length=2000), SEEN]
Reason: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S"), SEEN]

TaskKey = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[41])]
EventKey = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[7])]
_WHOLE = BeforeValidator(number)
CustomerNo = Annotated[Number, _WHOLE, Path(examples=["C00012"])]
PolicyNo = Annotated[Number, _WHOLE, Path(examples=["P00012"])]
Most = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="Where the page before ended: its `next`.")]
