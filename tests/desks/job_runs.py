"""Runs of jobs for tests: what is kept of them, and the instants of the business time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from policyserve import db
from policyserve.config import Settings
from policyserve.locale import Sentence
from policyserve.scheduler import job_run
from policyserve.scheduler.job_run import RUNS
from policyserve.settings_file import SettingsFile

SHANGHAI = ZoneInfo("Asia/Shanghai")

SECONDS = 30.0
"""How long anything may take on a busy machine."""


def wall(text: str) -> datetime:
    """Return what a clock in Shanghai shows, on 21 November 2026 unless a day is given."""
    return datetime.fromisoformat(text if "-" in text else f"2026-11-21T{text}").replace(tzinfo=SHANGHAI)


NOON = wall("12:00")


@dataclass(frozen=True)
class Kept:
    """A run as it is stored."""

    job: str
    due: datetime
    status: str
    result: str | None


BEFORE = "before"
"""Who ran what was there before the test began."""


def runs(engine: Engine) -> list[Kept]:
    with db.reading(engine) as connection:
        rows = connection.execute(select(RUNS).where(RUNS.c.runner != BEFORE).order_by(RUNS.c.id)).all()
    return [Kept(row.job, row.due_at, row.status, row.result) for row in rows]


def done(engine: Engine, due: datetime, at: datetime | None = None, job: str = "release") -> None:
    run = job_run.begin(engine, job, due, at=(at or due).astimezone(UTC))
    job_run.carry_out(engine, run, lambda: Sentence(""))


SETTINGS = Settings(
    database_url="", time_zone="Asia/Shanghai", file=SettingsFile(gateways={"vendor": {"kind": "http", "key": "hush"}})
)
