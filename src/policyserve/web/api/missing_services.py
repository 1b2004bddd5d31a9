"""Missing services: why a service is not there, of a policy or a customer on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field

from policyserve.operations import touch_absence
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, CustomerNo, Day, PolicyNo, Word

Service = Annotated[Word, Query(min_length=1, description="The code of the service.", examples=["renewal-call"])]


class MissingService(Answer):
    """Why an occurrence of a service is not there."""

    service: str
    name: str
    subject: str | None
    ordinal: int | None
    nominal: Day | None = Field(description="The day that the rule gives.")
    due: Day | None = Field(description="null: it is not planned.")
    agent_no: str | None
    code: str = Field(examples=["instalment-paid"])
    reason: str
    task_id: int | None


class MissingServices(Answer):
    """The occurrences that have to do with the day, else the nearest one."""

    items: list[MissingService]


def get_policy_missing(asked: Asked, policy_no: PolicyNo, service: Service, date: Day | None = None) -> MissingServices:
    """Say why a policy has no such service on a day, as `policyserve explain` does."""
    return _found(asked, service, date, policy_no=policy_no)


def get_customer_missing(
    asked: Asked, customer_no: CustomerNo, service: Service, date: Day | None = None
) -> MissingServices:
    """Say why a customer has no such service on a day, as `policyserve explain` does."""
    return _found(asked, service, date, customer_no=customer_no)


def _found(asked: Asked, service: str, day: date | None, **whom: str) -> MissingServices:
    question = touch_absence.Asked(service=service, day=day or asked.as_of, **whom)
    house = asked.house
    rows = touch_absence.why_not_there(
        house.engine, asked.viewer, house.calendar, question, as_of=asked.as_of, language=asked.language
    )  # fmt: skip
    return MissingServices(items=[MissingService(**row) for row in rows])
