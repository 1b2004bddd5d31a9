"""Months, anniversaries and ranges of days.

Two conventions are stated here and nowhere else. A range is half-open: it holds its first day and not its last. A month
is added to the original date and clamped to the month's end (民法典 202: no corresponding day, then the last day of the
month); it is never added to a date that was worked out before, which would turn 31 January into 28 March.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import polars as pl

FOREVER = date(9999, 12, 31)
"""The end of what has no end, where a date must be compared."""

FIRST_YEAR, LAST_YEAR = 1800, 2400
_MONTHS = [date(year, month, 1) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
_STARTS = pl.Series("start", [(day - date(1970, 1, 1)).days for day in _MONTHS], dtype=pl.Int32)
_ENDS = _STARTS.shift(-1, fill_value=(date(LAST_YEAR + 1, 1, 1) - date(1970, 1, 1)).days) - 1


@dataclass(frozen=True, kw_only=True)
class Days:
    """A half-open range of days."""

    start: date
    end: date

    @classmethod
    def between(cls, first: date, last: date) -> Self:
        """Build the range that holds both days, as people type it."""
        return cls(start=first, end=last + timedelta(days=1))

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - timedelta(days=1)

    def widened(self, *, before: int = 0, after: int = 0) -> Self:
        """Return the range that starts `before` days earlier and ends `after` days later."""
        return type(self)(start=self.start - timedelta(days=before), end=self.end + timedelta(days=after))


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` later, or the last day of that month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_later(day: pl.Expr, months: pl.Expr | int) -> pl.Expr:
    """`add_months` for columns: `day` a Date, `months` integers; years 1800 to 2400, null outside and for null."""
    count = pl.lit(months, dtype=pl.Int32) if isinstance(months, int) else months.cast(pl.Int32)
    return day_of_month(month_number(day) + count, day.dt.day())


def days_later(day: pl.Expr, count: pl.Expr | int) -> pl.Expr:
    """Return the Date `count` days later; null for null."""
    return (day.cast(pl.Int32) + count).cast(pl.Date)


def day_of_month(month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the Date of a day (1 to 31) in a month (as `month_number`), clamped to the month's end; null outside."""
    place = month.cast(pl.Int32) - FIRST_YEAR * 12
    place = pl.when(place.is_between(0, len(_STARTS) - 1), day.is_not_null()).then(place)
    return pl.min_horizontal(pl.lit(_STARTS).gather(place) + day.cast(pl.Int32) - 1, pl.lit(_ENDS).gather(place)).cast(
        pl.Date
    )


def month_number(day: pl.Expr) -> pl.Expr:
    """Count the months of a Date since the year 0: year * 12 + month - 1, as Int32."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


def completed_years(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Count the anniversaries of `first` that have come by `second` (both Date), as Int32.

    29 February comes on 28 February in common years, as everywhere.
    """
    months = month_number(second) - month_number(first)
    years = months // 12
    return (years - (months_later(first, years * 12) > second).cast(pl.Int32)).cast(pl.Int32)
