"""`serve` under attack, in processes of its own: wrong clocks, passing failures, kills, a database that goes away."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from commands import Desk
from desks.house import SECONDS, House, at_work, end_sessions, until
from peers import postgres
from policyserve import db
from policyserve.migrations import schema
from policyserve.scheduler import jobs
from policyserve.scheduler.job_run import RUNS

DAY = timedelta(days=1)


@pytest.fixture
def house(any_desk: Desk) -> Iterator[House]:
    with at_work(any_desk) as made:
        yield made


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    with postgres.own_server() as server:
        yield server


def runs(house: House) -> list[Any]:
    engine = db.open_engine(house.desk.url)
    with db.reading(engine) as connection:
        found = connection.execute(select(RUNS).where(RUNS.c.runner != "test").order_by(RUNS.c.id)).all()
    engine.dispose()
    return list(found)


def health(place: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{place}/health", timeout=SECONDS) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read())


def stop(house: House) -> None:
    house.started[-1].terminate()
    assert house.ends(house.started[-1]) == 0


def test_a_moment_in_which_the_clock_stood_ahead_stops_no_job(desk: Desk) -> None:
    with at_work(desk) as house:
        house.was_down_since(DAY)
        house.put_clock_wrong(3)
        house.serve("--port", "0")
        until(lambda: [run.status for run in runs(house)].count("done") == len(jobs.WORKS))
        house.unmark("clock-wrong-by-days")
        until(lambda: done_now(house) == set(jobs.WORKS))
        assert "clock-stood-ahead" in house.said()
        ahead = datetime.fromisoformat(health(house.place())[1]["clock_stood_ahead_until"])
        assert 2 * DAY < ahead - datetime.now(UTC) <= 3 * DAY
        assert "The clock stood ahead" in house.ask("health").err
        stop(house)


def done_now(house: House) -> set[str]:
    """Return the jobs that have succeeded for a time that has come."""
    return {run.job for run in runs(house) if run.status == "done" and run.due_at <= datetime.now(UTC)}


@pytest.mark.parametrize("days", [400, pytest.param(-400, marks=pytest.mark.slow)])
def test_no_job_works_for_the_day_of_a_clock_that_stands_wrong_before_somebody_confirms_it(
    desk: Desk, days: int
) -> None:
    with at_work(desk) as house:
        house.was_down_since(DAY)
        house.put_clock_wrong(days)
        house.serve("--port", "0")
        until(lambda: " clock-in-doubt " in house.said())
        by_hand = house.command("run", "send")
        assert house.ends(by_hand) == 1
        assert "No job works for that day before it is confirmed" in house.said()
        assert runs(house) == []
        house.unmark("clock-wrong-by-days")
        until(lambda: done_now(house) == set(jobs.WORKS))
        house.put_clock_wrong(days)
        until(lambda: house.said(0).count(" clock-in-doubt ") == 2)
        assert house.ends(house.command("run", "send", "--confirm-day")) == 0
        then = {"send"} if days < 0 else set(jobs.WORKS)  # before its first run a job waits for its hour
        until(lambda: {run.job for run in runs(house) if (run.started_at - datetime.now(UTC)) / days > DAY / 2} == then)
        house.started[0].terminate()
        assert house.ends(house.started[0]) == 0


@pytest.mark.slow
def test_a_job_that_fails_is_tried_again_until_it_succeeds_and_everybody_can_see_it(house: House) -> None:
    house.was_down_since(DAY)
    house.mark("fail-release")
    house.serve("--port", "0")
    until(lambda: [run.status for run in runs(house) if run.job == "release"].count("failed") >= 2)
    planned = next(row for row in house.jobs() if (row["job"], row["status"]) == ("release", "planned"))
    assert planned["attempt"] >= 2
    status, said = health(house.place())
    assert (status, said["status"], said["leads"]) == (200, "overdue", True)
    assert said["jobs"]["release"]["overdue_since"] is not None
    assert said["jobs"]["send"]["overdue_since"] is None
    asked = house.ask("health")
    assert (asked.status, "Overdue: release" in asked.err) == (1, True)
    house.unmark("fail-release")
    until(lambda: [run.status for run in runs(house) if run.job == "release"][-1] == "done")
    of_release = [run for run in runs(house) if run.job == "release"]
    assert [run.attempt for run in of_release] == list(range(1, len(of_release) + 1))
    assert len({run.due_at for run in of_release}) == 1
    assert health(house.place())[1]["status"] == "ok"
    assert house.ask("health").status == 0
    assert "王小明" not in json.dumps(said, ensure_ascii=False)
    stop(house)


@pytest.mark.slow
def test_a_job_of_cron_that_is_killed_is_repeated_by_the_process_that_leads(house: House) -> None:
    house.was_down_since(DAY)
    house.serve()
    until(lambda: [run.status for run in runs(house)].count("done") == len(jobs.WORKS))
    leader = house.started[-1]
    house.mark("hold-release")
    killed = house.command("run", "release")
    until(lambda: house.ran.count("release begins") == 2)
    killed.send_signal(signal.SIGKILL)
    house.unmark("hold-release")
    until(lambda: [run.status for run in runs(house) if run.job == "release"] == ["done", "lost", "done"])
    leader.terminate()
    assert house.ends(leader) == 0


@pytest.mark.slow
def test_serve_goes_on_when_its_database_was_away(own_server: postgres.Server, tmp_path: Path) -> None:
    engine = db.open_engine(own_server.url)
    schema.upgrade(engine)
    engine.dispose()
    with at_work(Desk(url=own_server.url, folder=tmp_path)) as house:
        house.serve("--port", "0")
        until(lambda: " leading " in house.said())
        assert health(house.place())[0] == 200
        end_sessions(own_server.url)
        until(lambda: house.said().count(" leading ") == 2)
        assert health(house.place())[0] == 200
        own_server.stop()
        assert health(house.place())[0] == 503
        until(lambda: health(house.place()) == (503, {"status": "no-database", "leads": False}))
        own_server.start()
        until(lambda: house.said().count(" leading ") == 3)
        assert health(house.place())[0] == 200
        house.was_down_since(DAY)
        until(lambda: [run.status for run in runs(house)].count("done") == len(jobs.WORKS))
        stop(house)
