"""Rules that follow from a customer: fixed days of the year, the birthday, festivals; frames as in `policy_rules`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from policyserve.calendars.lunar_birthdays import lunar_parts
from policyserve.dates import Days, add_months
from policyserve.plan.audience import HOLDER, members
from policyserve.plan.basis import Basis, recurring
from policyserve.standard.model import OnBirthday, OnCalendar, OnFestival, Service, Standard

PERIODS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def calendar_days(rule: OnCalendar, days: Days) -> Iterator[tuple[date, int]]:
    """Yield the days of a fixed rhythm in the range with their ordinals: yyyymm, yyyyq, yyyyh or yyyy."""
    months = PERIODS[rule.every]
    for year in range(days.start.year - 1, days.last.year + 1):
        for period in range(12 // months):
            day = add_months(date(year, 1, 1), period * months + rule.month - 1)
            day = add_months(day.replace(day=1), 0) + timedelta(days=min(rule.day, _length(day)) - 1)
            if days.start <= day < days.end:
                yield day, _period_number(year, period + 1, months)


def _length(month: date) -> int:
    return (add_months(month.replace(day=1), 1) - month.replace(day=1)).days


def _period_number(year: int, period: int, months: int) -> int:
    return {1: year * 100 + period, 12: year}.get(months, year * 10 + period)


def on_calendar(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Every month, quarter, half-year or year on a fixed day, for every customer."""
    assert isinstance(service.trigger, OnCalendar)
    for day, ordinal in calendar_days(service.trigger, basis.days):
        yield on_day(basis.facts.customers.lazy(), day, ordinal)


def on_day(customers: pl.LazyFrame, day: date, ordinal: int) -> pl.LazyFrame:
    """Give every customer a touch on one day."""
    return customers.with_columns(ordinal=pl.lit(ordinal, dtype=pl.Int32), anchor=pl.lit(day), nominal=pl.lit(day))


def on_birthday(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Every year on the birthday, the lunar one where it is given."""
    assert isinstance(service.trigger, OnBirthday)
    people = basis.facts.customers.lazy()
    solar = people.filter(pl.col("lunar_birthday").is_null(), pl.col("birthday").is_not_null())
    for frame in recurring(solar, "birthday", basis.days.widened(before=1), step=12, first=1, keep=HOLDER):
        yield _celebrated(frame.with_columns(ordinal="k", nominal=_leap_day(pl.col("nominal"), basis.standard)))
    table = basis.calendar.lunar_birthdays(basis.days).lazy()
    given = pl.col("lunar_birthday")
    lunar = people.filter(given.is_not_null()).with_columns(lunar_parts(given))
    yield _celebrated(
        lunar.join(table, on=["lunar_month", "lunar_day", "leap"]).with_columns(
            ordinal=pl.col("lunar_year") - pl.col("birth_year"), nominal="on"
        )
    )


def _leap_day(day: pl.Expr, standard: Standard) -> pl.Expr:
    if standard.feb29 == "feb28":
        return day
    slipped = (pl.col("birthday").dt.day() == 29) & (pl.col("birthday").dt.month() == 2) & (day.dt.day() == 28)
    return pl.when(slipped).then(day + timedelta(days=1)).otherwise(day)


def _celebrated(people: pl.LazyFrame) -> pl.LazyFrame:
    return people.filter(pl.col("ordinal") >= 1).with_columns(anchor="nominal")


def on_festival(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """On a festival, unless an earlier one in the calendar's list falls on the same day for the same customer."""
    rule = service.trigger
    assert isinstance(rule, OnFestival)
    festivals = basis.calendar.festivals(basis.days)
    ranked = {
        other.trigger.name: other
        for other in basis.standard.services
        if other.enabled and isinstance(other.trigger, OnFestival)
    }
    for name, day, ordinal, rank in festivals.select("name", "on", "ordinal", "rank").iter_rows():
        if name != rule.name:
            continue
        same_day = festivals.filter(pl.col("on") == day, pl.col("rank") < rank)["name"]
        people = on_day(basis.facts.customers.lazy(), day, ordinal)
        for other in same_day:
            if other in ranked:
                greeted = members(people, ranked[other], basis.facts, day)
                people = people.join(greeted, on="subject_id", how="anti")
        yield people
