"""The turns of a job: when it begins next, worked out from its hours, its last run and the clock.

No time is stored that lies ahead: a clock that stood wrong for a moment cannot keep a job waiting. Times missed in an
outage are one turn, the newest; what did not succeed is tried again on the same day, after pauses that grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policyserve.scheduler.hours import Hours

UNSUCCESSFUL = ("failed", "lost")


@dataclass(frozen=True, kw_only=True)
class Pauses:
    """Between the tries of a job: the first one doubles until it is the longest."""

    first: timedelta
    longest: timedelta

    def after(self, attempt: int, status: str) -> timedelta:
        """Return the pause after a try; a run whose process died is repeated at once, but only once at once."""
        tries = attempt if status == "failed" else attempt - 1
        return min(self.first * 2 ** min(tries - 1, 30), self.longest) if tries else timedelta()


@dataclass(frozen=True, kw_only=True)
class LastRun:
    """The newest run of a job, as far as the clock of now has come."""

    job: str
    due: datetime
    started: datetime
    ended: datetime | None
    status: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A run to come."""

    job: str
    due: datetime
    """The time for which it is due: a new try has that of the one before."""
    attempt: int
    begins: datetime
    """When it may begin."""


def next_turn(
    job: str,
    hours: Hours,
    last: LastRun | None,
    pauses: Pauses,
    *,
    now: datetime,
    since: datetime,
    zone: ZoneInfo,
) -> Turn:
    """Return when a job begins next; one that never ran waits for its first time after `since`."""
    latest, following = hours.latest(now, zone), hours.following(now, zone)
    done_for = last.due if last else min(since, now)
    if done_for < latest:
        return Turn(job=job, due=latest, attempt=1, begins=latest)
    if last and last.status in UNSUCCESSFUL:
        begins = (last.ended or last.started) + pauses.after(last.attempt, last.status)
        if begins < following and begins.astimezone(zone).date() == last.started.astimezone(zone).date():
            return Turn(job=job, due=last.due, attempt=last.attempt + 1, begins=begins)
    return Turn(job=job, due=following, attempt=1, begins=following)
