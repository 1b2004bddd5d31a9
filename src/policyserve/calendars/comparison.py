"""A calendar year by year, and where two calendars differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import polars as pl

from policyserve.calendars.calendar import Calendar
from policyserve.calendars.workdays import weekend_days
from policyserve.dates import Days


def year_rows(calendar: Calendar, this_year: int) -> list[dict[str, Any]]:
    """Return this year, the next, the one before, and those later that are published, the newest first.

    Of each `year` whether it is `published`, the days `off` beside weekends and the weekend days of `work` as ranges
    (10-01..10-07), and how many `workdays` it has.
    """
    published = {one.year for one in calendar.published_years if one.year > this_year}
    years = published | {this_year - 1, this_year, this_year + 1}
    return [_year(calendar, year) for year in sorted(years, reverse=True)]


def _year(calendar: Calendar, year: int) -> dict[str, Any]:
    days = calendar.days(_of(year))
    weekend = weekend_days(year, calendar.weekend)
    work = set(days.filter("workday")["day"])
    off = set(days["day"]) - work
    return {
        "year": year, "published": calendar.published(year), "off": _ranges(off - weekend),
        "work": _ranges(work & weekend), "workdays": len(work),
    }  # fmt: skip


def changed_days(old: Calendar, new: Calendar, this_year: int) -> list[dict[str, Any]]:
    """Return the days from this year on that are working days in one calendar alone: `day`, `before`, `after`."""
    published = [one.year for one in (*old.published_years, *new.published_years)]
    days = Days.between(date(this_year, 1, 1), date(max(this_year + 1, *published, this_year), 12, 31))
    both = old.days(days).join(new.days(days), on="day").sort("day")
    rows = both.filter(pl.col("workday") != pl.col("workday_right")).to_dicts()
    return [{"day": row["day"], "before": _kind(row["workday"]), "after": _kind(row["workday_right"])} for row in rows]


def _kind(workday: bool) -> str:
    return "work" if workday else "off"


def _of(year: int) -> Days:
    return Days.between(date(year, 1, 1), date(year, 12, 31))


def _ranges(days: Iterable[date]) -> str:
    """Write days as ranges of days that follow each other."""
    spans: list[list[date]] = []
    for day in sorted(days):
        if spans and spans[-1][1] + timedelta(days=1) == day:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return ", ".join(f"{a:%m-%d}" if a == b else f"{a:%m-%d}..{b:%m-%d}" for a, b in spans)
