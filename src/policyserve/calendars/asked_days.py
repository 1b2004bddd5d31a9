"""The days that people ask about or type: any of three centuries, and none that would be counted past the calendar."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from policyserve.errors import QuestionError

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)

_WRITTEN: Final = re.compile(r"(\d{4})([-/]?)(\d{1,2})\2(\d{1,2})", re.ASCII)


_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)", re.ASCII)


def minute_of(text: str) -> int:
    """Read a time of the day as people type it, 10:30; return the minute. Raises QuestionError for anything else."""
    if (match := _CLOCK.fullmatch(text.strip())) is None:
        raise QuestionError("'{value}' is no time of a day; write 10:30.", value=text[:40])
    return int(match[1]) * 60 + int(match[2])


def asked_day(text: str) -> date:
    """Read a day as people type it: 2026-11-21, 2026/11/21 or 20261121; raises QuestionError for anything else."""
    if (match := _WRITTEN.fullmatch(text.strip())) is None:
        raise QuestionError("'{value}' is no date; write 2026-11-21.", value=text[:40])
    try:
        day = date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise QuestionError("There is no day '{value}' in the calendar.", value=text.strip()) from None
    if not FIRST <= day <= LAST:
        raise QuestionError("{day} is too far away; give {first} to {last}.", day=day, first=FIRST, last=LAST)
    return day
