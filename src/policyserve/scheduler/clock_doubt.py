"""A clock in doubt: it shows a day far from the last run, and no job works for that day before it is confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from policyserve import db
from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Sentence
from policyserve.scheduler.job_run import newest_start
from policyserve.scheduler.jobs import zone_of

DOUBTED = N_(
    "The clock says {today}, but the last job ran on {last}. No job works for that day before it is confirmed: set the "
    "clock right, or say that the day is right and run one job."
)
"""What pages say of it."""


def clock_doubt(connection: Connection, settings: Settings, now: datetime) -> Sentence | None:
    """Say why the clock is not believed: `now` is more than `jobs.doubt_days` before or after the last run; else None.

    A run by hand is the newest run from then on, so it confirms the day to everybody who asks.
    """
    newest, zone = newest_start(connection), zone_of(settings)
    if newest is None or abs(now - newest) < timedelta(days=settings.file.jobs.doubt_days):
        return None
    return Sentence(
        "The clock says {today}, but the last job ran on {last}. No job works for that day before it is confirmed: "
        "set the clock right, or run one job by `policyserve run release --confirm-day`.",
        today=now.astimezone(zone).date(),
        last=newest.astimezone(zone).date(),
    )


def check_clock(engine: Engine, settings: Settings, now: datetime) -> None:
    """Raise PolicyserveError where the clock is in doubt."""
    with db.reading(engine) as connection:
        doubt = clock_doubt(connection, settings, now)
    if doubt:
        raise PolicyserveError(doubt).on_pages(Sentence(DOUBTED, **doubt.values))
