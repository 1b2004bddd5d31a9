"""Obligations: what was owed in some days, read and judged."""

from __future__ import annotations

from datetime import timedelta

from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.obligations.figures import AHEAD, Question
from policyserve.obligations.occasions import Ground
from policyserve.obligations.owed import Owed, read_owed
from policyserve.operations.figures import Reading


def owed(facts: Reading, calendar: Calendar, days: Days) -> tuple[Owed, Question]:
    """Judge what is owed with its last day in `days`, and what is about to break; return it with what was asked."""
    ahead = facts.as_of + timedelta(days=AHEAD + 1)
    wide = Days(start=min(days.start, facts.as_of), end=max(days.end, ahead))
    ground = Ground.of(facts.book, facts.standard, calendar, wide, facts.as_of)
    found = read_owed(facts.connection, ground, wide)
    return found, Question(standard=facts.standard, days=days, as_of=facts.as_of)
