"""Tries of a call: which ones count, when they are used up, and when one may be agreed; pure, over what was called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from policyserve.locale import N_all
from policyserve.standard.call_rules import CallRules

OUTCOMES: Final = ("reached", "not-reached", "refused", "agreed")
"""What came of a call: `refused` spoke to somebody who did not want to answer, `agreed` fixed a time for the next."""

N_all("outcome of a call", "reached", "not-reached", "refused", "agreed")
STATES: Final = ("to-call", "agreed", "visit", "letter")
"""How a call that is due stands: to be made, at a time that was agreed, or by another way since tries are used up."""

N_all("standing of a call", "to-call", "agreed", "visit", "letter")

HOUR: Final = 60


@dataclass(frozen=True, kw_only=True)
class Try:
    """One call: the day, the minute of that day, and what came of it."""

    day: date
    minute: int
    outcome: str

    @property
    def failed(self) -> bool:
        """Whether the customer could not be asked."""
        return self.outcome in {"not-reached", "refused"}


def in_hours(rules: CallRules, minute: int) -> bool:
    """Tell whether a minute of the day lies outside the customers' rest."""
    return any(one.opens * HOUR <= minute < one.closes * HOUR for one in rules.hours)


def counted(rules: CallRules, calls: Sequence[Try]) -> list[Try]:
    """Return the tries that count, in the order in which they were made.

    One counts that was made outside rest hours, on a day and at an hour of which no earlier one was.
    """
    found: list[Try] = []
    for one in sorted((one for one in calls if one.failed), key=lambda one: (one.day, one.minute)):
        if in_hours(rules, one.minute) and all(_apart(rules, one, other) for other in found):
            found.append(one)
    return found


def _apart(rules: CallRules, one: Try, other: Try) -> bool:
    return one.day != other.day and abs(one.minute - other.minute) >= rules.hours_apart * HOUR


def standing(rules: CallRules, calls: Sequence[Try]) -> str:
    """Return how a call stands that has not been answered yet: one of STATES."""
    if len(counted(rules, calls)) >= rules.tries:
        return rules.then
    return "agreed" if calls and calls[-1].outcome == "agreed" else "to-call"


def is_quiet(quiet_days: str | None, day: date) -> bool:
    """Tell whether a day is one on which the customer does not want to be disturbed (`quiet_days` as the book has)."""
    return str(day.isoweekday()) in (quiet_days or "").split(",")


def made_by(rules: CallRules, due: date, latest: date) -> date:
    """Return the day by which a call is made."""
    return min(due + timedelta(days=rules.within_days), latest)
