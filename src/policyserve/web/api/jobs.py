"""Jobs: what the scheduler does by itself, the next turn of each and its last runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from policyserve.scheduler.jobs import WORKS, zone_of
from policyserve.scheduler.leader import planned_turns
from policyserve.scheduler.run_records import job_rows
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Most, Number


class JobRun(Answer):
    """A turn to come, or a run."""

    job: str = Field(examples=["release"])
    due: datetime
    started: datetime | None
    seconds: float | None
    status: str = Field(examples=["done"])
    result: str | None
    attempt: int


class JobList(Answer):
    """The turns to come, then the last runs, the newest first."""

    items: list[JobRun]


Job = Annotated[Number | None, Query(description=f"Only this one: {', '.join(WORKS)}.", examples=["release"])]


def get_jobs(asked: Asked, job: Job = None, most: Most = 50) -> JobList:
    """Return what `policyserve jobs` shows; turns to come only where a process leads."""
    engine, settings = asked.house.engine, asked.house.settings
    rows = job_rows(
        engine, zone_of(settings), now=asked.now, turns=planned_turns(engine, settings, now=asked.now), job=job,
        last=most, language=asked.language,
    )  # fmt: skip
    return JobList(items=[JobRun(**row) for row in rows])
