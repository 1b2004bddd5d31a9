"""What is wrong with a standard: where, what, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Where = tuple[str | int, ...]
"""The way to a value: ("services", 3, "window", "after")."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a standard, or, as a warning, doubtful."""

    where: Where = ()
    """The way to the value; numbers count from 0."""
    message: str
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

    def __str__(self) -> str:
        """Tell file, line, field and what is wrong, in one line."""
        place = self.source if self.line is None else f"{self.source} line {self.line}"
        place = f"{place}, {self.field}" if self.where else place
        return f"{place}: {'warning: ' if self.severity == 'warning' else ''}{self.message}"


def field_name(where: Where) -> str:
    """Write the way to a value as people read it; the number of a service is the one of the file, from 0."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).removeprefix(".")


def not_allowed(value: object, what: str, allowed: Iterable[str]) -> str:
    """Say that `value` is not `what`, with the nearest word that is and all words that are."""
    words = list(allowed)
    near = get_close_matches(str(value), words, n=1)
    meant = f"; did you mean '{near[0]}'?" if near else "; "
    return f"'{value}' is not {what}{meant}{' Allowed' if near else 'allowed'}: {', '.join(words)}."
