"""Lunar birthdays: the day on which each is celebrated, and the columns by which a book is joined with them.

A leap month that the year lacks falls in the regular month, one that it has is kept; a birth in a regular month stays
there in a year that repeats the month; day 30 of a month with 29 days falls on the 29th; who was born on New Year's
Eve, the last day of month 12 (29 or 30), celebrates on the last day of month 12.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl

from policyserve.calendars.lunar import LunarDate, LunarDateError, LunarYear, lunar_year, lunar_year_of
from policyserve.dates import Days

LUNAR_BIRTHDAYS = pl.Schema(
    {"lunar_month": pl.Int8, "lunar_day": pl.Int8, "leap": pl.Boolean, "lunar_year": pl.Int32, "on": pl.Date}
)
"""A birth date (month, day, leap or not) and the day `on` which it is celebrated in `lunar_year`."""


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
