"""When jobs are due: APScheduler's triggers, and its store in our database, which outlives the process.

APScheduler keeps the times here and starts nothing by itself: it would move a job on to its next time before the job
has begun, and forget one that finds its turn taken. We write the run down first and move on after, so a time that has
come stays until it has been run; times missed in an outage are one run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore  # type: ignore[import-untyped]
from apscheduler.schedulers.base import BaseScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]
from sqlalchemy import Engine

from policyserve.scheduler.jobs import Daily, Every

TABLE: Final = "scheduled_jobs"
"""Where APScheduler keeps its times; it makes the table itself."""

DEFAULTS: Final = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
"""A job that is late is run, however late it is, and once."""


def stored() -> None:
    """Stand in the store for every job: it wants a function, and must not hold ours with what they work with."""


class _Times(BaseScheduler):  # type: ignore[misc]
    """APScheduler without its thread, which starts what is due even while it is being shut down."""

    def wakeup(self) -> None:
        """Nobody sleeps here."""

    def shutdown(self, wait: bool = True) -> None:
        """Close the store."""
        super().shutdown(wait)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A job whose time has come."""

    job: str
    at: datetime
    """The newest of the times that have come: older ones are made up for by the same run."""


class Clock:
    """The times of all jobs. Only the process that leads opens one."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        """Open the store in the database of `engine`; its table is made where it is missing."""
        self._zone = zone
        self._times = _Times(
            timezone=zone,
            job_defaults=DEFAULTS,
            jobstores={"default": SQLAlchemyJobStore(engine=engine, tablename=TABLE)},
        )
        self._times.start(paused=True)

    def arrange(self, plan: Mapping[str, Daily | Every], now: datetime) -> None:
        """Make the store follow a plan; a time that has come and was not run yet stays, whatever the plan says now."""
        known = {job.id: job for job in self._times.get_jobs()}
        for name in known.keys() - plan.keys():
            self._times.remove_job(name)
        for name, when in plan.items():
            trigger, job = _trigger(when, self._zone), known.get(name)
            if job is None:
                self._times.add_job(
                    f"{__name__}:{stored.__name__}", trigger, id=name, next_run_time=_after(trigger, now)
                )
            elif repr(job.trigger) != repr(trigger):
                following = job.next_run_time if job.next_run_time <= now else _after(trigger, now)
                self._times.modify_job(name, trigger=trigger, next_run_time=following)

    def due(self, now: datetime) -> Iterator[Due]:
        """Return the jobs whose time has come."""
        for job in self._times.get_jobs():
            if job.next_run_time <= now:
                yield Due(job=job.id, at=_newest(job.trigger, job.next_run_time, now))

    def next_times(self) -> dict[str, datetime]:
        """Return when each job is due next, in UTC."""
        return {job.id: job.next_run_time.astimezone(UTC) for job in self._times.get_jobs()}

    def move_on(self, job: str, now: datetime) -> None:
        """Go to the first time of a job that lies after `now`."""
        self._times.modify_job(job, next_run_time=_after(self._times.get_job(job).trigger, now))

    def call(self, job: str, at: datetime) -> None:
        """Make a job due at an instant; where it is due already, the one run is for both."""
        self._times.modify_job(job, next_run_time=at.replace(microsecond=0))

    def close(self) -> None:
        """Close the store."""
        self._times.shutdown()


@contextmanager
def opened(engine: Engine, zone: ZoneInfo) -> Iterator[Clock]:
    """Open a clock for the time of a `with` block."""
    clock = Clock(engine, zone)
    try:
        yield clock
    finally:
        clock.close()


def _trigger(when: Daily | Every, zone: ZoneInfo) -> Any:
    if isinstance(when, Every):
        return IntervalTrigger(minutes=when.minutes, start_date=datetime(2000, 1, 1, tzinfo=zone), timezone=zone)
    return CronTrigger(hour=when.at.hour, minute=when.at.minute, second=when.at.second, timezone=zone)


def _after(trigger: Any, instant: datetime) -> Any:
    """Return the first time of a trigger after an instant, that instant itself left out."""
    return trigger.get_next_fire_time(None, instant + timedelta(microseconds=1))


def _newest(trigger: Any, first: datetime, now: datetime) -> datetime:
    """Return the last time of a trigger up to `now`, `first` being one of them."""
    newest = first
    while (following := _after(trigger, newest)) <= now:
        newest = following
    return newest
