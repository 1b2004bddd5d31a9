"""The obligation: what the company owes on an occasion, by when, and what proves that it was done."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from policyserve.locale import in_language
from policyserve.standard.part import Code, Name, PaidMode, Part

Occasion = Literal[
    "instalment",  # an instalment from the second on falls due
    "unpaid",  # the oldest instalment is still unpaid when the obligation begins
    "suspension",  # the cover is suspended
    "debit",  # a debit was tried
    "receipt",  # the receipt of the policy was signed
    "agent-changed",  # the customer got another agent
    "policy-year",  # a policy year of a participating policy begins, from the second on
]
Until = Literal["freelook-end", "policy-year-end"]


class Deadline(Part):
    """The last day, counted from the occasion: `months` first, then `days`, then `workdays`; or the end of something.

    `until`: the last day of the free-look (`freelook-end`), or of the policy year (`policy-year-end`).
    """

    days: Annotated[int, Field(ge=-366, le=366)] = 0
    months: Annotated[int, Field(ge=0, le=24)] = 0
    workdays: Annotated[int, Field(ge=0, le=60)] = 0
    until: Until | None = None


class Obligation(Part):
    """One promise that is proved, occasion by occasion."""

    code: Code
    name: Name
    name_zh: Name
    occasion: Occasion
    modes: Annotated[tuple[PaidMode, ...], Field(min_length=1)] = ("annual", "semi-annual", "quarterly", "monthly")
    """Of `instalment` and `unpaid`: policies paid in one of these modes."""
    grades: tuple[str, ...] = ()
    """Customers who have one of these grades on the as-of date, by their codes; none: of any, or of none."""
    begins: Annotated[int, Field(ge=-366, le=366)] = 0
    """Days from the occasion to the day from which it is owed; what began before work was tracked is not judged."""
    within: Deadline = Deadline()
    services: tuple[Code, ...] = ()
    """The services whose touches of the same occasion prove it: done, or their text sent."""
    events: tuple[str, ...] = ()
    """The kinds of events of the policy that prove it too, from the occasion on."""
    least: Annotated[int, Field(ge=1, le=12)] = 1
    """How many of the services must have been given."""
    delivered: bool = False
    """Whether a text proves it only when its receipt says that it was delivered."""
    owner: Literal["agent", "office"] = "agent"
    """Whose it is: the agent's who serves the customer, or the office's."""

    def said(self, field: Literal["name"], language: str) -> Any:
        """Return a field that a standard may write in several languages (`name_zh`); else as it is in English."""
        return in_language(self, field, language)
