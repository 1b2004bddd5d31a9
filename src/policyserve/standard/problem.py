"""What is wrong with a standard: where, what, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from policyserve.locale import ENGLISH, N_, Sentence, say

Where = tuple[str | int, ...]
"""The way to a value: ("services", 3, "window", "after")."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a standard, or, as a warning, doubtful."""

    where: Where = ()
    """The way to the value; numbers count from 0."""
    message: Sentence
    """What is wrong and what is allowed, without line and field."""
    line: int | None = None
    """The line in the file, from 1; None where there is no file."""
    source: str = "the standard"
    """The file's name."""
    severity: Literal["error", "warning"] = "error"
    """A standard with an error cannot be used; one with a warning can."""

    @property
    def field(self) -> str:
        """The way to the value as people read it: services[3].window.after."""
        return field_name(self.where)

    def told(self, language: str) -> str:
        """Tell file, line, field and what is wrong, in one line."""
        place = say(language, "{source} line {line}", source=self.source, line=self.line) if self.line else self.source
        place = f"{place}, {self.field}" if self.where else place
        words = N_("{place}: warning: {message}") if self.severity == "warning" else N_("{place}: {message}")
        return say(language, words, place=place, message=self.message)

    def __str__(self) -> str:
        """Tell the same in English."""
        return self.told(ENGLISH)


def field_name(where: Where) -> str:
    """Write the way to a value as people read it; the number of a service is the one of the file, from 0."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).removeprefix(".")


def not_allowed(value: object, what: str | Sentence, allowed: Iterable[str]) -> Sentence:
    """Say that `value` is not `what`, with the nearest word that is and all words that are."""
    words = list(allowed)
    near = get_close_matches(str(value), words, n=1)
    values = {"value": value, "what": Sentence(what) if isinstance(what, str) else what, "allowed": ", ".join(words)}
    if near:
        return Sentence("'{value}' is not {what}; did you mean '{near}'? Allowed: {allowed}.", near=near[0], **values)
    return Sentence("'{value}' is not {what}; allowed: {allowed}.", **values)
