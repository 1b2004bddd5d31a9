"""Plans of a few services of the default standard, and short ways to read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.dates import Days
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard
from slow.planner import SlowTouch, slow_plan

CALENDAR: Calendar = load_calendar(Path(__file__).parents[2] / "fixtures" / "calendars" / "cn.yaml")
LONG = Days(start=date(2015, 1, 1), end=date(2032, 1, 1))


def only(*starts: str, **fields: object) -> Standard:
    """Return the default standard with the services whose codes start so."""
    standard = default_standard()
    services = tuple(service for service in standard.services if service.code.startswith(starts))
    return standard.model_copy(update={"services": services, **fields})


def plan(
    known: Book, *starts: str, as_of: date, year: int | None = None, standing: bool = False, feb29: str = "feb28"
) -> list[SlowTouch]:
    """Plan these services over a year, or over seventeen."""
    days = LONG if year is None else Days(start=date(year, 1, 1), end=date(year + 1, 1, 1))
    return slow_plan(known, only(*starts, feb29=feb29), CALENDAR, days, as_of, standing=standing)


def dues(touches: list[SlowTouch]) -> dict[str, str]:
    """Return the due day of each service, which must be there once."""
    assert len({touch.service for touch in touches}) == len(touches)
    return {touch.service: str(touch.due) for touch in touches}


def by_ordinal(touches: list[SlowTouch]) -> dict[int, str]:
    """Return the due day of each ordinal."""
    return {touch.ordinal: str(touch.due) for touch in touches}


def the_one(touches: list[SlowTouch]) -> SlowTouch:
    """Return the only touch."""
    (touch,) = touches
    return touch
