"""A database with `serve` at work on it, in processes of their own, whose jobs write down what they do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from commands import Desk, Result
from policyserve import db
from policyserve.scheduler import jobs
from policyserve.scheduler.job_run import RUNS

STAND_IN = """
import datetime as dt, os, time
from pathlib import Path
from types import SimpleNamespace
from policyserve.operations import messages, notices, outbox, release
from policyserve.cli import main
from policyserve.locale import Sentence
from policyserve import config
from policyserve.cli import options
from policyserve.scheduler import job_run, jobs, leader

folder = Path(os.environ["JOBS_FOLDER"])

class Clock(dt.datetime):
    @classmethod
    def now(cls, zone=None):
        wrong = folder / "clock-wrong-by-days"
        return dt.datetime.now(zone) + dt.timedelta(days=int(wrong.read_text()) if wrong.exists() else 0)

config.datetime = options.datetime = job_run.datetime = leader.datetime = Clock

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
        return SimpleNamespace(sentence=lambda: Sentence(f"{name} done"))
    return work

release.release_tasks = stand_in("release")
messages.generate_messages = stand_in("generate")
outbox.send_messages = stand_in("send")
notices.push_notices = stand_in("notices")
outbox.take_in_news = lambda engine, settings, gateway, news, at: tell(f"news {gateway} {len(news.receipts)}")
jobs.released = lambda counts: counts.sentence()
main()
"""
"""The command with jobs that write down what they do.

The files `hold-JOB` and `fail-JOB` steer them, and `clock-wrong-by-days` the clock.
"""

SETTINGS = """
[gateways.vendor]
kind = "http"
url = "http://127.0.0.1:9/send"

[gateways.vendor.push]
token = "hush"

[jobs]
send_every_minutes = 1440
notices_every_minutes = 1440
first_pause_minutes = 0.02
overdue_minutes = 0.01
"""

RAN = "SELECT job, status FROM job_runs WHERE status <> 'before' ORDER BY id"

SECONDS = 60.0
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

    def put_clock_wrong(self, days: int) -> None:
        """Move the clock of every process."""
        self.desk.write("moved", str(days)).rename(self.desk.folder / "clock-wrong-by-days")

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
            found = connection.execute(text(RAN)).all()
        engine.dispose()
        return [(row.job, row.status) for row in found]

    def jobs(self) -> list[dict[str, Any]]:
        """What `policyserve jobs` shows in the environment of the house."""
        return self.ask("jobs", "--last", "100").rows

    def ask(self, *arguments: str) -> Result:
        """Run a command in the environment of the house."""
        with pytest.MonkeyPatch.context() as patched:
            for name, value in self.env.items():
                patched.setenv(name, value)
            return self.desk.run(*arguments, "--format", "json")

    def place(self, crowd: str = "(all|pages)") -> str:
        """Where the newest process listens to a crowd."""
        until(lambda: " listening " in self.said())
        found = re.search(rf"listening host=127.0.0.1 port=(\d+) crowd={crowd}", self.said())
        assert found
        return f"http://127.0.0.1:{found[1]}"

    def was_down_since(self, past: timedelta) -> None:
        """Leave the records as a scheduler left them that stopped in the past, all jobs done."""
        at, engine = datetime.now(UTC) - past, db.open_engine(self.desk.url)
        same = {"due_at": at, "started_at": at, "ended_at": at, "status": "before", "runner": "test"}
        with db.writing(engine) as connection:
            connection.execute(insert(RUNS), [{"job": job, "attempt": 1, **same} for job in jobs.WORKS])
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


def end_sessions(url: str) -> None:
    engine = db.open_engine(url)
    with engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    engine.dispose()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return str(answer.read().decode())


def push(url: str, body: bytes, *, token: str) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, {"Authorization": token}), timeout=SECONDS
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return int(refusal.code)
