"""Locks, runs, times and the scheduler's loop, on both databases, with jobs and instants of the tests' own."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select, text

from policyserve import db
from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.scheduler import job_run, locks
from policyserve.scheduler.health import health
from policyserve.scheduler.hours import Daily, Every
from policyserve.scheduler.job_run import RUNS, RunBeforeError, RunningElsewhereError
from policyserve.scheduler.jobs import WORKS, Call, Work, released, schedule
from policyserve.scheduler.leader import Scheduler, planned_turns, turns_of
from policyserve.scheduler.run_records import job_rows, last_runs
from policyserve.scheduler.turns import Turn
from policyserve.settings_file import JobSettings, SettingsFile
from policyserve.tasks.release import ReleaseCounts

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


# Locks


HOLDER = """
import sys
from policyserve import db
from policyserve.scheduler import locks
lock = locks.take(db.open_engine(sys.argv[1]), sys.argv[2])
print("held" if lock else "free", flush=True)
sys.stdin.readline()
"""
"""A process that takes a lock and keeps it until it is killed."""


@contextmanager
def holder(url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, url, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_lock_is_of_one_at_a_time_and_free_again_when_its_process_is_killed(
    engine: Engine, database_url: str
) -> None:
    with holder(database_url, "release") as process:
        assert locks.take(engine, "release") is None
        other = locks.take(engine, "send")
        assert other is not None
        process.kill()
        process.wait()
        taken = wait_for(lambda: locks.take(engine, "release"))
        assert taken.held()
    taken.release()
    other.release()


def wait_for(found: Callable[[], locks.Lock | None]) -> locks.Lock:
    deadline = time.monotonic() + SECONDS
    while (what := found()) is None:
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.02)
    return what


def test_a_lock_let_go_can_be_taken_again(engine: Engine) -> None:
    for _ in range(3):
        lock = locks.take(engine, "send")
        assert lock is not None
        lock.release()


def test_a_lock_whose_session_or_file_is_gone_is_no_longer_held(engine: Engine, tmp_path: Path) -> None:
    lock = locks.take(engine, "serve")
    assert lock is not None
    if db.is_sqlite(engine):
        (tmp_path / "book.sqlite3.serve.lock").unlink()
    else:
        with db.writing(engine) as connection:
            others = "FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    assert not lock.held()
    lock.release()


def test_a_lock_that_may_not_be_written_is_told_in_a_sentence(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "book.sqlite3").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "book.sqlite3.send.lock").mkdir()
    with pytest.raises(PolicyserveError, match=r"send\.lock' cannot be opened"):
        locks.take(db.open_engine(f"sqlite:///{tmp_path / 'book.sqlite3'}"), "send")


# Runs


def test_a_run_is_a_row_before_it_begins_and_its_end_is_in_the_same_row(engine: Engine) -> None:
    run = job_run.begin(engine, "send", NOON, at=NOON.astimezone(UTC))
    assert [one.status for one in runs(engine)] == ["running"]
    ending = job_run.carry_out(engine, run, lambda: Sentence("12 sent"))
    assert runs(engine) == [Kept("send", NOON, "done", "12 sent")]
    assert ending.status == "done"


def test_a_job_in_hand_is_not_begun_again(engine: Engine) -> None:
    run = job_run.begin(engine, "send", NOON, at=NOON.astimezone(UTC))
    with pytest.raises(RunningElsewhereError):
        job_run.begin(engine, "send", NOON + timedelta(minutes=5), at=NOON.astimezone(UTC))
    job_run.carry_out(engine, run, lambda: Sentence(""))
    assert len(runs(engine)) == 1


def test_a_job_runs_once_for_each_time_that_it_is_due(engine: Engine) -> None:
    job_run.carry_out(engine, job_run.begin(engine, "send", NOON, at=NOON.astimezone(UTC)), lambda: Sentence(""))
    with pytest.raises(RunBeforeError, match="2026-11-21T12:00:00"):
        job_run.begin(engine, "send", NOON, at=NOON.astimezone(UTC))
    again = job_run.begin(engine, "send", NOON + timedelta(minutes=5), at=NOON.astimezone(UTC))
    again.lock.release()


def test_our_own_errors_are_kept_as_they_are_and_of_others_only_the_kind(engine: Engine) -> None:
    def fail(error: Exception) -> Callable[[], Sentence]:
        def work() -> Sentence:
            raise error

        return work

    for minute, error in enumerate((PolicyserveError("The gateway is away; look at it."), KeyError("13800138000"))):
        due = NOON + timedelta(minutes=minute)
        job_run.carry_out(engine, job_run.begin(engine, "send", due, at=due.astimezone(UTC)), fail(error))
    kept = runs(engine)
    assert [one.status for one in kept] == ["failed", "failed"]
    assert kept[0].result == "The gateway is away; look at it."
    assert "KeyError" in (kept[1].result or "")
    assert "138" not in (kept[1].result or "")


def lose(engine: Engine, due: datetime, job: str = "release") -> None:
    """Leave a run as its process left it that was killed."""
    job_run.begin(engine, job, due, at=due.astimezone(UTC)).lock.release()


def test_a_run_whose_process_died_is_marked_lost_by_the_next_run(engine: Engine) -> None:
    lose(engine, NOON)
    job_run.carry_out(
        engine, job_run.begin(engine, "release", wall("12:05"), at=NOON.astimezone(UTC)), lambda: Sentence("")
    )
    assert [one.status for one in runs(engine)] == ["lost", "done"]


def test_a_run_that_goes_on_is_not_lost(engine: Engine) -> None:
    run = job_run.begin(engine, "release", NOON, at=NOON.astimezone(UTC))
    assert not job_run.sweep(engine, "release", at=NOON.astimezone(UTC))
    assert [one.status for one in runs(engine)] == ["running"]
    run.lock.release()


def test_a_sweep_tells_whether_a_process_died(engine: Engine) -> None:
    assert not job_run.sweep(engine, "release", at=NOON.astimezone(UTC))
    lose(engine, NOON)
    assert job_run.sweep(engine, "release", at=NOON.astimezone(UTC))
    assert not job_run.sweep(engine, "release", at=NOON.astimezone(UTC))
    assert [one.status for one in runs(engine)] == ["lost"]


def test_a_run_called_lost_while_its_server_was_away_is_done_when_it_ends(engine: Engine) -> None:
    run = job_run.begin(engine, "release", NOON, at=NOON.astimezone(UTC))
    job_run.mark_lost(engine, "release", at=NOON.astimezone(UTC))
    job_run.carry_out(engine, run, lambda: Sentence("5 added"))
    assert runs(engine) == [Kept("release", NOON, "done", "5 added")]


# A clock that stood wrong


def done(engine: Engine, due: datetime, at: datetime | None = None, job: str = "release") -> None:
    run = job_run.begin(engine, job, due, at=(at or due).astimezone(UTC))
    job_run.carry_out(engine, run, lambda: Sentence(""))


def next_release(engine: Engine, now: datetime) -> Turn:
    now = now.astimezone(UTC)
    return turns_of(SETTINGS, last_runs(engine, WORKS, now=now), now=now, since=now)[0]


NIGHT = wall("01:30")


@pytest.mark.parametrize("days", [400, 1, -1, -400])
def test_runs_of_a_moment_in_which_the_clock_stood_wrong_count_for_nothing(engine: Engine, days: int) -> None:
    moment = timedelta(days=days)
    done(engine, NIGHT)
    done(engine, NIGHT + moment)
    done(engine, wall("01:35"), job="send")
    assert next_release(engine, wall("12:00")).due in {NIGHT, NIGHT + timedelta(days=1)}  # once more does no harm
    for day in range(1, 3):
        due = next_release(engine, NIGHT + timedelta(days=day))
        assert due.due == NIGHT + timedelta(days=day)
        done(engine, due.due)
        assert next_release(engine, NIGHT + timedelta(days=day, hours=3)).due == NIGHT + timedelta(days=day + 1)


def test_what_was_run_while_the_clock_stood_ahead_is_run_when_its_time_comes(engine: Engine) -> None:
    ahead = NIGHT + timedelta(days=400)
    done(engine, ahead)
    done(engine, ahead - timedelta(days=1))
    done(engine, ahead - timedelta(minutes=15), job="send")  # when the time comes, by a clock that is right
    assert next_release(engine, ahead + timedelta(minutes=1)).due == ahead
    done(engine, ahead)
    with pytest.raises(RunBeforeError):
        done(engine, ahead, at=ahead + timedelta(hours=1))


def test_a_clock_that_stood_ahead_is_seen(engine: Engine) -> None:
    done(engine, NIGHT)
    assert health(engine, SETTINGS, now=NIGHT.astimezone(UTC)).clock_stood_ahead_until is None
    done(engine, NIGHT + timedelta(days=400))
    found = health(engine, SETTINGS, now=NIGHT.astimezone(UTC))
    assert found.clock_stood_ahead_until == NIGHT + timedelta(days=400)
    assert found.answer()["clock_stood_ahead_until"] == "2027-12-26T01:30:00+08:00"
    assert found.answer()["jobs"]["release"]["last_success"].startswith("20")


# The loop


SETTINGS = Settings(
    database_url="", time_zone="Asia/Shanghai", file=SettingsFile(gateways={"vendor": {"kind": "http", "key": "hush"}})
)

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


# What people see


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
