"""What a plan says of years whose days off are not published yet."""

from __future__ import annotations

from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.locale import say


def provisional(calendar: Calendar, days: Days, language: str) -> str:
    """Name the years of a range of which only weekends and statutory days are known; empty where there is none."""
    notice = calendar.notice(days)
    if notice is None or language != "zh":
        return notice or ""
    years = [str(year) for year in range(days.start.year, days.last.year + 1) if not calendar.published(year)]
    return say(language, "The days off of {years} are not yet published.", years="、".join(years))
