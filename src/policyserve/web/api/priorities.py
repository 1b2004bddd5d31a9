"""Priority: how much each target weighs in the work of a manager's teams, tried on a day, kept and taken back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from policyserve.operations import priorities
from policyserve.standard.weights import Weights
from policyserve.tasks.target_weights import Weighing
from policyserve.web.addresses import number
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day, Number, Sent


class Priority(Answer):
    """What holds for the teams of a manager."""

    persistency: float = Field(examples=[2.0])
    referrals: float = Field(examples=[1.0])
    add_ons: float = Field(examples=[1.0])
    manager_no: str | None = Field(description="Who decided it: the manager, or one above; null: the standard.")
    since: Day | None
    actor: str | None
    why: str = Field(description="The same in a sentence.")


class Place(Answer):
    """A customer of a day, before and after."""

    before: int
    after: int
    customer_no: str
    name: str | None
    service: str = Field(description="That of the first task.", examples=["lapse-visit"])
    task: str = Field(description="What it is called.")
    score: float = Field(description="Under the weights that are tried.")


class Places(Answer):
    """The customers of a day in the new order."""

    items: list[Place]


class WeightsBody(Sent):
    """Weights, one of them above 0."""

    persistency: float = Field(ge=0, le=priorities.HIGHEST, examples=[2.0])
    referrals: float = Field(ge=0, le=priorities.HIGHEST, examples=[1.0])
    add_ons: float = Field(ge=0, le=priorities.HIGHEST, examples=[1.0])

    @property
    def written(self) -> str:
        """As they are typed."""
        return f"{self.persistency}/{self.referrals}/{self.add_ons}"


ManagerNo = Annotated[Number, Path(examples=["A01"])]
Typed = Annotated[str, Query(max_length=60, description="Weights, as 2/1/1: persistency, referrals, add-ons.")]
OfAgent = Annotated[Number, Query(description="Whose day is put in order.", examples=["A02"])]
OnDay = Annotated[Day | None, Query(alias="date", description="The day; default today.")]


def get_priority(asked: Asked, manager_no: ManagerNo) -> Priority:
    """Return by what the work of a manager's teams is put in order."""
    found = priorities.priority(asked.house.engine, asked.viewer, number(manager_no), as_of=asked.as_of)
    return _told(found.weighing, asked.language)


def get_priority_preview(
    asked: Asked, manager_no: ManagerNo, weights: Typed, agent_no: OfAgent, on: OnDay = None
) -> Places:
    """Return what other weights would do to an agent's day: each customer's place before and after."""
    day: date = on or asked.as_of
    rows = priorities.preview(
        asked.house.engine, asked.viewer, number(manager_no), priorities.read_weights(weights), agent_no, day=day,
        as_of=asked.as_of, language=asked.language,
    )  # fmt: skip
    return Places(items=[Place(**row) for row in rows])


def post_priority(asked: Asked, manager_no: ManagerNo, body: WeightsBody) -> Priority:
    """Let weights hold for a manager's teams from today on."""
    return _set(asked, manager_no, priorities.read_weights(body.written))


def post_priority_take_back(asked: Asked, manager_no: ManagerNo) -> Priority:
    """Take the weights of a manager's teams back: those of the next manager above hold, else the standard's."""
    return _set(asked, manager_no, None)


def _set(asked: Asked, manager_no: str, weights: Weights | None) -> Priority:
    return asked.once(
        lambda sent: priorities.set_weights(
            asked.house.engine, asked.viewer, number(manager_no), weights, asked.stamp, form=sent
        ),
        lambda held: _told(held, asked.language),
    )


def _told(held: Weighing, language: str) -> Priority:
    return Priority(
        **held.weights.model_dump(), manager_no=held.manager_no, since=held.as_of, actor=held.actor,
        why=held.why.told(language),
    )  # fmt: skip
