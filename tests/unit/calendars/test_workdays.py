"""Days off and working days of the shipped calendars against two other libraries."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve import config
from policyserve.calendars.calendar import load_calendar
from policyserve.calendars.festivals import NamedDay
from policyserve.calendars.workdays import PublishedYear, statutory_days, weekend_days
from policyserve.dates import Days

CHINA = load_calendar(config.fixture("calendars", "cn.yaml"))
AMERICA = load_calendar(config.fixture("calendars", "us.yaml"))

NEW_YEAR = NamedDay.model_validate(
    {"name": "New Year's Day", "name_zh": "元旦", "day": {"kind": "solar", "month": 1, "day": 1}}
)


def days(*written: str) -> set[date]:
    year = PublishedYear.model_validate({"year": 2026, "off": written})
    return year.days("off")


def weekdays_off(year: int) -> list[str]:
    frame = CHINA.days(Days(start=date(year, 1, 1), end=date(year + 1, 1, 1)))
    return [f"{day:%m-%d}" for day, workday, _ in frame.rows() if not workday and day.weekday() < 5]


def test_workdays_agree_with_a_second_library_on_every_day_published() -> None:
    published = Days(start=date(2004, 1, 1), end=date(2027, 1, 1))
    for day, workday, known in CHINA.days(published).iter_rows():
        assert workday == chinese_calendar.is_workday(day), day
        assert known


def test_2026_is_off_and_at_work_as_published() -> None:
    off = days("01-01..01-03", "02-15..02-23", "04-04..04-06", "05-01..05-05")
    off |= days("06-19..06-21", "09-25..09-27", "10-01..10-07")
    work = days("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
    assert not any(CHINA.is_workday(day) for day in off)
    assert all(CHINA.is_workday(day) for day in work)
    others = {date(2026, 1, 1) + timedelta(days=n) for n in range(365)} - off - work
    assert all(CHINA.is_workday(day) == (day.weekday() < 5) for day in others)


def test_a_year_not_published_has_weekends_and_statutory_days_off_and_nothing_in_exchange() -> None:
    assert weekdays_off(2027) == [
        "01-01",
        "02-05",
        "02-08",
        "04-05",
        "06-09",
        "09-15",
        "10-01",
    ]  # fmt: skip - the other statutory days of 2027 fall on weekends
    year = (date(2027, 1, 1) + timedelta(days=n) for n in range(365))
    assert not any(CHINA.is_workday(day) for day in year if day.weekday() >= 5)


def test_statutory_days_agree_with_a_second_library_until_2056() -> None:
    judge = holidays.country_holidays("CN", years=range(2027, 2057), observed=False)
    for day, workday, known in CHINA.days(Days(start=date(2027, 1, 1), end=date(2057, 1, 1))).iter_rows():
        assert workday == judge.is_working_day(day), day
        assert not known


def test_a_second_market_agrees_with_a_second_library() -> None:
    judge = holidays.country_holidays("US", years=range(2022, 2041))
    for day, workday, known in AMERICA.days(Days(start=date(2022, 1, 1), end=date(2040, 1, 1))).iter_rows():
        assert workday == judge.is_working_day(day), day
        assert known


def test_a_statutory_day_on_a_saturday_moves_to_the_friday_of_the_year_before() -> None:
    weekend = AMERICA.weekend
    assert statutory_days(2027, [NEW_YEAR], weekend, on_weekend="nearest") == {date(2027, 1, 1), date(2027, 12, 31)}
    assert statutory_days(2028, [NEW_YEAR], weekend, on_weekend="nearest") == set()
    assert statutory_days(2028, [NEW_YEAR], weekend) == {date(2028, 1, 1)}


@given(st.integers(1900, 2300))
def test_two_days_of_every_week_are_a_weekend(year: int) -> None:
    found = weekend_days(year, ("saturday", "sunday"))
    assert all(day.weekday() >= 5 and day.year == year for day in found)
    assert len(found) in {104, 105, 106}


def test_a_range_holds_both_its_ends() -> None:
    assert days("02-27..03-01", "10-10") == {date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 10, 10)}


@pytest.mark.parametrize(
    ("off", "work", "message"),
    [
        (["02-29"], [], "2026 has no day 02-29"),
        (["03-02..03-01"], [], "ends before it starts"),
        (["1 May"], [], "days are written like"),
        (["05-01..05-05"], ["05-05"], "05-05 is both off and work"),
    ],
)
def test_a_published_year_that_cannot_be_is_refused(off: list[str], work: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PublishedYear.model_validate({"year": 2026, "off": off, "work": work})
