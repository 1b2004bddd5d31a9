"""Lunar dates of the Chinese calendar.

`sxtwl` does the astronomy. Asked for a lunar date that never was, it answers with another one in silence, so a lunar
year is only ever read day by day from the solar side, and what is not found there does not exist.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import sxtwl

from policyserve.dates import FIRST_YEAR, LAST_YEAR
from policyserve.errors import PolicyserveError

_WRITTEN = re.compile(r"([0-9]{4})[-/]([闰閏]?)([0-9]{1,2})[-/]([0-9]{1,2})")


class LunarDateError(PolicyserveError):
    """A lunar date that cannot be read, or that never was."""


@dataclass(frozen=True, kw_only=True, order=True)
class LunarDate:
    """A day of the lunar calendar; as text `1968-08-15`, in a leap month `1968-闰07-15`."""

    year: int
    """The lunar year, which starts between 21 January and 21 February of the solar year of that number."""
    month: int
    """1 to 12; a leap month bears the number of the month before it."""
    leap: bool = False
    day: int
    """1 to 29 or 30."""

    def __str__(self) -> str:
        """Return the text that lists and tables hold."""
        return f"{self.year:04}-{'闰' if self.leap else ''}{self.month:02}-{self.day:02}"


@dataclass(frozen=True, kw_only=True)
class LunarMonth:
    """A month of a lunar year: its number, its first day and its length of 29 or 30 days."""

    number: int
    leap: bool
    start: date
    length: int


@dataclass(frozen=True, kw_only=True)
class LunarYear:
    """A lunar year: its 12 or 13 months in order."""

    number: int
    months: tuple[LunarMonth, ...]

    @property
    def start(self) -> date:
        """The first day (春节)."""
        return self.months[0].start

    @property
    def last(self) -> date:
        """The last day (除夕)."""
        return self.months[-1].start + timedelta(days=self.months[-1].length - 1)

    def month(self, number: int, *, leap: bool = False) -> LunarMonth | None:
        """Return the month of that number, or None for a leap month that the year lacks."""
        return next((month for month in self.months if (month.number, month.leap) == (number, leap)), None)

    @property
    def leap_month(self) -> int | None:
        """The number of the leap month, if the year has one."""
        return next((month.number for month in self.months if month.leap), None)


@cache
def lunar_year(number: int) -> LunarYear:
    """Return the months of a lunar year; raises LunarDateError outside 1799 to 2400.

    The first call for a year costs about 5 ms, later ones nothing.
    """
    if not FIRST_YEAR - 1 <= number <= LAST_YEAR:
        raise LunarDateError(
            "Lunar dates are known for the years {first_year} to {last_year}; {number} is not in them.",
            first_year=FIRST_YEAR,
            last_year=LAST_YEAR,
            number=number,
        )
    months, start = [], _new_year(number)
    while (first := _convert(start)).year == number:
        length = 29 if _convert(start + timedelta(days=29)).day == 1 else 30
        months.append(LunarMonth(number=first.month, leap=first.leap, start=start, length=length))
        start += timedelta(days=length)
    return LunarYear(number=number, months=tuple(months))


def _new_year(number: int) -> date:
    answer = sxtwl.fromLunar(number, 1, 1, False)
    day = date(answer.getSolarYear(), answer.getSolarMonth(), answer.getSolarDay())
    if _convert(day) != LunarDate(year=number, month=1, day=1):
        raise LunarDateError("The first day of the lunar year {number} could not be found.", number=number)
    return day


def _convert(day: date) -> LunarDate:
    answer = sxtwl.fromSolar(day.year, day.month, day.day)
    return LunarDate(
        year=answer.getLunarYear(), month=answer.getLunarMonth(), day=answer.getLunarDay(), leap=answer.isLunarLeap()
    )


def lunar_year_of(day: date) -> int:
    """Return the number of the lunar year that a day belongs to; raises LunarDateError outside 1800 to 2400."""
    return day.year if day >= lunar_year(day.year).start else day.year - 1


def to_lunar(day: date) -> LunarDate:
    """Convert a solar date; raises LunarDateError outside 1800 to 2400."""
    year = lunar_year(lunar_year_of(day))
    month = year.months[bisect_right(year.months, day, key=lambda month: month.start) - 1]
    return LunarDate(year=year.number, month=month.number, leap=month.leap, day=(day - month.start).days + 1)


def to_solar(lunar: LunarDate) -> date:
    """Convert a lunar date; raises LunarDateError, which says why, for one that never was."""
    month = _existing_month(lunar)
    if not 1 <= lunar.day <= month.length:
        raise LunarDateError(
            "Leap month {month} of the lunar year {year} has {length} days; write a day from 1 to {length}."
            if lunar.leap
            else "Month {month} of the lunar year {year} has {length} days; write a day from 1 to {length}.",
            month=lunar.month,
            year=lunar.year,
            length=month.length,
        )
    return month.start + timedelta(days=lunar.day - 1)


def _existing_month(lunar: LunarDate) -> LunarMonth:
    if not 1 <= lunar.month <= 12:
        raise LunarDateError("A lunar year has the months 1 to 12, and sometimes a leap month, such as 闰6.")
    year = lunar_year(lunar.year)
    if month := year.month(lunar.month, leap=lunar.leap):
        return month
    if year.leap_month is None:
        raise LunarDateError(
            "The lunar year {year} has no leap month; write the regular month without 闰, or correct the year.",
            year=lunar.year,
        )
    raise LunarDateError(
        "The lunar year {year} has the leap month {month} only; write the regular month without 闰, or correct "
        "the year.",
        year=lunar.year,
        month=year.leap_month,
    )


def parse_lunar_birthday(text: str) -> LunarDate:
    """Read `1968-08-15` or, for a leap month, `1968-闰7-15`; also with `/`.

    Raises LunarDateError for what is written otherwise and for a date that never was.
    """
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise LunarDateError("A lunar birthday is written like 1968-08-15, in a leap month like 1968-闰7-15.")
    year, leap, month, day = found.groups()
    lunar = LunarDate(year=int(year), month=int(month), day=int(day), leap=bool(leap))
    to_solar(lunar)
    return lunar
