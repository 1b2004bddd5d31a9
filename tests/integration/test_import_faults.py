"""Imports as jobs where something fails meanwhile: a fault of ours, the database, another tab."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from desks.page_book import Branch, take_branch
from desks.sent_lists import GOOD, MIXED, act, counts, said, send
from policyserve import db
from policyserve.book import list_import
from policyserve.errors import DatabaseAwayError, DatabaseBusyError
from policyserve.operations import import_jobs, import_work
from policyserve.operations.import_expiry import JOBS
from policyserve.operations.import_work import Conditions, work_off
from policyserve.scheduler import locks
from policyserve.web import import_worker
from policyserve.web.import_worker import LOCK


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what the worker tells: events with their reasons."""
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(import_worker, "tell", lambda event, reason: told.append((event, reason)), raising=False)
    return told


class Broken:
    """What stands for a function and fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *_: object, **__: object) -> None:
        raise self.error


def test_a_fault_of_ours_fails_the_job_and_takes_nothing_in(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, journal: list[tuple[str, str]]
) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, GOOD)
    monkeypatch.setattr(import_work, "import_source", Broken(ZeroDivisionError()))
    assert "Something went wrong that we did not expect" in act(branch, clerk, path, "apply")
    assert branch.log() == []
    assert journal == [("import-failed", "ZeroDivisionError")]


def test_a_worker_that_cannot_ask_for_its_turn_tells_the_journal_and_comes_again(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, journal: list[tuple[str, str]]
) -> None:
    clerk = branch.signed_in("clerk")
    with monkeypatch.context() as away:
        away.setattr(locks, "take", Broken(DatabaseAwayError("It is away.")))
        path = send(branch, clerk, GOOD)
    assert journal == [("import-failed", "It is away.")]
    clerk.get(path)
    branch.house.imports.finish()
    assert "Waits for you" in said(clerk, path)


def test_a_list_that_is_in_stays_in_whatever_becomes_of_the_sums(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, journal: list[tuple[str, str]]
) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, GOOD)
    monkeypatch.setattr(import_work, "bring_up", Broken(ZeroDivisionError()))
    page = act(branch, clerk, path, "apply")
    assert "Taken in" in page
    assert 'value="again"' not in page
    assert counts(page) == [2, 2, 0, 0, 0, 0]
    assert journal == [("import-failed", "ZeroDivisionError")]


@pytest.mark.parametrize("passing", [DatabaseBusyError(5), DatabaseAwayError("It is away.")])
def test_what_passes_is_no_fault_of_the_list(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, passing: Exception
) -> None:
    clerk = branch.signed_in("clerk")
    with monkeypatch.context() as fault:
        fault.setattr(import_work, "import_source", Broken(passing))
        path = send(branch, clerk, GOOD)
    assert "Failed" in said(clerk, path)
    assert counts(act(branch, clerk, path, "again")) == [2, 2, 0, 0, 0, 0]
    assert "Taken in" in act(branch, clerk, path, "apply")


def test_each_list_of_a_run_has_its_own_instant_and_day(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk, days = branch.signed_in("clerk"), []
    lock = locks.take(branch.engine, LOCK)
    assert lock is not None
    paths = [send(branch, clerk, GOOD) for _ in range(2)]
    lock.release()
    real = list_import.import_source

    def slowly(*asked: Any, **more: Any) -> Any:
        branch.later(days=1)
        days.append(more["as_of"])
        return real(*asked, **more)

    monkeypatch.setattr(import_work, "import_source", slowly)
    began = branch.moment
    now = branch.house.now
    work_off(branch.engine, Conditions(now=now, today=lambda: now().date(), megabytes=500))
    assert days == [began.date(), began.date() + timedelta(days=1)]
    with db.reading(branch.engine) as connection:
        changed = connection.scalars(select(JOBS.c.changed_at).order_by(JOBS.c.id)).all()
    assert changed == [began + timedelta(days=day) for day in range(1, len(paths) + 1)]


def test_two_tabs_that_mend_the_same_rows_count_them_once(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, MIXED)
    act(branch, clerk, path, "apply")
    real = import_jobs.import_job

    def overtaken(*asked: Any, **more: Any) -> Any:
        """Read the job for one tab, and let the other one mend it before that tab goes on."""
        job = real(*asked, **more)
        monkeypatch.setattr(import_jobs, "import_job", real)
        branch.later(seconds=1)
        act(branch, clerk, path, "mend", **{"cell-4-0": "0010"})
        return job

    monkeypatch.setattr(import_jobs, "import_job", overtaken)
    clerk.post(path, data={"deed": "mend", "cell-5-2": "1983-12-05"})
    branch.house.imports.finish()
    page = said(clerk, path)
    assert counts(page) == [4, 3, 0, 0, 1, 0]
    assert "Line 5" in page
