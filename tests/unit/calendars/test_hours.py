"""Contact hours, judged by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.calendars.hours import ContactHours, Hours

SHANGHAI = ContactHours(zone=ZoneInfo("Asia/Shanghai"))
NEW_YORK = ContactHours(zone=ZoneInfo("America/New_York"))

MessageClass = Literal["duty", "service", "marketing"]
classes = st.sampled_from(["duty", "service", "marketing"])
minutes = st.integers(0, 60 * 24 * 366 * 60)
zones = st.sampled_from(
    ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia"]
)


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("message_class", "first", "last"),
    [("marketing", "09:00:00", "19:59:59"), ("service", "08:00:00", "20:59:59"), ("duty", "08:00:00", "20:59:59")],
)
def test_each_class_has_its_hours(message_class: MessageClass, first: str, last: str) -> None:
    second = timedelta(seconds=1)
    opening, closing = at(f"2026-11-21T{first}"), at(f"2026-11-21T{last}")
    assert SHANGHAI.is_allowed(opening, message_class)
    assert not SHANGHAI.is_allowed(opening - second, message_class)
    assert SHANGHAI.is_allowed(closing, message_class)
    assert not SHANGHAI.is_allowed(closing + second, message_class)


@pytest.mark.parametrize(
    ("message_class", "now", "expected"),
    [
        ("marketing", "2026-11-21T08:59", "2026-11-21T09:00"),
        ("marketing", "2026-11-21T12:34:56", "2026-11-21T12:34:56"),
        ("marketing", "2026-11-21T20:00", "2026-11-22T09:00"),
        ("marketing", "2026-12-31T23:59", "2027-01-01T09:00"),
        ("service", "2026-11-21T20:30", "2026-11-21T20:30"),
        ("duty", "2026-11-21T00:00", "2026-11-21T08:00"),
        ("duty", "2026-11-21T21:00", "2026-11-22T08:00"),
    ],
)
def test_outside_the_hours_the_next_opening_is_meant(message_class: MessageClass, now: str, expected: str) -> None:
    assert SHANGHAI.next_allowed(at(now), message_class) == at(expected)


def test_the_business_zone_decides_and_not_the_zone_of_the_instant() -> None:
    evening_in_london = datetime(2026, 11, 21, 19, tzinfo=ZoneInfo("Europe/London"))  # 03:00 in Shanghai
    assert not SHANGHAI.is_allowed(evening_in_london, "service")
    assert SHANGHAI.next_allowed(evening_in_london, "service") == datetime(2026, 11, 22, 0, tzinfo=UTC)


def test_the_answer_is_in_utc() -> None:
    assert SHANGHAI.next_allowed(at("2026-11-21T12:00"), "duty").tzinfo is UTC


@pytest.mark.parametrize(
    ("evening", "opening"),
    [
        ("2026-03-07T22:00", datetime(2026, 3, 8, 13, tzinfo=UTC)),  # put forward in that night
        ("2026-10-31T22:00", datetime(2026, 11, 1, 14, tzinfo=UTC)),  # put back in that night
    ],
)
def test_nine_is_nine_on_the_wall_after_the_clock_was_changed(evening: str, opening: datetime) -> None:
    assert NEW_YORK.next_allowed(at(evening, "America/New_York"), "marketing") == opening


def test_hours_are_a_setting() -> None:
    early = ContactHours(zone=ZoneInfo("Asia/Shanghai"), marketing=Hours(opens=time(10), closes=time(12)))
    assert not early.is_allowed(at("2026-11-21T09:30"), "marketing")
    assert early.next_allowed(at("2026-11-21T12:00"), "marketing") == at("2026-11-22T10:00")


def test_hours_that_close_before_they_open_are_refused() -> None:
    with pytest.raises(ValueError, match="open before they close"):
        Hours(opens=time(21), closes=time(8))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SHANGHAI.is_allowed(datetime.combine(date(2026, 11, 21), time(12)), "duty")


@given(minutes, classes, zones)
def test_the_next_opening_is_allowed_soon_and_the_first(minute: int, message_class: MessageClass, zone: str) -> None:
    hours = ContactHours(zone=ZoneInfo(zone))
    now = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = hours.next_allowed(now, message_class)
    assert hours.is_allowed(found, message_class)
    assert now <= found <= now + timedelta(hours=24 * 2)  # Apia once skipped a day
    assert hours.next_allowed(found, message_class) == found
    if found > now:
        waited = int((found - now) / timedelta(minutes=20))
        assert not any(hours.is_allowed(now + timedelta(minutes=20 * n), message_class) for n in range(waited))
        assert not hours.is_allowed(found - timedelta(microseconds=1), message_class)
