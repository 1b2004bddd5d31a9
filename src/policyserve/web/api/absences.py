"""Absences: who is away, and who does meanwhile what does not wait."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from policyserve.operations import absences
from policyserve.tasks.absences import Away
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, Most, Number, Sent
from policyserve.web.api.paging import page, place


class Absence(Answer):
    """Days on which an agent is away."""

    absence_id: int = Field(examples=[3])
    agent_no: str = Field(examples=["A02"])
    first_day: Day
    last_day: Day
    back_on: Day = Field(description="The first working day after it.")
    substitute_no: str | None = Field(description="Who was named; null: whoever the agent reports to.")
    stand_in_no: str | None = Field(description="Who does today what does not wait, while it lasts.")
    status: str = Field(examples=["away"], description="coming, away, over or withdrawn.")
    entered_by: str
    entered_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class AbsenceList(Answer):
    """Absences by their keys."""

    items: list[Absence]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class AbsenceBody(Sent):
    """Who is away, and when; both days are part of it."""

    agent_no: Number = Field(examples=["A02"])
    first_day: Day
    last_day: Day
    substitute_no: Number | None = Field(None, description="Default: whoever the agent reports to.", examples=["A03"])


AbsenceKey = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[3])]
Every = Annotated[bool, Query(description="Also those that are over or withdrawn.")]


def get_absences(asked: Asked, every: Every = False, most: Most = 50, cursor: Cursor = None) -> AbsenceList:
    """List the absences of agents in your scope, and of those whom these stand in for."""
    found = place(asked, cursor, int)
    rows = absences.list_absences(
        asked.house.engine, asked.viewer, as_of=asked.as_of, every=every, most=most + 1, after=found[0] if found else 0
    )
    shown, following = page(asked, rows, most, "absence_id")
    return AbsenceList(items=[Absence(**row) for row in shown], next=following)


def post_absence(asked: Asked, body: AbsenceBody) -> Absence:
    """Enter an absence: until it is over, what does not wait stands with the substitute."""
    away = Away(agent_no=body.agent_no, first=body.first_day, last=body.last_day, substitute_no=body.substitute_no)
    house = asked.house
    return asked.once(
        lambda sent: absences.add_absence(house.engine, asked.viewer, house.calendar, away, asked.stamp, form=sent),
        lambda row: Absence(**row),
    )


def post_withdraw(asked: Asked, absence_id: AbsenceKey) -> Absence:
    """Take an absence back as if it had never been; what was done meanwhile stays done."""
    return asked.once(
        lambda sent: absences.withdraw_absence(asked.house.engine, asked.viewer, absence_id, asked.stamp, form=sent),
        lambda row: Absence(**row),
    )
