"""Runs of jobs that an earlier version wrote: they stay what they were, and what it stored of times to come is gone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, inspect, text

from books import earlier_version
from policyserve import db
from policyserve.locale import Sentence
from policyserve.migrations import schema
from policyserve.scheduler import job_run
from policyserve.scheduler.run_records import last_runs

DUE = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def earlier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    if request.param == "sqlite":
        return db.open_engine(f"sqlite:///{tmp_path_factory.mktemp('earlier') / 'book.sqlite3'}")
    return db.open_engine(request.getfixturevalue("empty_postgres_url"))


def test_runs_stay_and_stored_times_go(earlier: Engine) -> None:
    earlier_version.restore(earlier)
    with db.writing(earlier) as connection:
        connection.execute(text("DELETE FROM job_runs"))
        connection.execute(
            text(
                "INSERT INTO job_runs (id, job, due_at, started_at, ended_at, status, result, runner) VALUES "
                "(41, 'release', :due, :due, :due, 'done', 'x', 'a'), "
                "(42, 'send', :due, :due, NULL, 'running', NULL, 'a')"
            ),
            {"due": "2026-11-20 17:30:00.000000" if db.is_sqlite(earlier) else DUE},
        )
        connection.execute(
            text("INSERT INTO scheduled_jobs (id, next_run_time, job_state) VALUES ('send', 4e9, :pickle)"),
            {"pickle": b"cos\nsystem\n"},
        )
    schema.upgrade(earlier)
    assert "scheduled_jobs" not in inspect(earlier).get_table_names()
    found = last_runs(earlier, ["release", "send"], now=DUE)
    assert {job: (run.status, run.attempt, run.due) for job, run in found.items()} == {
        "release": ("done", 1, DUE), "send": ("running", 1, DUE),
    }  # fmt: skip
    again = job_run.begin(earlier, "send", DUE, at=DUE)
    job_run.carry_out(earlier, again, lambda: Sentence("sent"))
    assert (again.key, again.attempt) == (43, 2)
    with pytest.raises(job_run.RunBeforeError):
        job_run.begin(earlier, "release", DUE, at=DUE)
    earlier.dispose()
