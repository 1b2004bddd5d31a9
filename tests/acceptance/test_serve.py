"""`serve` in processes of its own: outages, kills, clean stops, two at once; `run` and `jobs` beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import text

from commands import Desk
from policyserve import db
from policyserve.config import read_settings
from policyserve.scheduler import clock
from policyserve.scheduler.jobs import schedule, zone_of

STAND_IN = """
import os, time
from pathlib import Path
from types import SimpleNamespace
from policyserve import operations
from policyserve.cli import main
from policyserve.scheduler import jobs

folder = Path(os.environ["JOBS_FOLDER"])

def tell(words):
    with (folder / "ran").open("a") as file:
        file.write(words + "\\n")

def stand_in(name):
    def work(*_, as_of=None, stop=None, **others):
        tell(f"{name} begins {os.getpid()} {as_of}")
        if (folder / f"fail-{name}").exists():
            raise ValueError("王小明 13800138000")
        for _ in range(1500):
            if not (folder / f"hold-{name}").exists() or (stop and stop.is_set()):
                break
            time.sleep(0.02)
        tell(f"{name} ends {os.getpid()} {as_of}")
        return SimpleNamespace(in_words=lambda language: f"{name} in {language}")
    return work

operations.release = stand_in("release")
operations.generate_messages = stand_in("generate")
operations.send_messages = stand_in("send")
operations.push_notices = stand_in("notices")
operations.take_in_news = lambda engine, settings, gateway, news, at: tell(f"news {gateway} {len(news.receipts)}")
jobs.released_in_words = lambda counts, language: counts.in_words(language)
main()
"""
"""The command with jobs that write down what they do; the files `hold-JOB` and `fail-JOB` steer them."""

SETTINGS = """
[jobs]
send_every_minutes = 1440
notices_every_minutes = 1440
"""

SECONDS = 30.0
"""How long anything may take on a busy machine."""


def until(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not found():
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.05)


def where_it_is_noon() -> str:
    """Name a time zone in which no job comes due by itself while a test runs."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # these names count westwards


@dataclass
class House:
    """A database with a scheduler or two."""

    desk: Desk
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @cached_property
    def env(self) -> dict[str, str]:
        """What its commands find in the environment: send and notices are due at midnight."""
        settings = self.desk.write("settings.toml", SETTINGS)
        return {
            "JOBS_FOLDER": str(self.desk.folder),
            "POLICYSERVE_SETTINGS": str(settings),
            "POLICYSERVE_TIME_ZONE": where_it_is_noon(),
        }

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command with stand-in jobs; its standard error goes to a file of its own."""
        with self.log(len(self.started)).open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", STAND_IN, "--db", self.desk.url, *arguments],
                env={**os.environ, **self.env},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.started.append(process)
        return process

    def serve(self, *arguments: str) -> subprocess.Popen[str]:
        return self.command("serve", *(arguments or ("--no-callbacks",)))

    def log(self, number: int) -> Path:
        return self.desk.folder / f"log-{number}"

    def said(self, number: int = -1) -> str:
        return self.log(number if number >= 0 else len(self.started) + number).read_text()

    def mark(self, name: str) -> None:
        (self.desk.folder / name).touch()

    def unmark(self, name: str) -> None:
        (self.desk.folder / name).unlink()

    @property
    def ran(self) -> list[str]:
        """What the jobs wrote down, without the number of their process."""
        path = self.desk.folder / "ran"
        return [" ".join(line.split()[:2]) for line in path.read_text().splitlines()] if path.exists() else []

    def rows(self) -> list[tuple[str, str]]:
        """The runs as job and status, the oldest first."""
        engine = db.open_engine(self.desk.url)
        with db.reading(engine) as connection:
            found = connection.execute(text("SELECT job, status FROM job_runs ORDER BY id")).all()
        engine.dispose()
        return [(row.job, row.status) for row in found]

    def jobs(self) -> list[dict[str, str]]:
        return self.desk.ask("jobs", "--last", "100")

    def was_down_since(self, past: timedelta) -> None:
        """Leave the store as a scheduler left it that stopped in the past."""
        settings, engine = read_settings(self.env), db.open_engine(self.desk.url)
        with clock.opened(engine, zone_of(settings)) as times:
            times.arrange(schedule(settings), datetime.now(UTC) - past)
        engine.dispose()

    def ends(self, process: subprocess.Popen[str]) -> int:
        process.communicate(timeout=SECONDS)
        return process.returncode


@contextmanager
def at_work(desk: Desk) -> Iterator[House]:
    made = House(desk)
    try:
        yield made
    finally:
        for process in made.started:
            process.kill()
            process.communicate()


@pytest.fixture
def house(any_desk: Desk) -> Iterator[House]:
    with at_work(any_desk) as made:
        yield made


EVERY_JOB = ["generate", "notices", "release", "send"]


def test_after_an_outage_each_job_runs_once_and_for_today(house: House) -> None:
    house.was_down_since(timedelta(days=3))
    process = house.serve()
    until(lambda: len([row for row in house.rows() if row[1] == "done"]) == 4)
    process.terminate()
    assert house.ends(process) == 0
    assert sorted(row[0] for row in house.rows()) == EVERY_JOB
    today = read_settings(house.env).today()
    lines = (house.desk.folder / "ran").read_text().splitlines()
    assert {line.split()[3] for line in lines if "send" not in line} == {str(today)}
    assert house.ran.index("release ends") < house.ran.index("generate begins")
    planned = [row for row in house.jobs() if row["status"] == "planned"]
    assert [row["job"] for row in planned] == ["release", "generate", "send", "notices"]
    assert all(datetime.fromisoformat(row["due"]) > datetime.now(UTC) for row in planned)


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


def end_sessions(url: str) -> None:
    engine = db.open_engine(url)
    with engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    engine.dispose()


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
