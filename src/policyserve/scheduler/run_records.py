"""What is read of the runs: the newest of each job, the last that succeeded, and what `policyserve jobs` shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, func, select

from policyserve import db
from policyserve.locale.record import read
from policyserve.scheduler.job_run import RUNS, SKEW, believed
from policyserve.scheduler.turns import LastRun, Turn

COLUMNS = ("job", "due", "started", "seconds", "status", "result", "attempt")


def last_run(connection: Connection, job: str, *, now: datetime, status: str | None = None) -> LastRun | None:
    """Return the run of a job for the newest time that has come; `status`: the newest of those that ended so."""
    come = select(RUNS).where(RUNS.c.job == job, RUNS.c.due_at <= now, believed(connection))
    wanted = come if status is None else come.where(RUNS.c.status == status)
    row = connection.execute(wanted.order_by(RUNS.c.due_at.desc(), RUNS.c.attempt.desc()).limit(1)).first()
    if row is None:
        return None
    return LastRun(
        job=job, due=row.due_at, started=row.started_at, ended=row.ended_at, status=row.status, attempt=row.attempt
    )


def last_runs(engine: Engine, jobs: Iterable[str], *, now: datetime) -> dict[str, LastRun]:
    """Return the newest run of each job that has run; see `last_run`."""
    with db.reading(engine) as connection:
        found = {job: last_run(connection, job, now=now) for job in jobs}
    return {job: run for job, run in found.items() if run}


def clock_stood_ahead_until(connection: Connection, now: datetime) -> datetime | None:
    """Return the latest instant at which a run says that it began, where that is still to come."""
    newest: datetime | None = connection.scalar(select(func.max(RUNS.c.started_at)))
    return newest if newest and newest - now > SKEW else None


def job_rows(
    engine: Engine,
    zone: ZoneInfo,
    *,
    now: datetime,
    turns: Iterable[Turn],
    job: str | None,
    last: int,
    language: str,
) -> list[dict[str, Any]]:
    """Return the turns to come (status `planned`), then the `last` runs; instants in `zone`.

    `seconds` of a run that has not ended is the time that it has taken so far.
    """
    with db.reading(engine) as connection:
        query = select(RUNS).order_by(RUNS.c.id.desc()).limit(last)
        runs = connection.execute(query if job is None else query.where(RUNS.c.job == job)).all()
    planned = [
        dict.fromkeys(COLUMNS)
        | {"job": turn.job, "due": turn.begins.astimezone(zone), "status": "planned", "attempt": turn.attempt}
        for turn in turns
        if job in {None, turn.job}
    ]
    return planned + [_row(run, zone, now, language) for run in runs]


def _row(run: Row[Any], zone: ZoneInfo, now: datetime, language: str) -> dict[str, Any]:
    seconds = ((run.ended_at or now) - run.started_at).total_seconds()
    return {
        "job": run.job,
        "due": run.due_at.astimezone(zone),
        "started": run.started_at.astimezone(zone),
        "seconds": round(seconds, 1),
        "status": run.status,
        "result": run.result and read(run.result).told(language),
        "attempt": run.attempt,
    }
