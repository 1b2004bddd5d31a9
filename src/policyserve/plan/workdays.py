"""Working days in columns: where a day off moves a touch, and where a window of working days ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import polars as pl

from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days, days_later


@dataclass(frozen=True)
class Workdays:
    """The days of a range as lookup tables; expressions that use them must stay inside the range."""

    first: int
    """Number of the first day, counted from 1970-01-01."""
    before: pl.Series
    """The last working day on or before each day."""
    after: pl.Series
    """The first working day on or after each day."""
    place: pl.Series
    """How many working days came up to and including each day."""
    working: pl.Series
    """The working days in order."""
    published: pl.Series
    """Whether the days off of the day's year are published."""

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, calendar: Calendar, days: Days) -> Self:
        """Read the days of `days` from the calendar."""
        table = calendar.days(days)
        number = table["day"].cast(pl.Int32)
        working = number.filter(table["workday"])
        own = pl.select(day=pl.when(table["workday"]).then(number))["day"]
        return cls(
            first=int(number[0]),
            before=own.forward_fill().fill_null(number),
            after=own.backward_fill().fill_null(number),
            place=table["workday"].cast(pl.Int32).cum_sum(),
            working=working,
            published=table["published"],
        )

    def moved(self, day: pl.Expr, earliest: pl.Expr, latest: pl.Expr) -> pl.Expr:
        """Move a day off to the working day before it inside the window, else to the next one, else leave it."""
        place = self._place(day)
        before, after = (pl.lit(table).gather(place).cast(pl.Date) for table in (self.before, self.after))
        return pl.when(before >= earliest).then(before).when(after <= latest).then(after).otherwise(day)

    def later(self, day: pl.Expr, count: pl.Expr | int) -> pl.Expr:
        """Count `count` working days on from `day`; the first one after it is 1."""
        if isinstance(count, int) and count == 0:
            return day
        later = pl.lit(self.working).gather(pl.lit(self.place).gather(self._place(day)) + count - 1).cast(pl.Date)
        return later if isinstance(count, int) else pl.when(count > 0).then(later).otherwise(day)

    def next_from(self, day: pl.Expr) -> pl.Expr:
        """Return the day, or the first working day after it."""
        return pl.lit(self.after).gather(self._place(day)).cast(pl.Date)

    def provisional(self, day: pl.Expr) -> pl.Expr:
        """Whether the days off of the day's year are not yet published."""
        if self.published.all():
            return pl.lit(value=False)
        return ~pl.lit(self.published).gather(self._place(day))

    def _place(self, day: pl.Expr) -> pl.Expr:
        return day.cast(pl.Int32) - self.first


def freelook_end(workdays: Workdays, receipt_on: pl.Expr, freelook_days: int) -> pl.Expr:
    """Return the last day of the free-look, by the column `freelook_days`, else so many; never on a day off."""
    return workdays.next_from(days_later(receipt_on, pl.coalesce("freelook_days", pl.lit(freelook_days))))
