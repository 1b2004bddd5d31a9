"""Letters: what was made, posted and came back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from policyserve.operations.letters import letters_figure
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day

MOST = 500
"""Letters in one answer."""


class LetterRow(Answer):
    """A letter."""

    letter_no: str = Field(examples=["L20260000001"])
    title: str
    customer_no: str
    name: str | None
    address: str | None
    policy_no: str | None
    state: str = Field(description="`made`, `posted` or `returned`.", examples=["posted"])
    made_on: Day
    posting_no: str | None
    posted_on: Day | None
    returned_on: Day | None
    returned_why: str | None


class LetterList(Answer):
    """The newest letters first, at most 500."""

    items: list[LetterRow]


def get_letters(
    asked: Asked,
    state: Annotated[Literal["made", "posted", "returned"] | None, Query(description="Those that are so far.")] = None,
) -> LetterList:
    """List letters to customers in your scope."""
    found = letters_figure(asked.house.engine, asked.viewer, as_of=asked.as_of, state=state, most=MOST)
    return LetterList(items=[LetterRow(**row) for row in found.rows.to_dicts()])
