"""Runs of jobs on both databases: kept, lost, run again, and a clock that stood wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from desks.job_runs import NOON, SETTINGS, Kept, done, runs, wall
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.scheduler import job_run
from policyserve.scheduler.health import health
from policyserve.scheduler.job_run import RunBeforeError, RunningElsewhereError
from policyserve.scheduler.jobs import WORKS
from policyserve.scheduler.leader import turns_of
from policyserve.scheduler.run_records import last_runs
from policyserve.scheduler.turns import Turn


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
