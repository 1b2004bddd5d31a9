"""The calendar as a whole: its file, its working days in rows, its notices."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyserve import config
from policyserve.calendars.calendar import DAYS, Calendar, load_calendar
from policyserve.calendars.document import CalendarError
from policyserve.calendars.festivals import FESTIVALS
from policyserve.calendars.lunar_birthdays import LUNAR_BIRTHDAYS
from policyserve.dates import Days

CHINA = load_calendar(config.fixture("calendars", "cn.yaml"))
AMERICA = load_calendar(config.fixture("calendars", "us.yaml"))

SMALL = """\
name: Small
weekend: [sunday]
greeting_days:
  - code: founders-day
    name: Founders' Day
    name_zh: 司庆
    day: {kind: solar, month: 6, day: 18}
statutory_days:
  - {name: New Year's Day, name_zh: 元旦, day: {kind: solar, month: 1, day: 1}}
published_years:
  - year: 2026
    off: [01-01..01-02]
    work: [01-04]
"""

some_days = st.dates(date(2000, 1, 1), date(2035, 12, 31))


def calendar(tmp_path: Path, text: str) -> Calendar:
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return load_calendar(path)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(CalendarError) as refused:
        calendar(tmp_path, text)
    return str(refused.value).replace(str(tmp_path), "")


def test_a_calendar_is_what_its_file_says(tmp_path: Path) -> None:
    small = calendar(tmp_path, SMALL)
    january = small.days(Days.between(date(2026, 1, 1), date(2026, 1, 5)))
    assert january.rows() == [
        (date(2026, 1, 1), False, True),
        (date(2026, 1, 2), False, True),
        (date(2026, 1, 3), True, True),  # people work on Saturdays
        (date(2026, 1, 4), True, True),  # a Sunday worked in exchange
        (date(2026, 1, 5), True, True),
    ]
    assert small.festivals(Days.between(date(2026, 6, 18), date(2026, 6, 18)))["name"].to_list() == ["founders-day"]


def test_days_of_a_range_come_in_order_without_gaps() -> None:
    found = CHINA.days(Days(start=date(2025, 12, 30), end=date(2027, 1, 3)))
    assert found["day"].to_list() == [date(2025, 12, 30) + timedelta(days=n) for n in range(369)]
    assert found.filter("published")["day"].max() == date(2026, 12, 31)


@given(some_days, st.integers(0, 800))
@settings(deadline=None, max_examples=40)
def test_rows_say_the_same_as_single_days(start: date, length: int) -> None:
    found = CHINA.days(Days(start=start, end=start + timedelta(days=length)))
    assert found.height == length
    for day, workday, published in found.gather_every(13).iter_rows():
        assert workday == CHINA.is_workday(day)
        assert published == CHINA.published(day.year)


def test_years_before_the_first_published_one_count_as_published() -> None:
    assert [CHINA.published(year) for year in (1990, 2003, 2004, 2026, 2027)] == [True, True, True, True, False]


def test_a_market_that_publishes_nothing_is_never_provisional() -> None:
    assert AMERICA.published(2040)
    assert AMERICA.notice(Days(start=date(2026, 1, 1), end=date(2040, 1, 1))) is None


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (date(2026, 11, 1), date(2027, 1, 1), "The days off of 2027 are"),
        (date(2026, 11, 1), date(2028, 1, 1), "The days off of 2027 and 2028 are"),
        (date(2026, 11, 1), date(2036, 1, 1), "The days off of 2027 to 2036 are"),
    ],
)
def test_a_notice_names_the_years_not_yet_published(first: date, last: date, named: str) -> None:
    notice = CHINA.notice(Days.between(first, last))
    assert str(notice).startswith(named)


def test_the_whole_range_of_years_is_answered() -> None:
    for year in (1801, 1900, 2300, 2400):
        days = Days(start=date(year, 1, 1), end=date(year + 1, 1, 1))
        assert CHINA.days(days)["workday"].sum() in range(245, 262)
        assert CHINA.festivals(days).height >= 16


def test_a_range_of_published_years_needs_no_notice() -> None:
    assert CHINA.notice(Days(start=date(1999, 1, 1), end=date(2027, 1, 1))) is None


def test_a_gap_between_published_years_is_named(tmp_path: Path) -> None:
    text = SMALL + "  - {year: 2028, off: [01-01]}\n"
    notice = calendar(tmp_path, text).notice(Days(start=date(2026, 1, 1), end=date(2031, 1, 1)))
    assert "2027, 2029 and 2030" in str(notice)


def test_an_empty_range_has_no_rows_of_any_kind() -> None:
    nothing = Days(start=date(2026, 1, 1), end=date(2026, 1, 1))
    assert CHINA.days(nothing).equals(pl.DataFrame(schema=DAYS))
    assert CHINA.festivals(nothing).equals(pl.DataFrame(schema=FESTIVALS))
    assert CHINA.lunar_birthdays(nothing).equals(pl.DataFrame(schema=LUNAR_BIRTHDAYS))
    assert CHINA.notice(nothing) is None


def test_rows_have_the_promised_types() -> None:
    days = Days(start=date(2026, 1, 1), end=date(2027, 1, 1))
    assert CHINA.days(days).schema == DAYS
    assert CHINA.festivals(days).schema == FESTIVALS
    assert CHINA.lunar_birthdays(days).schema == LUNAR_BIRTHDAYS


def test_a_calendar_can_be_sent_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(CHINA))
    assert copy == CHINA
    assert {copy: "the same"}[CHINA] == "the same"
    assert copy.is_workday(date(2026, 10, 10))


def test_calendars_that_differ_in_a_day_off_are_kept_apart(tmp_path: Path) -> None:
    one, other = calendar(tmp_path, SMALL), calendar(tmp_path, SMALL.replace("01-01..01-02", "01-01"))
    assert not one.is_workday(date(2026, 1, 2))
    assert other.is_workday(date(2026, 1, 2))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("month: 6,", "month: 13,", "/small.yaml, line 7: greeting_days > 1 > day > month: input should be less"),
        ("month: 6,", "month: 2, day: 30}#", "/small.yaml, line 7: greeting_days > 1 > day: day is out of range"),
        ("    name_zh: 司庆\n", "", "line 4: greeting_days > 1: the field 'name_zh' is missing"),
        ("name_zh: 司庆", "colour: red", "line 6: greeting_days > 1 > colour: there is no field of that name"),
        ("code: founders-day", "code: qingming", "line 4: greeting_days > 1: 清明 is a day of mourning"),
        ("[sunday]", "[sun]", "line 2: weekend > 1: input should be 'monday'"),
        ("01-01..01-02", "1-1..1-2", "line 12: published_years > 1 > off > 1: days are written like"),
        ("01-01..01-02", "02-29", "line 11: published_years > 1: 2026 has no day 02-29"),
        ("    work:", "    off:", "line 13: 'off' is there twice"),
        ("[sunday]", "[sunday", "line 3: the YAML cannot be read here"),
        ("name: Small\n", "", "line 1: the file: the field 'name' is missing"),
        (SMALL, "just words", "line 1: the file: fields with values are expected here"),
        (SMALL, "name: &a [*a]", "/small.yaml is no YAML that can be read"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_line_and_field(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    assert message in refusal(tmp_path, SMALL.replace(right, wrong, 1))


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    text = refusal(tmp_path, SMALL.replace("[sunday]", "[sun]").replace("month: 6", "month: 66"))
    assert len(text.splitlines()) == 2


def test_a_year_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert "the year 2026 is there twice" in refusal(tmp_path, SMALL + "  - {year: 2026, off: []}\n")


def test_a_missing_file_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "gb.yaml"
    path.write_bytes(SMALL.encode("gb18030"))
    for unreadable in (path, tmp_path / "absent.yaml"):
        with pytest.raises(CalendarError, match="cannot be read"):
            load_calendar(unreadable)
