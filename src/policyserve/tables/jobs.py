"""Runs of the scheduler's jobs, and when each is due next."""

from datetime import datetime

from sqlalchemy import Float, Index, Unicode, UniqueConstraint, text
from sqlmodel import Field

from policyserve.tables.model import Model


class JobRun(Model, table=True):
    """One run of a job; a job runs once for each time that it is due, whatever scheduler or cron starts it."""

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "due_at"),
        Index("ix_job_runs_started_at", "started_at"),
        Index(
            "ix_job_runs_running",
            "job",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    job: str
    due_at: datetime
    started_at: datetime
    ended_at: datetime | None = None
    status: str
    """running, done, failed or lost (its process died)."""
    result: str | None = None
    runner: str
    """Which process ran it."""


class ScheduledJob(Model, table=True):
    """When a job is due next under `serve`; the columns are those that the scheduler's store asks for."""

    __tablename__ = "scheduled_jobs"

    id: str = Field(primary_key=True, sa_type=Unicode(191))
    next_run_time: float | None = Field(default=None, index=True, sa_type=Float(25))
    job_state: bytes
