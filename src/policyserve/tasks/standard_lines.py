"""Lines of the standard as tasks ask them: what a service is called, why and how it is done, and what it bears on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from policyserve.standard.contact import CONTACT
from policyserve.standard.model import Service, Standard
from policyserve.tasks.reason_text import ReasonWords, reason_words


class LineWords(NamedTuple):
    """What the standard says of a kind of task, in one language."""

    name: str
    """What to do; empty where the standard no longer has it."""
    why: ReasonWords
    talking_points: tuple[str, ...]
    """What to talk about."""
    tools: tuple[str, ...]
    """What to bring."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the standard says of a kind of task."""

    service: Service | None
    """Its line; none where the standard no longer has it."""
    score: float
    """Its bearing on the targets: the sum of weight x bearing."""

    duty: bool
    """Whether the law or the contract asks for it."""

    @cached_property
    def languages(self) -> dict[str, LineWords]:
        """Its words in the languages that were asked for."""
        return {}

    def words(self, language: str) -> LineWords:
        """Its words in a language, worked out once for all its tasks."""
        if language not in self.languages:
            self.languages[language] = _line_words(self.service, language)
        return self.languages[language]


def _line_words(service: Service | None, language: str) -> LineWords:
    why = reason_words(service, language)
    if service is None:
        return LineWords("", why, (), ())
    points, tools = (tuple(service.said(field, language)) for field in ("talking_points", "tools"))
    return LineWords(str(service.said("name", language)), why, points, tools)


class Lines(dict[tuple[str, str], Line]):
    """The lines of a standard that an agenda needs, by code and channels, each looked up once."""

    def __init__(self, standard: Standard) -> None:
        """Look up in `standard`."""
        super().__init__()
        self.standard = standard

    def __missing__(self, key: tuple[str, str]) -> Line:
        """Look a line up and keep it."""
        self[key] = line_of(self.standard, *key)
        return self[key]


def line_of(standard: Standard, code: str, channels: str) -> Line:
    """Return what the standard says of a service; of several with one code, the one with these channels."""
    services = [service for service in standard.services if service.code == code]
    service = next((one for one in services if "+".join(one.channels) == channels), services[0] if services else None)
    if service is None and code == CONTACT.code:
        service = CONTACT
    if service is None:
        return Line(service=None, score=0.0, duty=False)
    return Line(service=service, score=score(standard, service), duty=service.message_class == "duty")


def score(standard: Standard, service: Service) -> float:
    """Add up how strongly a service bears on each target, each weighed as the standard says."""
    weights, bearing = standard.weights, service.bearing
    return (
        weights.persistency * bearing.persistency
        + weights.referrals * bearing.referrals
        + weights.add_ons * bearing.add_ons
    )
