"""Days off and working days of a year.

A government publishes the days off of a year, with the weekend days worked in exchange (调休), some weeks before the
year starts. A year not yet published has its weekends and statutory days off and nothing worked in exchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from policyserve.calendars.festivals import WEEKDAYS, NamedDay, Part, Weekday
from policyserve.model_errors import UnfitError

_WRITTEN = re.compile(r"([0-9]{2}-[0-9]{2})(?:\.\.([0-9]{2}-[0-9]{2}))?")


class DayRange(Part):
    """Days of a year from the first to the last, both included; written `10-01..10-07`, a single day `10-10`."""

    first: str
    last: str

    def days_of(self, year: int) -> Iterator[date]:
        """Yield its days in a year; raises ValueError for a day that the year lacks."""
        day, last = _day_of(year, self.first), _day_of(year, self.last)
        if last < day:
            raise UnfitError("{first}..{last} ends before it starts", first=self.first, last=self.last)
        while day <= last:
            yield day
            day += timedelta(days=1)


def _day_of(year: int, written: str) -> date:
    try:
        return date.fromisoformat(f"{year:04}-{written}")
    except ValueError as error:
        raise UnfitError("{year} has no day {written}", year=year, written=written) from error


def _split_range(written: object) -> object:
    if isinstance(written, DayRange):
        return written
    found = _WRITTEN.fullmatch(str(written))
    if found is None:
        raise UnfitError("days are written like 10-01..10-07, a single one like 10-10")
    return {"first": found[1], "last": found[2] or found[1]}


WrittenRange = Annotated[DayRange, BeforeValidator(_split_range)]


class PublishedYear(Part):
    """The days off of one year as published: days off on top of the weekends, and weekend days worked in exchange."""

    year: Annotated[int, Field(ge=1900, le=2400)]
    off: tuple[WrittenRange, ...]
    work: tuple[WrittenRange, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_mind(self) -> Self:
        if both := self.days("off") & self.days("work"):
            raise UnfitError("{both:%m-%d} is both off and work; keep it in one of the lists", both=min(both))
        return self

    def days(self, which: Literal["off", "work"]) -> set[date]:
        """Return the days of one of the two lists."""
        return {day for span in getattr(self, which) for day in span.days_of(self.year)}


def weekend_days(year: int, weekend: Iterable[Weekday]) -> set[date]:
    """Return the days of a year that fall on one of the weekdays of the weekend."""
    numbers = {WEEKDAYS.index(weekday) for weekday in weekend}
    start, end = date(year, 1, 1), date(year, 12, 31)
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return {day for day in days if day.weekday() in numbers}


def statutory_days(
    year: int, rules: Iterable[NamedDay], weekend: Iterable[Weekday], *, on_weekend: Literal["keep", "nearest"] = "keep"
) -> set[date]:
    """Return the statutory days off of a solar year; the last days of a lunar year fall in the next solar one.

    `on_weekend`: `nearest` moves a day on a weekend to the nearest other day (Saturday to Friday, Sunday to Monday),
    maybe into another year.
    """
    avoided = {WEEKDAYS.index(weekday) for weekday in weekend} if on_weekend == "nearest" else set()
    years = range(year - 1, year + 2 if avoided else year + 1)
    found = (_nearest_outside(rule.day.day_of(number), avoided) for rule in rules for number in years)
    return {day for day in found if day.year == year}


def _nearest_outside(day: date, weekdays: set[int]) -> date:
    near = (day + timedelta(days=n) for n in (0, -1, 1, -2, 2, -3, 3))
    return next((other for other in near if other.weekday() not in weekdays), day)
