"""The health of the daily work: the last success of each job, what is overdue, and whether the database answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from policyserve import db
from policyserve.config import Settings
from policyserve.locale import Sentence
from policyserve.scheduler.clock_doubt import clock_doubt
from policyserve.scheduler.hours import Hours
from policyserve.scheduler.jobs import WORKS, schedule, zone_of
from policyserve.scheduler.run_records import clock_stood_ahead_until, last_run
from policyserve.scheduler.turns import LastRun


@dataclass(frozen=True, kw_only=True)
class JobHealth:
    """How it stands with a job; instants in the business time zone."""

    job: str
    last_success: datetime | None
    """When the last run that succeeded ended."""
    status: str | None
    """Of the last run."""
    attempt: int | None
    """Which try for its due time the last run is."""
    overdue_since: datetime | None
    """The first time for which it was due and has not succeeded."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """How it stands with all of them, from a database that has answered."""

    jobs: Sequence[JobHealth]
    clock_stood_ahead_until: datetime | None
    """A run says that it began at this instant, which is still to come."""
    clock_in_doubt: Sentence | None
    """Why no job works for the day that the clock shows."""

    @property
    def overdue(self) -> list[str]:
        """The jobs that are overdue."""
        return [one.job for one in self.jobs if one.overdue_since]

    def answer(self) -> dict[str, Any]:
        """Return it as `/health` tells it, without personal data."""
        jobs = {one.job: {name: _plain(value) for name, value in asdict(one).items()} for one in self.jobs}
        return {
            "status": "clock-in-doubt" if self.clock_in_doubt else "overdue" if self.overdue else "ok",
            "jobs": jobs,
            "clock_stood_ahead_until": _plain(self.clock_stood_ahead_until),
            "clock_in_doubt": self.clock_in_doubt and str(self.clock_in_doubt),
        }


def health(engine: Engine, settings: Settings, *, now: datetime) -> Health:
    """Look how it stands; raises PolicyserveError where the database does not answer."""
    with db.reading(engine) as connection:
        jobs = [_of_job(connection, job, settings, now) for job in WORKS]
        ahead = clock_stood_ahead_until(connection, now)
        doubt = clock_doubt(connection, settings, now)
    return Health(
        jobs=jobs, clock_stood_ahead_until=ahead.astimezone(zone_of(settings)) if ahead else None, clock_in_doubt=doubt
    )


def open_probe(settings: Settings) -> Engine:
    """Open connections of the probe's own: it is not to wait for those of webhooks and jobs."""
    return db.open_engine(settings.database_url)


def _of_job(connection: Connection, job: str, settings: Settings, now: datetime) -> JobHealth:
    zone, hours = zone_of(settings), schedule(settings)[job]
    grace = timedelta(minutes=settings.file.jobs.overdue_minutes)
    last = last_run(connection, job, now=now)
    success = last_run(connection, job, now=now, status="done")
    overdue = overdue_since(hours, last, success, now=now, grace=grace, zone=zone)
    return JobHealth(
        job=job,
        last_success=success.ended.astimezone(zone) if success and success.ended else None,
        status=last.status if last else None,
        attempt=last.attempt if last else None,
        overdue_since=overdue.astimezone(zone) if overdue else None,
    )


def overdue_since(
    hours: Hours, last: LastRun | None, success: LastRun | None, *, now: datetime, grace: timedelta, zone: ZoneInfo
) -> datetime | None:
    """Return the first time for which a job was due and has not succeeded, once `grace` is over; else None.

    A job that never ran at all is not overdue: nobody has asked for it yet.
    """
    expected = hours.latest(now - grace, zone)
    if success is None:
        return expected if last and last.due <= expected else None
    return hours.following(success.due, zone) if success.due < expected else None


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
