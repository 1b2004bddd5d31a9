"""When jobs begin: by their hours, after outages, after failures, and with a clock that stood wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.scheduler.health import overdue_since
from policyserve.scheduler.hours import Daily, Every, Hours
from policyserve.scheduler.turns import LastRun, Pauses, Turn, next_turn

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")

RELEASE = Daily(at=time(1, 30))
SEND = Every(minutes=5)

PAUSES = Pauses(first=timedelta(minutes=1), longest=timedelta(minutes=60))


def wall(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Return what a clock shows, on 21 November 2026 unless a day is given."""
    return datetime.fromisoformat(text if "-" in text else f"2026-11-21T{text}").replace(tzinfo=zone)


def run(due: datetime, status: str = "done", attempt: int = 1, seconds: int = 10) -> LastRun:
    return LastRun(
        job="job", due=due, started=due, ended=due + timedelta(seconds=seconds), status=status, attempt=attempt
    )


def turn(hours: Hours, last: LastRun | None, now: datetime, since: datetime | None = None) -> Turn:
    return next_turn("job", hours, last, PAUSES, now=now, since=since or now, zone=SHANGHAI)


# Hours


def test_jobs_are_due_at_hours_of_the_business_time_zone() -> None:
    assert RELEASE.latest(wall("12:00"), SHANGHAI) == wall("01:30")
    assert RELEASE.latest(wall("01:30"), SHANGHAI) == wall("01:30")
    assert RELEASE.latest(wall("01:29"), SHANGHAI) == wall("2026-11-20T01:30")
    assert RELEASE.following(wall("01:30"), SHANGHAI) == wall("2026-11-22T01:30")
    assert SEND.latest(wall("12:06"), SHANGHAI) == wall("12:05")
    assert SEND.following(wall("12:05"), SHANGHAI) == wall("12:10")


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_no_day_is_left_out_where_clocks_are_put_forward_or_back(day: str) -> None:
    before = wall(f"{day}T00:00", NEW_YORK)
    due = Daily(at=time(2, 30)).following(before, NEW_YORK)
    assert before < due < before.astimezone(UTC) + timedelta(hours=5)
    assert due.astimezone(NEW_YORK).date() == before.date()


START = datetime(1990, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(), timedelta(days=36_500)).map(lambda passed: START + passed)
hours = st.builds(Daily, at=st.times()) | st.builds(Every, minutes=st.integers(1, 1440))
zones = st.sampled_from(
    [SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]
)


@given(hours=hours, now=instants, zone=zones)
def test_the_time_that_follows_is_the_next_one_and_nothing_lies_between(
    hours: Hours, now: datetime, zone: ZoneInfo
) -> None:
    latest, following = hours.latest(now, zone), hours.following(now, zone)
    assert latest <= now < following
    assert hours.latest(following, zone) == following
    assert hours.latest(following - timedelta(microseconds=1), zone) == latest
    assert hours.following(latest, zone) == following


# Turns


def test_a_job_that_never_ran_waits_for_its_first_time_since_the_scheduler_began() -> None:
    assert turn(RELEASE, None, wall("12:00")).begins == wall("2026-11-22T01:30")
    assert turn(RELEASE, None, wall("01:31"), since=wall("01:29")).begins == wall("01:30")
    ahead = wall("2027-12-26T12:00")  # it began while the clock stood ahead
    assert turn(SEND, None, wall("12:04"), since=ahead).begins == wall("12:05")


def test_a_time_that_has_come_stays_until_it_has_been_run() -> None:
    due = turn(SEND, run(wall("12:00")), wall("12:06"))
    assert (due.due, due.begins, due.attempt) == (wall("12:05"), wall("12:05"), 1)
    assert turn(SEND, run(wall("12:05")), wall("12:06")).begins == wall("12:10")


def test_times_missed_in_an_outage_are_one_turn_the_newest() -> None:
    now = wall("2026-12-05T09:02")
    assert turn(RELEASE, run(wall("01:30")), now).due == wall("2026-12-05T01:30")
    assert turn(SEND, run(wall("12:00")), now).due == wall("2026-12-05T09:00")


def test_a_run_by_hand_is_a_run() -> None:
    assert turn(RELEASE, run(wall("10:17")), wall("12:00")).begins == wall("2026-11-22T01:30")


def test_what_failed_is_tried_again_after_pauses_that_grow_until_the_day_is_over() -> None:
    last, begun = run(wall("01:30"), "failed"), []
    while (following := turn(RELEASE, last, last.started)).attempt > 1:
        assert following.due == wall("01:30")
        begun.append(following.begins)
        ended = following.begins + timedelta(seconds=10)
        last = replace(last, started=following.begins, ended=ended, attempt=following.attempt)
    minutes = [(later - earlier).total_seconds() // 60 for earlier, later in pairwise(begun)]
    assert begun[0] == wall("01:31") + timedelta(seconds=10)
    assert minutes[:6] == [2, 4, 8, 16, 32, 60]
    assert set(minutes[6:]) == {60}
    assert wall("22:59") < begun[-1] < wall("2026-11-22T00:00")
    assert following.begins == wall("2026-11-22T01:30")


def test_the_next_due_time_takes_the_place_of_a_try() -> None:
    assert turn(SEND, run(wall("12:00"), "failed"), wall("12:01")).begins == wall("12:01") + timedelta(seconds=10)
    late = turn(SEND, run(wall("12:00"), "failed", attempt=4), wall("12:04"))
    assert (late.begins, late.attempt) == (wall("12:05"), 1)


def test_a_run_that_died_is_repeated_at_once_and_then_after_pauses() -> None:
    died = run(wall("01:30"), "lost")
    assert turn(RELEASE, died, wall("01:31")).begins == died.ended
    assert turn(RELEASE, replace(died, attempt=2), wall("01:31")).begins == wall("01:31") + timedelta(seconds=10)
    assert turn(RELEASE, replace(died, attempt=3), wall("01:31")).begins == wall("01:32") + timedelta(seconds=10)


def test_a_job_in_hand_is_not_due() -> None:
    assert turn(SEND, replace(run(wall("12:05")), status="running", ended=None), wall("12:06")).begins == wall("12:10")


# Overdue


def overdue(hours: Hours, last: LastRun | None, success: LastRun | None, now: datetime) -> datetime | None:
    return overdue_since(hours, last, success, now=now, grace=timedelta(hours=1), zone=SHANGHAI)


def test_a_job_is_overdue_an_hour_after_the_first_time_without_success() -> None:
    success, failed = run(wall("2026-11-20T01:30")), run(wall("01:30"), "failed")
    assert overdue(RELEASE, failed, success, wall("02:29")) is None
    assert overdue(RELEASE, failed, success, wall("02:30")) == wall("01:30")
    assert overdue(RELEASE, success, success, wall("02:30")) == wall("01:30")
    assert overdue(RELEASE, success, success, wall("2026-12-24T02:30")) == wall("01:30")
    assert overdue(SEND, run(wall("12:00")), run(wall("12:00")), wall("13:04")) is None
    assert overdue(SEND, run(wall("12:00")), run(wall("12:00")), wall("13:05")) == wall("12:05")


def test_a_job_that_never_succeeded_is_overdue_and_one_that_never_ran_is_not() -> None:
    assert overdue(RELEASE, run(wall("01:30"), "failed"), None, wall("12:00")) == wall("01:30")
    assert overdue(RELEASE, run(wall("01:30"), "failed"), None, wall("02:00")) is None
    assert overdue(RELEASE, None, None, wall("12:00")) is None
