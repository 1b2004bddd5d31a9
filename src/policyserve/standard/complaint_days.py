"""Days of complaints as a standard writes them: by when a customer who complains is answered, and hears the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from policyserve.locale import say, say_in, say_many
from policyserve.standard.part import Part
from policyserve.standard.vocabulary import listed

ComplaintClass = Literal["sales", "service", "claim", "surrender", "premium", "data", "other"]


class ComplaintDays(Part):
    """By when a customer who complains hears; None: as of all complaints."""

    answer_workdays: Annotated[int, Field(ge=0, le=60)] | None = None
    """The first answer, in working days."""
    result_days: Annotated[int, Field(ge=1, le=366)] | None = None
    extension_days: Annotated[int, Field(ge=1, le=366)] | None = None
    """By how much the day of the result is put off, once and with a reason."""


class TermsOfComplaint(Part):
    """The days that hold for a complaint."""

    answer_workdays: Annotated[int, Field(ge=0, le=60)] = 1
    result_days: Annotated[int, Field(ge=1, le=366)] = 15
    extension_days: Annotated[int, Field(ge=1, le=366)] = 15


class ComplaintRules(TermsOfComplaint):
    """The days of complaints, and of the classes that have others."""

    escalation_days: Annotated[int, Field(ge=1, le=366)] = 3
    """What is not answered in time goes to the manager of the agent, and after so many more days one level higher."""

    classes: Mapping[ComplaintClass, ComplaintDays] = {}

    def of(self, kind: str) -> TermsOfComplaint:
        """Return the days that hold for a class."""
        own_of = {str(name): one.model_dump(exclude_none=True) for name, one in self.classes.items()}
        return TermsOfComplaint(**{**self.model_dump(exclude={"classes", "escalation_days"}), **own_of.get(kind, {})})

    def told(self, language: str) -> str:
        """Say the days of all complaints, and of each class that has others."""
        own = {say_in(language, "class of complaint", kind): _told(self.of(kind), language) for kind in self.classes}
        others = [say(language, "{kind}: {days}", kind=kind, days=days) for kind, days in own.items()]
        higher = say_many(
            language, "a level higher every {n} day that it is late", "a level higher every {n} days that it is late",
            self.escalation_days,
        )  # fmt: skip
        return "; ".join([_told(self, language), *others, higher])


def _told(days: TermsOfComplaint, language: str) -> str:
    parts = [
        say_many(language, "answered within {n} working day", "answered within {n} working days", days.answer_workdays),
        say_many(language, "the result within {n} day", "the result within {n} days", days.result_days),
        say_many(language, "put off once by {n} day", "put off once by {n} days", days.extension_days),
    ]
    return listed(parts, language)
