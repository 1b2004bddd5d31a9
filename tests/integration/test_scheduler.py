"""The scheduler's loop on both databases, with jobs and instants of the tests' own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, insert

from desks.job_runs import BEFORE, NOON, SECONDS, SETTINGS, SHANGHAI, runs, wall
from policyserve import db
from policyserve.config import Settings
from policyserve.locale import Sentence
from policyserve.scheduler import job_run
from policyserve.scheduler.hours import Daily, Every
from policyserve.scheduler.job_run import RUNS
from policyserve.scheduler.jobs import WORKS, Call, Work, released, schedule
from policyserve.scheduler.leader import Scheduler, planned_turns, turns_of
from policyserve.scheduler.run_records import job_rows, last_runs
from policyserve.settings_file import JobSettings, SettingsFile
from policyserve.tasks.release import ReleaseCounts

EVERYTHING_DUE = timedelta(days=2)


@dataclass
class Bench:
    """A scheduler in a thread of its own, with jobs that the test gives."""

    engine: Engine
    stop: threading.Event
    thread: threading.Thread
    scheduler: Scheduler

    def statuses(self) -> dict[str, str]:
        return {one.job: one.status for one in runs(self.engine)}

    def until(self, found: Callable[[], object]) -> None:
        deadline = time.monotonic() + SECONDS
        while not found():
            assert time.monotonic() < deadline, self.statuses()
            time.sleep(0.02)


def was_done(engine: Engine, at: datetime) -> None:
    """Leave every job as it was done at an instant."""
    same = {"due_at": at, "started_at": at, "ended_at": at, "status": "done", "runner": BEFORE}
    with db.writing(engine) as connection:
        connection.execute(insert(RUNS), [{"job": job, "attempt": 1, **same} for job in WORKS])


@contextmanager
def at_work(engine: Engine, works: Mapping[str, Work], settings: Settings = SETTINGS) -> Iterator[Bench]:
    """Let a scheduler work for the time of a `with` block, after an outage in which every job came due."""
    was_done(engine, datetime.now(UTC) - EVERYTHING_DUE)
    stop = threading.Event()
    scheduler = Scheduler(engine, settings, language="en", stop=stop, works=works)
    thread = threading.Thread(target=scheduler.run, daemon=True)
    thread.start()
    try:
        yield Bench(engine, stop, thread, scheduler)
    finally:
        stop.set()
        thread.join(SECONDS)
    assert not thread.is_alive()


def quiet(result: str = "") -> dict[str, Work]:
    return {name: lambda _call: Sentence(result) for name in WORKS}


def succeed(name: str, _call: object) -> Sentence:
    return Sentence(f"{name} went well")


def test_each_job_that_is_due_is_run_and_its_result_kept(engine: Engine) -> None:
    with at_work(engine, {name: partial(succeed, name) for name in WORKS}) as bench:
        bench.until(lambda: list(bench.statuses().values()).count("done") == len(WORKS))
        assert bench.scheduler.leads
    assert {one.job: one.result for one in runs(engine)} == {name: f"{name} went well" for name in WORKS}
    assert not bench.scheduler.leads


def test_jobs_that_read_the_whole_book_follow_each_other_in_the_order_of_the_day(engine: Engine) -> None:
    order: list[str] = []
    held = threading.Event()

    def release(_call: object) -> Sentence:
        order.append("release begins")
        held.wait(SECONDS)
        order.append("release ends")
        return Sentence("")

    def generate(_call: object) -> Sentence:
        order.append("generate begins")
        return Sentence("")

    with at_work(engine, {**quiet(), "release": release, "generate": generate}) as bench:
        bench.until(lambda: bench.statuses().get("send") == bench.statuses().get("notices") == "done")
        assert order == ["release begins"]
        assert "generate" not in bench.statuses()
        held.set()
        bench.until(lambda: bench.statuses().get("generate") == "done")
    assert order == ["release begins", "release ends", "generate begins"]


def test_a_job_that_cron_has_in_hand_is_run_when_that_has_ended(engine: Engine) -> None:
    by_cron = job_run.begin(engine, "send", NOON, at=NOON.astimezone(UTC))
    with at_work(engine, quiet()) as bench:
        bench.until(lambda: list(bench.statuses().values()).count("done") == len(WORKS) - 1)
        assert [one.job for one in runs(engine)].count("send") == 1
        job_run.carry_out(engine, by_cron, lambda: Sentence(""))
        bench.until(lambda: [one.status for one in runs(engine) if one.job == "send"] == ["done", "done"])


def test_one_job_that_cannot_begin_keeps_no_other_from_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begin = job_run.begin

    def refuse(engine: Engine, job: str, due: datetime, *, at: datetime) -> job_run.Run:
        if job == "release":
            raise OSError(5, "13800138000")
        return begin(engine, job, due, at=at)

    monkeypatch.setattr(job_run, "begin", refuse)
    caplog.set_level(logging.INFO, "policyserve.journal")
    with at_work(engine, quiet()) as bench:
        bench.until(lambda: list(bench.statuses().values()).count("done") == len(WORKS) - 1)
        monkeypatch.undo()
        bench.until(lambda: bench.statuses().get("release") == "done")
    fields = [getattr(record, "fields", {}) for record in caplog.records if record.message == "trouble"]
    assert fields == [{"job": "release", "reason": "OSError"}]


def test_a_release_that_finds_another_writer_is_tried_again_until_it_succeeds(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policyserve.db.engine.BUSY_SECONDS", 0.3)
    hasty = db.open_engine(engine.url.render_as_string(hide_password=False))
    tries: list[datetime] = []

    def release(call: Call) -> Sentence:
        tries.append(call.at)
        with db.writing(engine, bulk=True) if len(tries) < 3 else nullcontext():
            return WORKS["release"](call)

    soon = replace(SETTINGS, file=SETTINGS.file.model_copy(update={"jobs": JobSettings(first_pause_minutes=0.005)}))
    with at_work(hasty, {**quiet(), "release": release}, soon) as bench:
        bench.until(lambda: bench.statuses().get("release") == "done")
    of_release = [one for one in runs(engine) if one.job == "release"]
    assert [one.status for one in of_release] == ["failed", "failed", "done"]
    assert "Another" in str(of_release[0].result)
    assert len({one.due for one in of_release}) == 1
    hasty.dispose()


def test_a_stop_reaches_a_long_job_and_what_it_did_is_kept(engine: Engine) -> None:
    def send(call: object) -> Sentence:
        return Sentence(f"stopped: {call.stop.wait(SECONDS)}")  # type: ignore[attr-defined]

    with at_work(engine, {**quiet(), "send": send}) as bench:
        bench.until(lambda: bench.statuses().get("send") == "running")
        bench.stop.set()
        bench.until(lambda: not bench.thread.is_alive())
    assert ("send", "done", "stopped: True") in {(one.job, one.status, one.result) for one in runs(engine)}


def test_the_turns_to_come_stand_first_then_the_runs_the_newest_first_in_the_business_time_zone(
    engine: Engine,
) -> None:
    for minute, result in ((0, "3 sent"), (5, "nothing to send")):
        due = NOON + timedelta(minutes=minute)
        job_run.carry_out(engine, job_run.begin(engine, "send", due, at=due.astimezone(UTC)), partial(Sentence, result))
    now = (NOON + timedelta(minutes=5, seconds=7)).astimezone(UTC)
    job_run.begin(engine, "release", NOON, at=NOON.astimezone(UTC)).lock.release()
    turns = turns_of(SETTINGS, last_runs(engine, WORKS, now=now), now=now, since=now)
    rows = job_rows(engine, SHANGHAI, now=now, turns=turns, job=None, last=2, language="en")
    assert [(row["job"], row["status"]) for row in rows] == [
        ("release", "planned"), ("generate", "planned"), ("send", "planned"), ("notices", "planned"),
        ("release", "running"), ("send", "done"),
    ]  # fmt: skip
    assert rows[0]["due"].isoformat() == "2026-11-22T01:30:00+08:00"
    assert rows[4]["seconds"] == 307.0
    assert rows[5]["result"] == "nothing to send"
    of_send = job_rows(engine, SHANGHAI, now=now, turns=turns, job="send", last=9, language="en")
    assert [row["status"] for row in of_send] == ["planned", "done", "done"]


def test_turns_are_planned_only_while_a_process_leads(engine: Engine) -> None:
    now = datetime.now(UTC)
    assert planned_turns(engine, SETTINGS, now=now) == []
    with at_work(engine, quiet()) as bench:
        bench.until(lambda: bench.scheduler.leads)
        assert [turn.job for turn in planned_turns(engine, SETTINGS, now=now)] == list(WORKS)


def test_hours_and_minutes_come_from_the_settings_file() -> None:
    file = SettingsFile(jobs=JobSettings(release_at=wall("02:15").time(), send_every_minutes=3))
    plan = schedule(Settings(database_url="", file=file))
    assert plan["release"] == Daily(at=wall("02:15").time())
    assert plan["send"] == Every(minutes=3)


def test_a_release_says_what_it_did_in_either_language() -> None:
    counts = ReleaseCounts(added=1200, missed=3)
    assert str(released(counts)).startswith("1,200 added, 0 moved")
    assert released(counts).told("zh").startswith("新增1,200，改期0")
