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


def test_the_business_zone_decides_and_not_the_zone_of_the_instant() -> None:
    evening_in_london = datetime(2026, 11, 21, 19, tzinfo=ZoneInfo("Europe/London"))  # 03:00 in Shanghai
    assert not SHANGHAI.is_allowed(evening_in_london, "service")
    assert SHANGHAI.is_allowed(evening_in_london + timedelta(hours=5), "service")


@pytest.mark.parametrize(
    "opening",
    [
        datetime(2026, 3, 8, 13, tzinfo=UTC),  # put forward in that night
        datetime(2026, 11, 1, 14, tzinfo=UTC),  # put back in that night
    ],
)
def test_nine_is_nine_on_the_wall_after_the_clock_was_changed(opening: datetime) -> None:
    assert NEW_YORK.is_allowed(opening, "marketing")
    assert not NEW_YORK.is_allowed(opening - timedelta(seconds=1), "marketing")


def test_hours_are_a_setting() -> None:
    early = ContactHours(zone=ZoneInfo("Asia/Shanghai"), marketing=Hours(opens=time(10), closes=time(12)))
    assert not early.is_allowed(at("2026-11-21T09:30"), "marketing")
    assert early.is_allowed(at("2026-11-21T10:00"), "marketing")
    assert not early.is_allowed(at("2026-11-21T12:00"), "marketing")


def test_hours_that_close_before_they_open_are_refused() -> None:
    with pytest.raises(ValueError, match="open before they close"):
        Hours(opens=time(21), closes=time(8))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SHANGHAI.is_allowed(datetime.combine(date(2026, 11, 21), time(12)), "duty")


@given(minutes, classes, zones)
def test_the_clock_on_the_wall_says_what_is_allowed(minute: int, message_class: MessageClass, zone: str) -> None:
    now = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    opens, closes = (9, 20) if message_class == "marketing" else (8, 21)
    allowed = opens <= now.astimezone(ZoneInfo(zone)).hour < closes
    assert ContactHours(zone=ZoneInfo(zone)).is_allowed(now, message_class) == allowed
