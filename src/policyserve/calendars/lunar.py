"""Lunar dates of the Chinese calendar, and the day on which a lunar birthday is celebrated.

The rules of birthdays: a leap month that the year lacks falls in the regular month, one that it has is kept; a birth in
a regular month stays there in a year that repeats the month; day 30 of a month with 29 days falls on the 29th; who was
born on New Year's Eve, the last day of month 12 (29 or 30), celebrates on the last day of month 12.

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

import polars as pl
import sxtwl

from policyserve.dates import FIRST_YEAR, LAST_YEAR, Days
from policyserve.errors import PolicyserveError

LUNAR_BIRTHDAYS = pl.Schema(
    {"lunar_month": pl.Int8, "lunar_day": pl.Int8, "leap": pl.Boolean, "lunar_year": pl.Int32, "on": pl.Date}
)
"""A birth date (month, day, leap or not) and the day `on` which it is celebrated in `lunar_year`."""

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


def celebrated_on(birth: LunarDate, year: int) -> date:
    """Return the day on which a lunar birthday is celebrated in the lunar year `year`, by the rules of this module."""
    return _celebrated(lunar_year(year), birth.month, celebrated_day(birth), leap=birth.leap)


def celebrated_day(birth: LunarDate) -> int:
    """Return the day of the month that is celebrated: that of birth, but 30 for whoever was born on New Year's Eve.

    Day 30 is the last day of any month, because it falls on the 29th where the month has no more.
    """
    born_in = lunar_year(birth.year).month(birth.month) if birth.month == 12 and not birth.leap else None
    return 30 if born_in and birth.day == born_in.length else birth.day


def _celebrated(year: LunarYear, number: int, day: int, *, leap: bool) -> date:
    month = year.month(number, leap=leap) or year.month(number)
    if month is None:
        raise LunarDateError("A lunar year has the months 1 to 12; correct the month of the birthday.")
    return month.start + timedelta(days=min(day, month.length) - 1)


def lunar_birthdays(days: Days) -> pl.DataFrame:
    """List the lunar birthdays celebrated in a range: the columns of `LUNAR_BIRTHDAYS`, in order of the day.

    Goes by lunar years, because a birthday late in the lunar year may come twice in a solar year, or not at all.
    """
    if days.end <= days.start:
        return pl.DataFrame(schema=LUNAR_BIRTHDAYS)
    years = range(lunar_year_of(days.start), lunar_year_of(days.last) + 1)
    found = pl.concat([_birthdays_of(year) for year in years])
    return found.filter(pl.col("on").is_between(days.start, days.end, closed="left")).sort("on", maintain_order=True)


@cache
def _birthdays_of(number: int) -> pl.DataFrame:
    year = lunar_year(number)
    rows = [
        (month, day, leap, number, _celebrated(year, month, day, leap=leap))
        for month in range(1, 13)
        for day in range(1, 31)
        for leap in (False, True)
    ]
    return pl.DataFrame(rows, schema=LUNAR_BIRTHDAYS, orient="row")


def lunar_parts(text: pl.Expr) -> list[pl.Expr]:
    """Split canonical lunar birthdays into the columns by which `lunar_birthdays` is joined; null stays null.

    `birth_year` Int32, `lunar_month` Int8, `lunar_day` Int8 (the one celebrated), `leap` Boolean.
    """
    year, month = text.str.slice(0, 4).cast(pl.Int32), text.str.slice(-5, 2).cast(pl.Int8)
    day, leap = text.str.slice(-2).cast(pl.Int8), text.str.slice(5, 1) == "闰"
    late = pl.when((month == 12) & (day == 29) & ~leap).then(year)
    eve = late.map_batches(_has_short_last_month, return_dtype=pl.Boolean)
    return [
        year.alias("birth_year"),
        month.alias("lunar_month"),
        pl.when(eve).then(pl.lit(30, dtype=pl.Int8)).otherwise(day).alias("lunar_day"),
        leap.alias("leap"),
    ]


SHORT_LAST_MONTHS = frozenset({
    1901, 1904, 1907, 1910, 1915, 1916, 1917, 1924, 1926, 1930, 1931, 1935, 1936, 1937, 1940, 1941, 1943, 1950, 1953,
    1957, 1959, 1960, 1962, 1963, 1965, 1966, 1969, 1977, 1978, 1979, 1986, 1987, 1988, 1993, 1996, 1997, 1999, 2000,
    2002, 2005, 2011, 2012, 2015, 2021, 2024, 2025, 2026, 2027, 2028, 2030, 2031, 2038, 2039, 2040, 2048, 2049, 2050,
    2055, 2057, 2058, 2059, 2060, 2061, 2062, 2064, 2067, 2073, 2074, 2076, 2077, 2083, 2086, 2088, 2089, 2090, 2091,
    2092, 2093, 2095, 2100,
})  # fmt: skip
"""The lunar years from 1900 to 2100 whose month 12 has 29 days; to work out sixty of them takes half a second."""


def _has_short_last_month(years: pl.Series) -> pl.Series:
    rare = [year for year in years.drop_nulls().unique() if not 1900 <= year <= 2100 and _last_month_length(year) == 29]
    return years.is_in([*SHORT_LAST_MONTHS, *rare])


def _last_month_length(number: int) -> int:
    month = lunar_year(number).month(12)
    return month.length if month else 0
