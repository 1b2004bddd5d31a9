"""Lunar dates and birthdays, judged by a second library and by a slow walk through the rules."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from borax.calendars.lunardate import LunarDate as Judge
from hypothesis import given, settings
from hypothesis import strategies as st

from policyserve.calendars.lunar import (
    LunarDate,
    LunarDateError,
    lunar_year,
    lunar_year_of,
    parse_lunar_birthday,
    to_lunar,
    to_solar,
)
from policyserve.calendars.lunar_birthdays import (
    SHORT_LAST_MONTHS,
    celebrated_day,
    celebrated_on,
    lunar_birthdays,
    lunar_parts,
)
from policyserve.dates import Days
from policyserve.errors import PolicyserveError

LEAP_MONTHS = {
    1949: 7, 1952: 5, 1955: 3, 1957: 8, 1960: 6, 1963: 4, 1966: 3, 1968: 7, 1971: 5, 1974: 4, 1976: 8, 1979: 6,
    1982: 4, 1984: 10, 1987: 6, 1990: 5, 1993: 3, 1995: 8, 1998: 5, 2001: 4, 2004: 2, 2006: 7, 2009: 5, 2012: 4,
    2014: 9, 2017: 6, 2020: 4, 2023: 2, 2025: 6, 2028: 5, 2031: 3, 2033: 11, 2036: 6, 2039: 5,
}  # fmt: skip

some_days = st.dates(date(1900, 2, 1), date(2056, 12, 31))
lunar_dates = some_days.map(to_lunar)


def celebrated(text: str, year: int) -> date:
    return celebrated_on(parse_lunar_birthday(text), year)


def test_every_day_from_1950_to_2056_agrees_with_a_second_library_and_comes_back() -> None:
    day, last = date(1950, 1, 1), date(2056, 12, 31)
    while day <= last:
        judge, lunar = Judge.from_solar(day), to_lunar(day)
        assert (lunar.year, lunar.month, lunar.day, lunar.leap) == (judge.year, judge.month, judge.day, judge.leap == 1)
        assert to_solar(lunar) == day
        day += timedelta(days=1)


def test_the_leap_months_from_1949_to_2039_are_those_of_the_almanac() -> None:
    found = {year: month for year in range(1949, 2040) if (month := lunar_year(year).leap_month)}
    assert found == LEAP_MONTHS


@pytest.mark.parametrize(("year", "days"), [(2025, 29), (2026, 29), (2027, 29), (2028, 29), (2029, 30), (2030, 29)])
def test_the_twelfth_month_has_its_right_length(year: int, days: int) -> None:
    month = lunar_year(year).month(12)
    assert month is not None
    assert month.length == days


def test_new_moons_a_few_minutes_from_midnight_start_the_month_on_the_right_day() -> None:
    starts = [date(2013, 6, 8), date(2018, 11, 8), date(2019, 3, 7), date(2027, 2, 6)]
    assert [to_lunar(day).day for day in starts] == [1, 1, 1, 1]


def test_a_day_before_the_spring_festival_belongs_to_the_lunar_year_before() -> None:
    assert lunar_year_of(date(2026, 2, 16)) == 2025
    assert lunar_year_of(date(2026, 2, 17)) == 2026


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-闰6-1", "no leap month"),
        ("2025-12-30", "has 29 days"),
        ("2025-闰6-30", "Leap month 6 of the lunar year 2025 has 29 days"),
        ("1968-闰8-15", "the leap month 7 only"),
        ("1968-13-01", "months 1 to 12"),
        ("1968-08-00", "has 30 days"),
        ("9968-08-15", "1800 to 2400"),
        ("1968-8", "written like"),
        ("68-08-15", "written like"),
        ("八月十五", "written like"),
        ("", "written like"),
    ],
)
def test_a_lunar_date_that_never_was_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(LunarDateError, match=reason) as refused:
        parse_lunar_birthday(text)
    assert isinstance(refused.value, PolicyserveError)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1968-08-15", "1968-08-15"),
        ("1968-8-5", "1968-08-05"),
        ("1968/08/15", "1968-08-15"),
        ("1968-闰7-15", "1968-闰07-15"),
        ("1968-闰07-15", "1968-闰07-15"),
        ("1968/闰7/15", "1968-闰07-15"),
        ("1968-閏7-15", "1968-闰07-15"),
        (" １９６８－闰７－１５ ", "1968-闰07-15"),
    ],
)
def test_a_lunar_birthday_is_read_in_every_common_spelling(written: str, canonical: str) -> None:
    assert str(parse_lunar_birthday(written)) == canonical


@given(lunar_dates)
@settings(deadline=None)
def test_canonical_text_is_read_back_as_the_same_date(lunar: LunarDate) -> None:
    assert parse_lunar_birthday(str(lunar)) == lunar


def test_a_leap_month_that_the_year_lacks_falls_in_the_regular_month() -> None:
    assert to_solar(parse_lunar_birthday("1995-闰8-15")) == date(1995, 10, 9)
    assert celebrated("1995-闰8-15", 2026) == date(2026, 9, 25)


def test_a_leap_month_that_the_year_has_is_celebrated_in_the_leap_month() -> None:
    assert celebrated("1995-闰8-15", 2052) == date(2052, 10, 7)
    assert celebrated("1995-08-15", 2052) == date(2052, 9, 7)


def test_a_birth_in_a_regular_month_stays_there_in_a_year_that_repeats_the_month() -> None:
    assert to_lunar(celebrated("1968-06-10", 2025)) == LunarDate(year=2025, month=6, day=10)


def test_day_thirty_falls_on_the_29th_where_the_month_has_no_more() -> None:
    assert to_lunar(celebrated("1968-07-30", 2026)) == LunarDate(year=2026, month=7, day=29)
    assert to_lunar(celebrated("1968-07-30", 2025)) == LunarDate(year=2025, month=7, day=30)


def test_who_was_born_on_new_years_eve_celebrates_on_new_years_eve() -> None:
    short, long = "2025-12-29", "1970-12-30"
    for text in (short, long):
        assert celebrated(text, 2028) == date(2029, 2, 12)  # month 12 has 29 days
        assert celebrated(text, 2029) == date(2030, 2, 2)  # month 12 has 30 days
    the_day_before = "1970-12-29"  # month 12 had 30 days
    assert celebrated(the_day_before, 2029) == date(2030, 2, 1)


def slow_celebration(birth: LunarDate, year: int) -> tuple[int, int, int]:
    eve = birth.month == 12 and to_lunar(to_solar(birth) + timedelta(days=1)).month == 1
    for leap in [1, 0] if birth.leap else [0]:
        for day in (30, 29) if eve else (birth.day, birth.day - 1):
            try:
                solar = Judge(year, birth.month, day, leap).to_solar_date()
            except ValueError:
                continue
            return solar.year, solar.month, solar.day
    raise AssertionError


@given(lunar_dates, st.integers(1950, 2055))
@settings(deadline=None)
def test_a_birthday_falls_where_a_slow_walk_through_the_rules_finds_it(birth: LunarDate, year: int) -> None:
    day = celebrated_on(birth, year)
    assert (day.year, day.month, day.day) == slow_celebration(birth, year)


def test_a_lunar_birthday_comes_twice_in_one_solar_year_and_not_at_all_in_another() -> None:
    birthdays = lunar_birthdays(Days(start=date(2023, 1, 1), end=date(2027, 1, 1)))
    mine = birthdays.filter(lunar_month=11, lunar_day=20, leap=False)
    assert Counter(day.year for day in mine["on"]) == {2024: 2, 2026: 2}  # and 2023 and 2025 have none
    assert mine.rows() == [
        (11, 20, False, 2023, date(2024, 1, 1)),
        (11, 20, False, 2024, date(2024, 12, 20)),
        (11, 20, False, 2025, date(2026, 1, 8)),
        (11, 20, False, 2026, date(2026, 12, 28)),
    ]


def test_every_birth_date_is_celebrated_once_in_a_lunar_year() -> None:
    year = lunar_year(2028)
    birthdays = lunar_birthdays(Days.between(year.start, year.last))
    assert birthdays.height == 12 * 30 * 2
    assert birthdays.select("lunar_month", "lunar_day", "leap").is_unique().all()
    assert birthdays["lunar_year"].unique().to_list() == [2028]


@given(some_days, st.integers(0, 500))
@settings(deadline=None, max_examples=30)
def test_the_birthdays_of_a_range_are_those_worked_out_one_by_one(start: date, length: int) -> None:
    days = Days(start=start, end=start + timedelta(days=length))
    for month, day, leap, year, on in lunar_birthdays(days).gather_every(37).iter_rows():
        assert days.start <= on < days.end
        assert to_lunar(on).year == year
        assert to_lunar(on).month == month
        assert to_lunar(on).day in {day, 29 if day == 30 else day}
        assert not to_lunar(on).leap or leap


def test_birthdays_from_1900_to_2300_are_known() -> None:
    birthdays = lunar_birthdays(Days(start=date(1900, 1, 1), end=date(2300, 1, 1)))
    leapless = birthdays.filter(lunar_month=8, lunar_day=15, leap=False)
    assert leapless["on"].dt.year().to_list() == list(range(1900, 2300))


def test_an_empty_range_has_no_birthdays() -> None:
    assert lunar_birthdays(Days(start=date(2026, 1, 1), end=date(2026, 1, 1))).is_empty()


def test_canonical_texts_are_split_into_columns() -> None:
    texts = pl.DataFrame({"text": ["1968-08-15", "1968-闰07-05", None, "2025-12-29", "1970-12-29", "1970-12-30"]})
    assert texts.lazy().select(lunar_parts(pl.col("text"))).collect().rows() == [
        (1968, 8, 15, False),
        (1968, 7, 5, True),
        (None, None, None, None),
        (2025, 12, 30, False),  # New Year's Eve
        (1970, 12, 29, False),  # the day before it
        (1970, 12, 30, False),
    ]


@given(st.lists(lunar_dates, max_size=8))
@settings(deadline=None, max_examples=30)
def test_columns_of_birthdays_say_the_same_as_single_ones(births: list[LunarDate]) -> None:
    texts = pl.DataFrame({"text": [str(birth) for birth in births]}, schema={"text": pl.String})
    expected = [(birth.year, birth.month, celebrated_day(birth), birth.leap) for birth in births]
    assert texts.select(lunar_parts(pl.col("text"))).rows() == expected


def test_the_years_with_a_short_last_month_are_those_of_the_calendar() -> None:
    short = {year for year in range(1900, 2101) if lunar_year(year).months[-1].length == 29}
    assert short == SHORT_LAST_MONTHS
