"""Follow-up calls as a standard writes them: how often and when one tries, what is asked, and what answers open."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policyserve.locale import N_all, in_language, say_in, say_many
from policyserve.standard.part import Code, Name, Part
from policyserve.standard.vocabulary import listed

N_all("way after the last try of a call", "visit", "letter")


class CallHours(Part):
    """Hours of the day outside the customers' rest: from the first one on, no longer at the last one."""

    opens: Annotated[int, Field(ge=0, le=23)]
    closes: Annotated[int, Field(ge=1, le=24)]


class CallPoint(Part):
    """One point of a questionnaire, answered with yes or no."""

    code: Code
    name: Name
    name_zh: Name
    opens: Literal["visit", "complaint"] = "visit"
    """What 'no' opens: the customer asks for a visit in which it is explained, or a complaint of the class `sales`."""

    def said(self, language: str) -> str:
        """Return the question in a language."""
        return str(in_language(self, "name", language))


class Questionnaire(Part):
    """What the call for a service asks."""

    service: Code
    points: Annotated[tuple[CallPoint, ...], Field(min_length=1)]


class CallRules(Part):
    """How customers are called."""

    tries: Annotated[int, Field(ge=1, le=20)] = 3
    """Tries without reaching anybody, on different days and at different hours, before another way is taken."""
    hours_apart: Annotated[int, Field(ge=0, le=12)] = 2
    """By so many hours of the day tries lie apart."""
    then: Literal["visit", "letter"] = "visit"
    """The other way."""
    within_days: Annotated[int, Field(ge=0, le=60)] = 3
    """A call is made within so many days of falling due."""
    hours: Annotated[tuple[CallHours, ...], Field(min_length=1)] = (
        CallHours(opens=9, closes=12), CallHours(opens=14, closes=20),
    )  # fmt: skip
    questionnaires: tuple[Questionnaire, ...] = ()
    unanswered_hours: Annotated[int, Field(ge=1, le=720)] = 48
    """A text that needs an answer becomes a call after so many hours without one."""
    needs_answer: tuple[Code, ...] = ()
    """Services whose texts need an answer."""

    def points(self, service: str) -> tuple[CallPoint, ...]:
        """Return what a call for a service asks; nothing where it has no questionnaire."""
        return next((one.points for one in self.questionnaires if one.service == service), ())

    def told(self, language: str) -> str:
        """Say how customers are called."""
        hours = [f"{one.opens:02}:00-{one.closes:02}:00" for one in self.hours]
        parts = [
            say_many(language, "at most {n} try", "at most {n} tries", self.tries),
            say_many(language, "made within {n} day", "made within {n} days", self.within_days),
            listed(hours, language),
            say_in(language, "way after the last try of a call", self.then),
            *(
                say_many(language, "a questionnaire of {n} point", "a questionnaire of {n} points", len(one.points))
                for one in self.questionnaires
            ),
        ]
        return "; ".join(parts)
