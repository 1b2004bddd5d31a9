"""Rules that come again: fixed days of the year, festivals, birthdays, anniversaries; frames as in `offsets`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from zlib import crc32

import polars as pl

from policyserve.calendars.lunar_birthdays import lunar_parts
from policyserve.dates import Days, add_months, day_of_month, days_later, month_number
from policyserve.plan.audience import audience_steps
from policyserve.plan.basis import Basis
from policyserve.plan.services import Services, parts, trigger_of
from policyserve.plan.steps import Occurrences, Step, fold, where
from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import MONTHS_OF_PERIOD, OnCalendar, OnFestival

FIXED_DAYS = pl.Schema({"nominal": pl.Date, "ordinal": pl.Int32, "rule": pl.UInt32, "rank": pl.Int32})
"""Days on which every customer gets something: the rule, and its rank among those of the day."""


def on_calendar(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Every month, quarter, half-year or year on a fixed day, for every customer."""
    rules = services.asked(trigger_of)
    for spread in dict.fromkeys(rule.spread for rule in rules):
        asked = services.days.widened(before=spread - 1)
        alike = [(place, rule) for place, rule in enumerate(rules) if rule.spread == spread]
        days = [(day, number, place, 0) for place, rule in alike for day, number in calendar_days(rule, asked)]
        for people in parts(basis.facts.customers):
            own = own_days(people["subject"], spread)
            yield from map(Occurrences, _on_days(people, days, own, whole=basis.whole))


def own_days(customers: pl.Series, spread: int) -> pl.Series:
    """Return how many days after the first each customer (by number) has the own of `spread` days, as Int32.

    It follows from the number alone, so it is the same on every machine and stays when others come and go.
    """
    days = [crc32(number.encode()) % spread for number in customers] if spread > 1 else [0] * len(customers)
    return pl.Series("own_day", days, dtype=pl.Int32)


def calendar_days(rule: OnCalendar, days: Days) -> Iterator[tuple[date, int]]:
    """Yield the days of a fixed rhythm in the range with their ordinals: yyyymm, yyyyq, yyyyh or yyyy."""
    months = MONTHS_OF_PERIOD[rule.every]
    for year in range(days.start.year, days.last.year + 1):
        for period in range(12 // months):
            first = date(year, period * months + rule.month, 1)
            day = min(first + timedelta(days=rule.day - 1), add_months(first, 1) - timedelta(days=1))
            if days.start <= day < days.end:
                yield day, _period_number(year, period + 1, months)


def _period_number(year: int, period: int, months: int) -> int:
    return {1: year * 100 + period, 12: year}.get(months, year * 10 + period)


def on_festival(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """On a festival, unless an earlier one in the calendar's list falls on the same day for the same customer."""
    festivals = basis.calendar.festivals(services.days)
    doubled = festivals.filter(pl.col("on").is_duplicated())
    rivals = replace(services, members=tuple(one for one in basis.standard.services if _greets(one)))
    for people in parts(basis.facts.customers):
        greeted = tuple(
            _first_of_day(fold(rows, audience_steps(rivals, basis.facts, rivals.days.start)))
            for rows in _on_days(people, _festival_days(rivals, doubled), whole=basis.whole)
        )
        for rows in _on_days(people, _festival_days(services, festivals), whole=basis.whole):
            yield Occurrences(rows, greeted)


def _first_of_day(greeted: pl.LazyFrame) -> Step:
    """Leave the festivals of a day that come no later in the list than the first that is `greeted` on it."""
    first = greeted.group_by("subject_id", "nominal").agg(first=pl.col("rank").min())

    def keep(rows: pl.LazyFrame) -> pl.LazyFrame:
        known = rows.join(first, on=["subject_id", "nominal"], how="left")
        return known.filter(pl.col("first").is_null() | (pl.col("rank") <= pl.col("first")))

    return Step("other-festival", keep)


def _greets(service: Service) -> bool:
    return service.enabled and isinstance(service.trigger, OnFestival)


def _festival_days(services: Services, festivals: pl.DataFrame) -> list[tuple[date, int, int, int]]:
    rows = festivals.select("name", "on", "ordinal", "rank").rows()
    return [
        (day, ordinal, rule, rank)
        for rule, festival in enumerate(services.asked(trigger_of))
        for name, day, ordinal, rank in rows
        if name == festival.name
    ]


def _on_days(
    customers: pl.DataFrame, days: Iterable[tuple[date, int, int, int]], own: pl.Series | None = None, *, whole: bool
) -> Iterator[pl.LazyFrame]:
    """Give each customer a touch on each of the days (rows of FIXED_DAYS) that lies in a range of theirs, if any is.

    `own`: how many days later each customer has it (see `own_days`); None is on the day itself. `whole`: on every day.
    """
    table = pl.DataFrame(sorted(days), schema=FIXED_DAYS, orient="row")
    if table.is_empty():
        return
    later = pl.lit(0) if own is None else pl.col("own_day")
    people = customers if own is None else customers.with_columns(own)
    ends = (days_later(pl.col(name), -later) for name in ("start", "end"))
    inside = (pl.lit(table["nominal"]).search_sorted(end, side="left") for end in ends)
    first, last = (0, table.height) if whole else inside
    each = people.lazy().with_columns(at=pl.int_ranges(first, last, dtype=pl.UInt32))
    told = {name: pl.lit(table[name]).gather("at") for name in FIXED_DAYS}
    touches = each.explode("at", empty_as_null=False).with_columns(**told, anchor=told["nominal"])
    yield touches if own is None else touches.with_columns(nominal=days_later(pl.col("nominal"), later))


def on_birthday(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Every year on the birthday, the lunar one where it is given."""
    customers = basis.facts.customers
    given = customers["lunar_birthday"].is_not_null()
    for people in parts(customers.filter(~given)):
        solar = _every_year(services.each(people.lazy()), "birthday", services.days.widened(before=1), 1)
        solar = solar.with_columns(ordinal="k", nominal=_leap_day(pl.col("nominal"), basis.standard))
        yield Occurrences(solar.with_columns(anchor="nominal"))
    if not given.any():
        return
    table = basis.calendar.lunar_birthdays(services.days).lazy()
    for people in parts(customers.filter(given)):
        born = services.each(people.lazy()).with_columns(lunar_parts(pl.col("lunar_birthday")))
        days = born.join(table, on=["lunar_month", "lunar_day", "leap"])
        lunar = days.with_columns(ordinal=pl.col("lunar_year") - pl.col("birth_year"), nominal="on", anchor="on")
        yield Occurrences(lunar.filter(pl.col("ordinal") >= 1))


def _leap_day(day: pl.Expr, standard: Standard) -> pl.Expr:
    if standard.feb29 == "feb28":
        return day
    slipped = (pl.col("birthday").dt.day() == 29) & (pl.col("birthday").dt.month() == 2) & (day.dt.day() == 28)
    return pl.when(slipped).then(day + timedelta(days=1)).otherwise(day)


def on_anniversary(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Every year, some months after each anniversary of the policy or of the relation."""
    if services.subject == "customer":
        for people in parts(basis.facts.relations):
            yearly = _anniversaries(people, "relation_anchor", services, services.days)
            yield Occurrences(yearly.with_columns(ordinal=pl.col("k") + pl.col("relation_years")))
        return
    rules = services.asked(trigger_of)
    dividends = any(rule.dividend for rule in rules)
    before = 366 + 31 * max(rule.months for rule in rules) if dividends else 0
    days = services.days.widened(before=before)
    source = basis.policies(services.scope)
    if all(rule.dividend for rule in rules) and not basis.whole:
        source = source.filter(pl.col("participating"))
    wanted = services.told(lambda one: trigger_of(one).dividend)
    shares = (where("not-participating", ~wanted | pl.col("participating")),) if dividends else ()
    for policies in parts(source):
        yearly = _anniversaries(policies, "effective_date", services, days).with_columns(ordinal="k")
        yield Occurrences(_with_dividends(yearly, wanted, basis) if dividends else yearly, shares)


def _anniversaries(rows: pl.DataFrame, anchor: str, services: Services, days: Days) -> pl.LazyFrame:
    first = services.number(lambda one: trigger_of(one).first)
    offset = services.number(lambda one: trigger_of(one).months)
    yearly = _every_year(services.each(rows.lazy()), anchor, days, first, offset)
    return yearly.with_columns(anchor=day_of_month(pl.col("month") - offset + pl.col("k") * 12, pl.col("day")))


def _with_dividends(yearly: pl.LazyFrame, wanted: pl.Expr, basis: Basis) -> pl.LazyFrame:
    """Move an anniversary's touch to the first dividend declared in the year from it on, where its service wants it."""
    if basis.dividends.is_empty():
        return yearly
    known = yearly.join(basis.dividends.lazy(), on=["policy_id", "k"], how="left")
    day = pl.when(wanted).then("declared_on")
    return known.with_columns(nominal=pl.coalesce(day, "nominal"), anchor=pl.coalesce(day, "anchor"))


def _every_year(
    rows: pl.LazyFrame, anchor: str, days: Days, first: pl.Expr | int, offset: pl.Expr | int = 0
) -> pl.LazyFrame:
    """Return the occurrences `k` (from `first`) of `anchor + offset + 12 k` months about the `days`, as `nominal`.

    Every month is counted from the anchor itself: its own is `month` (with the offset), its day `day`.
    """
    opening, closing = (day.year * 12 + day.month - 1 for day in (days.start, days.last))
    least = pl.max_horizontal(-((pl.col("month") - opening) // 12), first)
    most = pl.max_horizontal(least, (closing - pl.col("month")) // 12 + 1)
    return (
        rows.with_columns(month=month_number(pl.col(anchor)) + offset, day=pl.col(anchor).dt.day())
        .with_columns(k=pl.int_ranges(least, most, dtype=pl.Int32))
        .explode("k", empty_as_null=False)
        .with_columns(nominal=day_of_month(pl.col("month") + pl.col("k") * 12, pl.col("day")))
    )
