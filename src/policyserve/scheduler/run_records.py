"""What `policyserve jobs` shows: the runs, the newest first, and when each job is due next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, column, inspect, select, table

from policyserve import db
from policyserve.locale.record import read
from policyserve.scheduler.job_run import RUNS
from policyserve.scheduler.jobs import WORKS

TIMES = table("scheduled_jobs", column("id"), column("next_run_time"))
"""APScheduler's table (see `clock`): the job, and seconds since 1970."""

COLUMNS = ("job", "due", "started", "seconds", "status", "result")


def job_rows(
    engine: Engine, zone: ZoneInfo, *, now: datetime, job: str | None, last: int, language: str
) -> list[dict[str, Any]]:
    """Return the next time of each job (status `planned`), then the `last` runs; instants in `zone`.

    `seconds` of a run that has not ended is the time that it has taken so far.
    """
    with db.reading(engine) as connection:
        query = select(RUNS).order_by(RUNS.c.id.desc()).limit(last)
        runs = connection.execute(query if job is None else query.where(RUNS.c.job == job)).all()
        times = _next_times(connection)
    planned = [
        dict.fromkeys(COLUMNS) | {"job": name, "due": times[name].astimezone(zone), "status": "planned"}
        for name in WORKS
        if name in times and job in {None, name}
    ]
    return planned + [_row(run, zone, now, language) for run in runs]


def _next_times(connection: Connection) -> dict[str, datetime]:
    """Return when each job is due next; nothing where the scheduler never ran on this database."""
    if not inspect(connection).has_table(TIMES.name):
        return {}
    rows = connection.execute(select(TIMES.c.id, TIMES.c.next_run_time).where(TIMES.c.next_run_time.is_not(None)))
    return {name: datetime.fromtimestamp(seconds, UTC) for name, seconds in rows}


def _row(run: Row[Any], zone: ZoneInfo, now: datetime, language: str) -> dict[str, Any]:
    seconds = ((run.ended_at or now) - run.started_at).total_seconds()
    return {
        "job": run.job,
        "due": run.due_at.astimezone(zone),
        "started": run.started_at.astimezone(zone),
        "seconds": round(seconds, 1),
        "status": run.status,
        "result": run.result and read(run.result).told(language),
    }
