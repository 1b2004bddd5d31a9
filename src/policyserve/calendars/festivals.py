"""Greeting days: rules that say on which day of a year a festival falls.

A rule is data of the calendar file, told apart by its `kind`. A lunar festival bears the number of its lunar year (New
Year's Eve the year that it ends) and is not repeated in a leap month; any other bears the number of its solar year.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Annotated, Literal, Self

import polars as pl
import sxtwl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from policyserve.calendars.lunar import LunarDate, lunar_year
from policyserve.calendars.lunar_birthdays import celebrated_on
from policyserve.model_errors import UnfitError

FESTIVALS = pl.Schema({"name": pl.String, "on": pl.Date, "ordinal": pl.Int32, "rank": pl.Int32})
"""A festival's code, its day, the number of its lunar or solar year, and its place in the calendar's list, from 1."""

SOLAR_TERMS = {"qingming": (7, 4, 3), "winter-solstice": (0, 12, 20)}
"""Solar terms that calendars use: their number in `sxtwl`, and the month and day from which to look for them."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Month = Annotated[int, Field(ge=1, le=12)]


class Part(BaseModel):
    """A piece of a calendar file: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SolarDay(Part):
    """The same day of every solar year."""

    kind: Literal["solar"]
    month: Month
    day: Annotated[int, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _exists(self) -> Self:
        date(2001, self.month, self.day)  # of a common year, so that the day comes every year
        return self

    def day_of(self, year: int) -> date:
        """Return the day of a solar year."""
        return date(year, self.month, self.day)


class LunarDay(Part):
    """The same day of every lunar year, in the regular month; day 30 falls on the 29th where the month has no more."""

    kind: Literal["lunar"]
    month: Month
    day: Annotated[int, Field(ge=1, le=30)]

    def day_of(self, year: int) -> date:
        """Return the day of a lunar year."""
        return celebrated_on(LunarDate(year=year, month=self.month, day=self.day), year)


class LunarYearEnd(Part):
    """The last day of every lunar year (除夕)."""

    kind: Literal["lunar-year-end"]

    def day_of(self, year: int) -> date:
        """Return the day of a lunar year."""
        return lunar_year(year).last


class WeekdayOfMonth(Part):
    """The `nth` such weekday of a month, -1 for the last."""

    kind: Literal["weekday"]
    month: Month
    weekday: Weekday
    nth: Literal[1, 2, 3, 4, -1]

    def day_of(self, year: int) -> date:
        """Return the day of a solar year."""
        if self.nth == -1:
            following = date(year + self.month // 12, self.month % 12 + 1, 1)
            return _weekday_from(following, self.weekday) - timedelta(weeks=1)
        return _weekday_from(date(year, self.month, 1), self.weekday) + timedelta(weeks=self.nth - 1)


class SolarTerm(Part):
    """A solar term (节气): 清明 between 4 and 6 April, 冬至 between 21 and 23 December."""

    kind: Literal["solar-term"]
    term: Literal["qingming", "winter-solstice"]

    def day_of(self, year: int) -> date:
        """Return the day of a solar year."""
        return solar_term(self.term, year)


Rule = Annotated[SolarDay | LunarDay | LunarYearEnd | WeekdayOfMonth | SolarTerm, Field(discriminator="kind")]

DAYS_OF_MOURNING: tuple[tuple[str, str, Rule], ...] = (
    ("qingming", "清明", SolarTerm(kind="solar-term", term="qingming")),
    ("ghost-festival", "中元", LunarDay(kind="lunar", month=7, day=15)),
    ("winter-clothes", "寒衣", LunarDay(kind="lunar", month=10, day=1)),
)
"""Days on which nobody is greeted, whatever a list calls them."""


class NamedDay(Part):
    """A day that comes every year, with its names."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    name_zh: Annotated[str, Field(min_length=1, max_length=200)]
    day: Rule


class Festival(NamedDay):
    """A day on which customers are greeted."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=50)]
    """The name by which a standard's trigger refers to it."""

    @model_validator(mode="after")
    def _is_no_day_of_mourning(self) -> Self:
        for code, name_zh, rule in DAYS_OF_MOURNING:
            if code == self.code or name_zh in self.name_zh or rule == self.day:
                raise UnfitError(
                    "{name_zh} is a day of mourning, on which nobody is greeted; take it out of the list",
                    name_zh=name_zh,
                )
        return self


def festival_days(festivals: tuple[Festival, ...], year: int) -> pl.DataFrame:
    """List the days of the festivals that bear the number `year`: the columns of `FESTIVALS`, in order of the list."""
    rows = [(festival.code, festival.day.day_of(year), year, rank) for rank, festival in enumerate(festivals, start=1)]
    return pl.DataFrame(rows, schema=FESTIVALS, orient="row")


@cache
def solar_term(term: str, year: int) -> date:
    """Return the day of a solar term of `SOLAR_TERMS` in a solar year."""
    number, month, day = SOLAR_TERMS[term]
    start = date(year, month, day)
    window = (start + timedelta(days=n) for n in range(5))
    return next(day for day in window if _solar_term_on(day) == number)


def _solar_term_on(day: date) -> int | None:
    answer = sxtwl.fromSolar(day.year, day.month, day.day)
    return int(answer.getJieQi()) if answer.hasJieQi() else None


def _weekday_from(day: date, weekday: str) -> date:
    return day + timedelta(days=(WEEKDAYS.index(weekday) - day.weekday()) % 7)
