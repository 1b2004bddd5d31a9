"""`serve` in processes of its own: outages, kills, clean stops, two at once."""

from __future__ import annotations

import json
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from commands import Desk, run
from desks.house import House, at_work, end_sessions, fetch, push, until
from policyserve.config import read_settings
from policyserve.scheduler import jobs


@pytest.fixture
def house(any_desk: Desk) -> Iterator[House]:
    with at_work(any_desk) as made:
        yield made


EVERY_JOB = ["generate", "notices", "release", "send"]


@pytest.mark.slow
def test_after_an_outage_each_job_runs_once_and_for_today(house: House) -> None:
    house.was_down_since(timedelta(days=3))
    process = house.serve()
    until(lambda: len([row for row in house.rows() if row[1] == "done"]) == 4)
    planned = [row for row in house.jobs() if row["status"] == "planned"]
    process.terminate()
    assert house.ends(process) == 0
    assert not [row for row in house.jobs() if row["status"] == "planned"]  # nobody is there to begin anything
    assert sorted(row[0] for row in house.rows()) == EVERY_JOB
    today = read_settings(house.env).today()
    lines = (house.desk.folder / "ran").read_text().splitlines()
    assert {line.split()[3] for line in lines if "send" not in line} == {str(today)}
    assert house.ran.index("release ends") < house.ran.index("generate begins")
    assert [row["job"] for row in planned] == ["release", "generate", "send", "notices"]
    assert all(datetime.fromisoformat(row["due"]) > datetime.now(UTC) for row in planned)


@pytest.mark.slow
def test_a_clean_stop_lets_the_job_in_hand_finish_and_begins_no_other(house: House) -> None:
    house.was_down_since(timedelta(days=1))
    house.mark("hold-release")
    house.mark("hold-send")
    process = house.serve()
    until(lambda: {"release begins", "send begins", "notices ends"} <= set(house.ran))
    process.terminate()
    until(lambda: "stopping" in house.said())
    until(lambda: "send ends" in house.ran)  # which looks at what tells it to stop
    assert process.poll() is None
    house.unmark("hold-release")
    assert house.ends(process) == 0
    assert "generate begins" not in house.ran
    assert Counter(house.rows()) == Counter([("release", "done"), ("send", "done"), ("notices", "done")])
    next_one = house.serve()
    until(lambda: ("generate", "done") in house.rows())
    next_one.send_signal(signal.SIGINT)
    assert house.ends(next_one) == 0
    assert house.ran.count("release begins") == 1


@pytest.mark.slow
def test_the_next_process_follows_one_that_is_killed_and_runs_its_lost_job_again(house: House) -> None:
    house.was_down_since(timedelta(days=1))
    house.mark("hold-release")
    first = house.serve()
    until(lambda: {"release begins", "send ends", "notices ends"} <= set(house.ran))
    second = house.serve()
    until(lambda: "waiting" in house.said(1))
    assert ("release", "running") in house.rows()
    first.kill()
    until(lambda: house.ran.count("release begins") == 2)
    house.unmark("hold-release")
    until(lambda: ("generate", "done") in house.rows())
    second.terminate()
    assert house.ends(second) == 0
    assert [status for job, status in house.rows() if job == "release"] == ["lost", "done"]
    assert [job for job, _ in house.rows()].count("generate") == 1


def test_a_second_signal_stops_at_once(desk: Desk) -> None:
    with at_work(desk) as house:
        house.was_down_since(timedelta(days=1))
        house.mark("hold-release")
        process = house.serve()
        until(lambda: "release begins" in house.ran)
        process.send_signal(signal.SIGINT)
        until(lambda: "stopping" in house.said())
        process.terminate()
        assert house.ends(process) == -signal.SIGTERM
        assert ("release", "running") in house.rows()


@pytest.mark.slow
def test_a_leader_whose_session_the_server_ends_leads_again_and_the_job_in_hand_counts_once(house: House) -> None:
    if house.desk.url.startswith("sqlite"):
        pytest.skip("SQLite has no sessions")
    house.was_down_since(timedelta(days=1))
    house.mark("hold-release")
    process = house.serve()
    until(lambda: {"release begins", "send ends", "notices ends"} <= set(house.ran))
    until(lambda: [row for row in house.rows() if row[1] == "done"] != [])
    end_sessions(house.desk.url)
    until(lambda: house.said().count(" leading ") == 2)
    house.unmark("hold-release")
    until(lambda: ("generate", "done") in house.rows())
    process.terminate()
    assert house.ends(process) == 0
    assert "no-longer-leading" in house.said()
    assert [status for job, status in house.rows() if job == "release"] == ["done"]


def test_a_job_that_fails_is_told_without_its_text_and_the_others_go_on(desk: Desk) -> None:
    with at_work(desk) as house:
        house.was_down_since(timedelta(days=1))
        house.mark("fail-release")
        process = house.serve()
        until(lambda: Counter(status for _, status in house.rows()) == {"done": 3, "failed": 1})
        process.terminate()
        assert house.ends(process) == 0
        (failed,) = [row for row in house.jobs() if row["status"] == "failed"]
        assert failed["job"] == "release"
        assert "ValueError" in failed["result"]
        for place in (json.dumps(house.jobs(), ensure_ascii=False), house.said()):
            assert "王小明" not in place
            assert "138" not in place


def test_call_backs_come_in_while_jobs_run_and_until_the_last_one_has_ended(desk: Desk) -> None:
    with at_work(desk) as house:
        house.was_down_since(timedelta(days=1))
        house.mark("hold-release")
        process = house.serve("--port", "0", "--workers", "0")  # the stand-ins are in this process
        until(lambda: "release begins" in house.ran)
        place = house.place()
        health = json.loads(fetch(f"{place}/health"))
        assert (health["leads"], set(health["jobs"])) == (True, set(jobs.WORKS))
        process.terminate()
        until(lambda: "stopping" in house.said())
        assert push(f"{place}/callbacks/vendor", b'{"id": "R-1", "state": "DELIVRD"}', token="hush") == 200
        assert push(f"{place}/callbacks/vendor", b'{"id": "R-1", "state": "DELIVRD"}', token="else") == 403
        assert house.ran.count("news vendor") == 1
        house.unmark("hold-release")
        assert house.ends(process) == 0
        assert house.said().splitlines()[-1].endswith(" stopped")


def test_a_port_that_is_taken_is_told_at_once(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = desk.run("serve", "--port", taken.getsockname()[1])
    assert result.status == 1
    assert "name others with --port and --host" in result.err


def test_serve_works_on_the_day_that_it_is(desk: Desk) -> None:
    result = run("--as-of", "2026-01-01", "serve", "--no-callbacks", db=desk.url)
    assert (result.status, "--as-of" in result.err) == (2, True)
