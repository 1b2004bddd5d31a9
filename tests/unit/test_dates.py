"""Months, anniversaries and ranges of days, judged by dateutil."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from policyserve.dates import (
    Days,
    add_months,
    completed_years,
    day_of_month,
    month_number,
    months_later,
)

days = st.dates(date(1800, 1, 1), date(2300, 12, 31))


def column(day: date, months: list[int]) -> list[date | None]:
    frame = pl.DataFrame({"months": months}, schema={"months": pl.Int64})
    found: list[date | None] = frame.select(months_later(pl.lit(day), pl.col("months"))).to_series().to_list()
    return found


def due(start: str, months: int, count: int) -> list[str]:
    found = column(date.fromisoformat(start), [months * number for number in range(1, count + 1)])
    return [str(day) for day in found]


@pytest.mark.parametrize(
    ("effective", "months", "expected"),
    [
        ("2026-01-31", 1, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2026-01-31", 3, ["2026-04-30", "2026-07-31", "2026-10-31"]),
        ("2025-11-30", 3, ["2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30"]),
        ("2024-02-29", 12, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2024-02-29", 1, ["2024-03-29"]),
    ],
)
def test_due_dates_come_from_the_first_date_and_are_clamped(effective: str, months: int, expected: list[str]) -> None:
    assert due(effective, months, len(expected)) == expected


@given(days, st.integers(-1200, 1200))
def test_months_later_is_what_dateutil_says(day: date, months: int) -> None:
    expected = day + relativedelta(months=months)
    assert column(day, [months]) == [expected if 1800 <= expected.year <= 2400 else None]
    assert add_months(day, months) == expected


@given(st.lists(st.tuples(days, st.integers(0, 600)), max_size=20))
def test_months_later_works_row_by_row(rows: list[tuple[date, int]]) -> None:
    frame = pl.DataFrame(rows, schema={"day": pl.Date, "months": pl.Int32}, orient="row")
    found = frame.select(months_later(pl.col("day"), pl.col("months"))).to_series().to_list()
    assert found == [day + relativedelta(months=months) for day, months in rows]


def test_months_later_takes_a_plain_number() -> None:
    frame = pl.DataFrame({"day": [date(2026, 1, 31), date(2026, 3, 15)]})
    found = frame.select(months_later(pl.col("day"), 13)).to_series().to_list()
    assert found == [date(2027, 2, 28), date(2027, 4, 15)]


def test_what_is_not_known_or_out_of_reach_is_null() -> None:
    frame = pl.DataFrame(
        {"day": [None, date(2026, 1, 31), date(2400, 12, 1), date(1800, 1, 1)], "months": [1, None, 1, -1]},
        schema={"day": pl.Date, "months": pl.Int32},
    )
    assert frame.select(months_later(pl.col("day"), pl.col("months"))).to_series().to_list() == [None] * 4


def slow_years(first: date, second: date) -> int:
    years = second.year - first.year
    while add_months(first, 12 * years) > second:
        years -= 1
    return years


@given(days, days)
def test_completed_years_are_the_anniversaries_that_have_come(one: date, other: date) -> None:
    first, second = min(one, other), max(one, other)
    frame = pl.DataFrame({"first": [first], "second": [second]})
    found = frame.select(completed_years(pl.col("first"), pl.col("second"))).to_series().to_list()
    assert found == [slow_years(first, second)]


def test_the_anniversary_of_29_february_has_come_on_28_february() -> None:
    frame = pl.DataFrame({"day": [date(2025, 2, 27), date(2025, 2, 28), date(2028, 2, 28), date(2028, 2, 29)]})
    found = frame.select(completed_years(pl.lit(date(2024, 2, 29)), pl.col("day"))).to_series().to_list()
    assert found == [0, 1, 3, 4]


def test_months_are_numbered_from_the_year_0() -> None:
    frame = pl.DataFrame({"day": [date(2026, 1, 31), date(2026, 12, 1)]})
    assert frame.select(month_number(pl.col("day"))).to_series().to_list() == [24312, 24323]


@given(days, st.integers(1, 31))
def test_a_day_of_a_month_is_clamped_to_its_end(month: date, day: int) -> None:
    frame = pl.DataFrame({"month": [month], "day": [day]})
    found = frame.select(day_of_month(month_number(pl.col("month")), pl.col("day"))).to_series().to_list()
    assert found == [month + relativedelta(day=day)]


def test_a_range_that_people_type_holds_both_ends() -> None:
    typed = Days.between(date(2026, 1, 1), date(2026, 1, 31))
    assert typed == Days(start=date(2026, 1, 1), end=date(2026, 2, 1))
    assert typed.last == date(2026, 1, 31)


@given(days, st.integers(0, 400), st.integers(0, 400))
def test_a_widened_range_is_longer_by_so_many_days_at_each_end(day: date, before: int, after: int) -> None:
    wide = Days.between(day, day).widened(before=before, after=after)
    assert wide.start == day - timedelta(days=before)
    assert wide.last == day + timedelta(days=after)
