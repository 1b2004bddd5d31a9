"""Days of touches: instalments at the ends of months, birthdays, festivals, years without published days off."""

from __future__ import annotations

import pytest

from commands import Desk
from desks.planned_book import book, dues, plan

MONTH_ENDS = {
    ("monthly", "2026-01-31", "renewal-reminder-d3"): ["2026-02-25", "2026-03-28", "2026-04-27", "2026-05-28"],
    ("quarterly", "2026-01-31", "renewal-reminder-d1"): ["2026-04-29", "2026-07-30", "2026-10-30"],
    ("quarterly", "2025-11-30", "renewal-reminder-d1"): ["2026-02-27", "2026-05-29", "2026-08-29", "2026-11-29"],
    ("annual", "2024-02-29", "renewal-reminder-d1"): ["2025-02-27", "2026-02-27", "2027-02-27", "2028-02-28"],
    ("monthly", "2024-02-29", "renewal-reminder-d3"): ["2024-03-26", "2024-04-26", "2024-05-26"],
}
"""Mode, effective date, service, its first days: due days are clamped to the month's end and never chained."""


def test_instalments_fall_on_the_days_of_the_tables(desk: Desk) -> None:
    lines = [f"P{n},C1,A1,{day},{mode},10,20" for n, (mode, day, _) in enumerate(MONTH_ENDS)]
    book(
        desk,
        "2026-02-01",
        policies="\n".join(["policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years", *lines]),
    )
    rows = plan(desk, "2024-02-29", "2028-03-31", as_of="2026-02-01")
    for number, ((_, _, service), days) in enumerate(MONTH_ENDS.items()):
        found = [row for row in rows if (row["service"], row["subject"]) == (service, f"P{number}")][: len(days)]
        assert [row["due"] for row in found] == days
        assert [row["ordinal"] for row in found] == [2 + n for n in range(len(days))]


BIRTHDAYS = [
    ("", "1996-02-29", ["2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
    ("1995-闰8-15", "1995-10-09", ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"]),
    ("1968-08-15", "", ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"]),
    ("1990-12-30", "", ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"]),
    ("1988-12-29", "", ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"]),
    ("1970-11-20", "", ["2026-01-08", "2026-12-28", "2027-12-17", "2029-01-04", "2029-12-24"]),
]
"""Lunar birthday, solar birthday, the days on which it is celebrated from 2026 to 2029."""


def test_birthdays_fall_on_the_right_days(desk: Desk) -> None:
    people = [f"C{n},{solar},{lunar},A1" for n, (lunar, solar, _) in enumerate(BIRTHDAYS)]
    policies = [f"P{n},C{n},A1,2025-03-10,single,1000" for n in range(len(BIRTHDAYS))]
    book(
        desk,
        "2025-12-01",
        customers="\n".join(["customer_no,birthday,lunar_birthday,agent_no", *people]),
        policies="\n".join(["policy_no,customer_no,agent_no,issue_date,mode,premium", *policies]),
    )
    rows = plan(desk, "2026-01-01", "2029-12-31", as_of="2025-12-01")
    for number, (_, _, days) in enumerate(BIRTHDAYS):
        assert dues([row for row in rows if row["subject"] == f"C{number}"], "birthday-greeting") == days


@pytest.mark.parametrize(
    ("lunar", "days"),
    [("1979-闰6-10", ["2025-08-03", "2026-07-23"]), ("1970-06-10", ["2025-07-04", "2026-07-23"])],
)
def test_a_leap_birthday_has_its_leap_month_and_a_regular_one_the_first(
    desk: Desk, lunar: str, days: list[str]
) -> None:
    book(desk, "2025-03-10", customers=f"customer_no,lunar_birthday,agent_no\nC1,{lunar},A1\n")
    rows = plan(desk, "2025-04-01", "2026-12-31", "--customer", "C1", as_of="2025-03-10")
    assert dues(rows, "birthday-greeting") == days


def test_who_was_born_on_the_last_day_of_the_lunar_year_follows_that_day(desk: Desk) -> None:
    """Month 12 of 1988 had 29 days, that of lunar 2029 has 30: 2 February 2030 is its last day."""
    book(desk, "2025-12-01", customers="customer_no,lunar_birthday,agent_no\nC1,1988-12-29,A1\n")
    rows = plan(desk, "2030-01-01", "2030-12-31", "--customer", "C1", as_of="2025-12-01")
    assert dues(rows, "birthday-greeting") == ["2030-02-02"]


FESTIVALS = {
    "festival-spring-festival": ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"],
    "festival-lantern": ["2026-03-03", "2027-02-20", "2028-02-09", "2029-02-27"],
    "festival-dragon-boat": ["2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16"],
    "festival-mid-autumn": ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"],
    "festival-double-ninth": ["2026-10-18", "2027-10-08", "2028-10-26", "2029-10-16"],
    "festival-qixi": [],
    "festival-christmas": [],
}
"""The table of festivals, for a man of more than sixty years."""


def test_festivals_fall_on_the_days_of_the_table_and_reach_their_audience(desk: Desk) -> None:
    book(desk, "2025-12-01", customers="customer_no,gender,birthday,agent_no\nC1,M,1950-04-04,A1\n")
    rows = plan(desk, "2026-01-01", "2029-12-31", "--customer", "C1", as_of="2025-12-01")
    assert {service: dues(rows, service) for service in FESTIVALS} == FESTIVALS
    assert len(dues(rows, "festival-fathers-day")) == 4
    assert dues(rows, "festival-mothers-day") == []
    assert not [row for row in rows if row["due"] in {"2026-04-05", "2027-04-05"} and "festival" in row["service"]]


def test_what_lies_in_a_year_without_published_days_off_is_provisional_and_said_so(desk: Desk) -> None:
    book(desk, "2026-11-21")
    result = desk.run(
        *("plan", "--from", "2026-12-01", "--to", "2027-03-31", "--as-of", "2026-11-21", "--format", "json")
    )
    assert {(row["due"][:4], row["provisional"]) for row in result.rows} == {("2026", False), ("2027", True)}
    assert "2027" in result.err
