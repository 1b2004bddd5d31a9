"""Obligations: what was owed in the life of a policy, or to a customer, with the proof."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from policyserve.metrics.figure import Figure
from policyserve.operations.obligations import proof_seen
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, CustomerNo, Day, PolicyNo


class Evidence(Answer):
    """Something that was done."""

    kind: str = Field(description="`task`, `text`, `letter` or `event`.", examples=["task"])
    service: str = Field(description="The service, or the kind of an event.", examples=["lapse-confirmation"])
    on: Day
    channel: str | None
    outcome: str | None = Field(
        description="Of a contact; of a text what its receipt said; of a letter its posting number."
    )
    number: int | None = Field(description="Of the task or the message.")
    counts: bool = Field(description="Whether it proves anything: somebody was reached, the text has left.")


class Obligation(Answer):
    """Something that was owed, and what became of it."""

    obligation: str = Field(examples=["suspension-confirmed"])
    state: str = Field(description="`met`, `open`, `broken` or `not_applicable`.", examples=["open"])
    why: str | None = Field(description="Why it is not applicable.")
    policy_no: str | None
    customer_no: str
    owner: str = Field(description="`agent` or `office`.", examples=["agent"])
    agent_no: str | None
    team: str | None
    branch: str | None
    day: Day = Field(description="Of the occasion.")
    due: Day = Field(description="The last day.")
    days_left: int | None
    given: int
    least: int
    met_on: Day | None
    late_on: Day | None
    task_id: int | None
    evidence: list[Evidence]


class Obligations(Answer):
    """What was owed, the latest last day first."""

    as_of: Day
    items: list[Obligation]


def get_policy_obligations(asked: Asked, policy_no: PolicyNo) -> Obligations:
    """Return what was owed in the life of a policy, with the evidence."""
    return _proof(asked, policy_no=policy_no)


def get_customer_obligations(asked: Asked, customer_no: CustomerNo) -> Obligations:
    """Return what was owed to a customer and for the policies held, with the evidence."""
    return _proof(asked, customer_no=customer_no)


def _proof(asked: Asked, **subject: str) -> Obligations:
    house, zone = asked.house, asked.house.settings.time_zone
    found = proof_seen(house.engine, asked.viewer, house.calendar, as_of=asked.as_of, zone=zone, **subject)
    return _written(found, asked.as_of)


def _written(found: Figure, as_of: date) -> Obligations:
    def known(row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name != "as_of"}

    items = [{**known(row), "evidence": [known(one) for one in row["evidence"]]} for row in found.exact()]
    return Obligations(as_of=as_of, items=[Obligation(**one) for one in items])
