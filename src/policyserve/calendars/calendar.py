"""The calendar of a market: working days, festivals and lunar birthdays, from a file in `fixtures/calendars`."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, ValidationError, model_validator

from policyserve.calendars import lunar_birthdays
from policyserve.calendars.document import Document
from policyserve.calendars.festivals import FESTIVALS, Festival, NamedDay, Part, Weekday, festival_days
from policyserve.calendars.workdays import PublishedYear, statutory_days, weekend_days
from policyserve.dates import Days
from policyserve.locale import N_, Listed, N_in, Sentence
from policyserve.model_errors import UnfitError

DAYS = pl.Schema({"day": pl.Date, "workday": pl.Boolean, "published": pl.Boolean})
"""A day, whether it is a working day, and whether the days off of its year are published."""


class Calendar(Part):
    """The calendar of a market: plain frozen data, so that it can be compared, hashed and sent to other processes."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    weekend: Annotated[tuple[Weekday, ...], Field(max_length=6)]
    on_weekend: Literal["keep", "nearest"] = "keep"
    """A statutory day on a weekend stays there, or moves to the nearest other day."""
    greeting_days: tuple[Festival, ...] = ()
    """In order: of two on one day, the first is greeted."""
    statutory_days: tuple[NamedDay, ...] = ()
    """Off in every year whose days off are not published."""
    published_years: tuple[PublishedYear, ...] = ()
    """None: nothing is ever published, the statutory days say it all."""

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        for what, values in (
            (N_("greeting day"), [festival.code for festival in self.greeting_days]),
            (N_("year"), [str(published.year) for published in self.published_years]),
        ):
            if twice := [value for value in values if values.count(value) > 1]:
                raise UnfitError(
                    "the {what} {twice} is there twice; remove one of them", what=Sentence(what), twice=twice[0]
                )
        return self

    def __hash__(self) -> int:
        """Hash by name and years alone: cheap, because the caches of this module ask for it all the time."""
        return hash((self.name, len(self.greeting_days), len(self.published_years)))

    def is_workday(self, day: date) -> bool:
        """Say whether people work on a day."""
        return day not in _days_off(self, day.year)

    def published(self, year: int) -> bool:
        """Say whether the days off of a year are known; a year before the first published one needs no notice."""
        years = [published.year for published in self.published_years]
        return not years or year < min(years) or year in years

    def days(self, days: Days) -> pl.DataFrame:
        """List the days of a range in order: the columns of `DAYS`."""
        return _inside([_days_of(self, year) for year in _years(days)], "day", days, DAYS)

    def festivals(self, days: Days) -> pl.DataFrame:
        """List the greeting days in a range, in order of day and list: the columns of `festivals.FESTIVALS`."""
        years = _years(days)
        numbers = range(years.start - 1, years.stop) if years else years  # a lunar year ends in the next solar one
        found = [_festivals_of(self, number) for number in numbers]
        return _inside(found, "on", days, FESTIVALS).sort("on", "rank")

    def lunar_birthdays(self, days: Days) -> pl.DataFrame:
        """List the lunar birthdays celebrated in a range: the columns of `lunar_birthdays.LUNAR_BIRTHDAYS`."""
        return lunar_birthdays.lunar_birthdays(days)

    def notice(self, days: Days) -> Sentence | None:
        """Name, in a sentence, the years of a range whose days off are not yet published; None where all are."""
        years = [year for year in _years(days) if not self.published(year)]
        if not years:
            return None
        return Sentence(
            "The days off of {years} are not yet published: what is planned there is provisional and knows weekends "
            "and statutory days only; add them to the calendar file when they are published, and plan again.",
            years=_listed(years),
        )


def load_calendar(path: Path | str, content: bytes | None = None) -> Calendar:
    """Read a calendar file, or the `content` of one of that name.

    Raises CalendarError, which names file, line and field, for one that cannot be used.
    """
    document = Document(path, content)
    try:
        return Calendar.model_validate(document.values)
    except ValidationError as error:
        raise document.error(error) from error


def _listed(years: list[int]) -> Sentence:
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return Sentence(N_in("years", "{first} to {last}"), first=years[0], last=years[-1])
    if len(years) == 1:
        return Sentence(str(years[0]))
    return Sentence("{years} and {last}", years=Listed(years[:-1], N_in("years", ", ")), last=years[-1])


def _years(days: Days) -> range:
    return range(days.start.year, days.last.year + 1) if days.start < days.end else range(0)


def _inside(frames: list[pl.DataFrame], column: str, days: Days, schema: pl.Schema) -> pl.DataFrame:
    found = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    return found.filter(pl.col(column).is_between(days.start, days.end, closed="left"))


@cache
def _days_off(calendar: Calendar, year: int) -> frozenset[date]:
    off = weekend_days(year, calendar.weekend)
    published = next((one for one in calendar.published_years if one.year == year), None)
    if published:
        return frozenset(off - published.days("work") | published.days("off"))
    return frozenset(
        off | statutory_days(year, calendar.statutory_days, calendar.weekend, on_weekend=calendar.on_weekend)
    )


@cache
def _days_of(calendar: Calendar, year: int) -> pl.DataFrame:
    day = pl.date_range(date(year, 1, 1), date(year, 12, 31), eager=True).alias("day")
    off = pl.Series(list(_days_off(calendar, year)), dtype=pl.Date)
    return pl.DataFrame({"day": day, "workday": ~day.is_in(off.implode())}).with_columns(
        published=pl.lit(calendar.published(year))
    )


@cache
def _festivals_of(calendar: Calendar, number: int) -> pl.DataFrame:
    return festival_days(calendar.greeting_days, number)
