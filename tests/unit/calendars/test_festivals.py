"""The greeting days of the shipped calendar against printed tables and a second library."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from borax.calendars.lunardate import LunarDate as Judge
from pydantic import ValidationError

from policyserve import config
from policyserve.calendars.calendar import load_calendar
from policyserve.calendars.festivals import Festival, Rule, SolarDay, WeekdayOfMonth, solar_term
from policyserve.dates import Days

CHINA = load_calendar(config.fixture("calendars", "cn.yaml"))

IN_ORDER = [
    "new-year", "spring-festival", "lantern", "womens-day", "labour-day", "mothers-day", "childrens-day",
    "fathers-day", "dragon-boat", "qixi", "mid-autumn", "teachers-day", "national-day", "double-ninth", "christmas",
    "insurance-day",
]  # fmt: skip

TABLE = {
    "spring-festival": ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"],
    "lantern": ["2026-03-03", "2027-02-20", "2028-02-09", "2029-02-27"],
    "dragon-boat": ["2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16"],
    "qixi": ["2026-08-19", "2027-08-08", "2028-08-26", "2029-08-16"],
    "mid-autumn": ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"],
    "double-ninth": ["2026-10-18", "2027-10-08", "2028-10-26", "2029-10-16"],
    "new-year": ["2026-01-01", "2027-01-01", "2028-01-01", "2029-01-01"],
    "womens-day": ["2026-03-08", "2027-03-08", "2028-03-08", "2029-03-08"],
    "labour-day": ["2026-05-01", "2027-05-01", "2028-05-01", "2029-05-01"],
    "mothers-day": ["2026-05-10", "2027-05-09", "2028-05-14", "2029-05-13"],
    "childrens-day": ["2026-06-01", "2027-06-01", "2028-06-01", "2029-06-01"],
    "fathers-day": ["2026-06-21", "2027-06-20", "2028-06-18", "2029-06-17"],
    "insurance-day": ["2026-07-08", "2027-07-08", "2028-07-08", "2029-07-08"],
    "teachers-day": ["2026-09-10", "2027-09-10", "2028-09-10", "2029-09-10"],
    "national-day": ["2026-10-01", "2027-10-01", "2028-10-01", "2029-10-01"],
    "christmas": ["2026-12-25", "2027-12-25", "2028-12-25", "2029-12-25"],
}

LUNAR = {(1, 15): "lantern", (5, 5): "dragon-boat", (7, 7): "qixi", (8, 15): "mid-autumn", (9, 9): "double-ninth"}


def year(number: int) -> Days:
    return Days(start=date(number, 1, 1), end=date(number + 1, 1, 1))


def festival(code: str, name_zh: str, rule: dict[str, object]) -> Festival:
    return Festival.model_validate({"code": code, "name": "A day", "name_zh": name_zh, "day": rule})


@pytest.mark.parametrize("name", IN_ORDER)
def test_each_greeting_day_falls_where_the_table_has_it(name: str) -> None:
    days = Days(start=date(2026, 1, 1), end=date(2030, 1, 1))
    found = CHINA.festivals(days).filter(name=name)["on"].to_list()
    assert found == [date.fromisoformat(day) for day in TABLE[name]]


def test_the_rank_is_the_place_in_the_list() -> None:
    ranks = CHINA.festivals(year(2026)).sort("rank").unique("name", keep="first", maintain_order=True)
    assert ranks.select("name", "rank").rows() == list(zip(IN_ORDER, range(1, 17), strict=True))


def test_lunar_festivals_agree_with_a_second_library_on_every_day_from_1950_to_2056() -> None:
    days = Days(start=date(1950, 1, 1), end=date(2057, 1, 1))
    lunar_names = [*LUNAR.values(), "spring-festival"]
    found = CHINA.festivals(days).filter(pl.col("name").is_in(lunar_names)).select("on", "name", "ordinal").rows()
    expected, day = set(), days.start
    while day < days.end:
        lunar, following = Judge.from_solar(day), Judge.from_solar(day + timedelta(days=1))
        if not lunar.leap and (lunar.month, lunar.day) in LUNAR:
            expected.add((day, LUNAR[lunar.month, lunar.day], lunar.year))
        if following.year > lunar.year:
            expected.add((day, "spring-festival", lunar.year))
        day += timedelta(days=1)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_eve_of_the_spring_festival_bears_the_number_of_the_lunar_year_that_ends() -> None:
    eve = CHINA.festivals(Days.between(date(2026, 2, 16), date(2026, 2, 16)))
    assert eve.rows() == [("spring-festival", date(2026, 2, 16), 2025, 2)]


def test_a_festival_is_not_repeated_in_a_leap_month() -> None:
    assert CHINA.festivals(year(2028)).filter(name="dragon-boat")["on"].to_list() == [date(2028, 5, 28)]  # leap month 5


def test_of_two_festivals_on_one_day_the_first_of_the_list_comes_first() -> None:
    together = CHINA.festivals(Days.between(date(2020, 10, 1), date(2020, 10, 1)))
    assert together["name"].to_list() == ["mid-autumn", "national-day"]


def test_festivals_come_in_order_of_the_day() -> None:
    found = CHINA.festivals(Days(start=date(2026, 1, 1), end=date(2029, 1, 1)))
    assert found["on"].is_sorted()


def test_the_last_day_of_a_range_is_not_inside() -> None:
    assert CHINA.festivals(Days(start=date(2026, 12, 25), end=date(2027, 1, 1)))["name"].to_list() == ["christmas"]


def test_qingming_and_the_winter_solstice_fall_where_the_table_has_them() -> None:
    assert [solar_term("qingming", number) for number in range(2026, 2030)] == [
        date(2026, 4, 5), date(2027, 4, 5), date(2028, 4, 4), date(2029, 4, 4),
    ]  # fmt: skip
    assert [solar_term("winter-solstice", number) for number in range(2026, 2030)] == [
        date(2026, 12, 22), date(2027, 12, 22), date(2028, 12, 21), date(2029, 12, 21),
    ]  # fmt: skip
    assert solar_term("winter-solstice", 2021) == date(2021, 12, 21)  # one minute before midnight


def test_the_last_monday_of_a_month_is_found_also_in_december() -> None:
    rule = WeekdayOfMonth(kind="weekday", month=12, weekday="monday", nth=-1)
    assert [rule.day_of(number) for number in (2026, 2029)] == [date(2026, 12, 28), date(2029, 12, 31)]


def test_days_of_mourning_are_in_no_list() -> None:
    names = CHINA.festivals(year(2026))["on"].to_list()
    assert not {date(2026, 4, 5), date(2026, 8, 27), date(2026, 11, 9)} & set(names)


@pytest.mark.parametrize(
    ("code", "name_zh", "rule", "mourned"),
    [
        ("qingming", "踏青", {"kind": "solar", "month": 4, "day": 5}, "清明"),
        ("spring-outing", "清明节", {"kind": "solar", "month": 4, "day": 5}, "清明"),
        ("spring-outing", "踏青", {"kind": "solar-term", "term": "qingming"}, "清明"),
        ("ghost-festival", "七月半", {"kind": "lunar", "month": 7, "day": 14}, "中元"),
        ("summer-moon", "七月半", {"kind": "lunar", "month": 7, "day": 15}, "中元"),
        ("winter-clothes", "十月朝", {"kind": "lunar", "month": 10, "day": 2}, "寒衣"),
        ("warm-greetings", "十月朝", {"kind": "lunar", "month": 10, "day": 1}, "寒衣"),
    ],
)
def test_a_day_of_mourning_is_refused_whatever_it_is_called(
    code: str, name_zh: str, rule: dict[str, object], mourned: str
) -> None:
    with pytest.raises(ValidationError, match=f"{mourned} is a day of mourning"):
        festival(code, name_zh, rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "solar", "month": 2, "day": 29},
        {"kind": "lunar", "month": 13, "day": 1},
        {"kind": "weekday", "month": 5, "weekday": "sunday", "nth": 5},
        {"kind": "easter"},
    ],
)
def test_a_day_that_does_not_come_every_year_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        festival("some-day", "某日", rule)


def test_a_rule_says_its_day_of_any_year() -> None:
    rule: Rule = SolarDay(kind="solar", month=7, day=8)
    assert rule.day_of(2040) == date(2040, 7, 8)
