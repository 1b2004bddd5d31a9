"""Runs of the scheduler's jobs."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from policyserve.tables.model import Model


class JobRun(Model, table=True):
    """One run of a job, whatever scheduler or cron starts it: for each time that it is due one that succeeds."""

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "due_at", "attempt"),
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
    attempt: int = 1
    """Which try for that time it is, from 1 on."""
    started_at: datetime
    ended_at: datetime | None = None
    status: str
    """running, done, failed or lost (its process died)."""
    result: str | None = None
    runner: str
    """Which process ran it."""
