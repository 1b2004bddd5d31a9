"""`serve` in processes of its own: outages, kills, clean stops, two at once; `run` and `jobs` beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import text

from commands import COMMAND, Desk, run
from policyserve import db
from policyserve.cli import serve
from policyserve.config import read_settings
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.scheduler import clock, jobs
from policyserve.scheduler.jobs import Work, schedule, zone_of

STAND_IN = """
import os, time
from pathlib import Path
from types import SimpleNamespace
from policyserve.operations import messages, notices, outbox, release
from policyserve.cli import main
from policyserve.locale import Sentence
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
"""The command with jobs that write down what they do; the files `hold-JOB` and `fail-JOB` steer them."""

SETTINGS = """
[gateways.vendor]
kind = "http"
url = "http://127.0.0.1:9/send"

[gateways.vendor.push]
token = "hush"

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


@pytest.mark.slow
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


def test_call_backs_come_in_while_jobs_run_and_until_the_last_one_has_ended(desk: Desk) -> None:
    with at_work(desk) as house:
        house.was_down_since(timedelta(days=1))
        house.mark("hold-release")
        process = house.serve("--port", "0")
        until(lambda: "release begins" in house.ran)
        found = re.search(r"listening host=127.0.0.1 port=(\d+)", house.said())
        assert found
        place = f"http://127.0.0.1:{found[1]}"
        assert json.loads(fetch(f"{place}/health")) == {"status": "ok", "leads": True}
        process.terminate()
        until(lambda: "stopping" in house.said())
        assert push(f"{place}/callbacks/vendor", b'{"id": "R-1", "state": "DELIVRD"}', token="hush") == 200
        assert push(f"{place}/callbacks/vendor", b'{"id": "R-1", "state": "DELIVRD"}', token="else") == 403
        assert house.ran.count("news vendor") == 1
        house.unmark("hold-release")
        assert house.ends(process) == 0
        assert house.said().splitlines()[-1].endswith(" stopped")


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


def test_a_port_that_is_taken_is_told_at_once(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = desk.run("serve", "--port", taken.getsockname()[1])
    assert result.status == 1
    assert "name others with --port and --host" in result.err


def test_serve_works_on_the_day_that_it_is(desk: Desk) -> None:
    result = run("--as-of", "2026-01-01", "serve", "--no-callbacks", db=desk.url)
    assert (result.status, "--as-of" in result.err) == (2, True)


# One job, for cron


@pytest.fixture
def jobs_of_the_test(monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    """Let `run` do what the test puts here."""
    works = dict(jobs.WORKS)
    monkeypatch.setattr(serve, "WORKS", works)
    return works


def test_run_does_a_job_says_what_came_of_it_and_keeps_it_in_the_same_record(
    any_desk: Desk, jobs_of_the_test: dict[str, Work]
) -> None:
    jobs_of_the_test["send"] = lambda call: Sentence(f"nothing to send on {call.as_of}")
    said = any_desk.do("run", "send", "--as-of", "2026-11-21")
    assert said == "nothing to send on 2026-11-21\n"
    (row,) = any_desk.ask("jobs")
    assert (row["job"], row["status"], row["result"]) == ("send", "done", "nothing to send on 2026-11-21")
    assert row["due"].endswith(":00+08:00")


def test_the_same_due_time_is_run_once_in_whatever_zone_it_is_written(
    any_desk: Desk, jobs_of_the_test: dict[str, Work]
) -> None:
    jobs_of_the_test["generate"] = lambda _call: Sentence("80 planned")
    assert any_desk.do("run", "generate", "--due", "2026-11-21T07:00") == "80 planned\n"
    assert "has been run for 2026-11-21T07:00:00" in any_desk.do("run", "generate", "--due", "2026-11-20T23:00Z")
    assert any_desk.do("run", "generate", "--due", "2026-11-22 07:00") == "80 planned\n"
    assert len(any_desk.ask("jobs")) == 2


def test_a_job_that_runs_elsewhere_is_left_to_it(any_desk: Desk, jobs_of_the_test: dict[str, Work]) -> None:
    jobs_of_the_test["send"] = lambda _call: Sentence(any_desk.do("run", "send", "--due", "2026-11-21T07:05"))
    assert "is running already" in any_desk.do("run", "send", "--due", "2026-11-21T07:00")
    assert [row["status"] for row in any_desk.ask("jobs")] == ["done"]


def test_a_job_that_fails_gives_status_1_and_its_sentence(desk: Desk, jobs_of_the_test: dict[str, Work]) -> None:
    def fail(_call: object) -> Sentence:
        raise PolicyserveError("There is no gateway 'vendor'; add it.")

    jobs_of_the_test["send"] = fail
    result = desk.run("run", "send")
    assert (result.status, result.err) == (1, "There is no gateway 'vendor'; add it.\n")
    (row,) = desk.ask("jobs")
    assert row["status"] == "failed"


def test_a_job_started_by_cron_ends_cleanly_on_a_signal(desk: Desk) -> None:
    with at_work(desk) as house:
        house.mark("hold-send")
        process = house.command("run", "send")
        until(lambda: "send begins" in house.ran)
        process.terminate()
        assert house.ends(process) == 0
        assert house.rows() == [("send", "done")]


@pytest.mark.parametrize("due", ["tomorrow", "2026-13-01T00:00", ""])
def test_a_due_time_that_is_none_is_wrong_usage(desk: Desk, due: str) -> None:
    result = desk.run("run", "send", "--due", due)
    assert (result.status, "is no instant" in result.err) == (2, True)


def test_jobs_are_shown_in_the_language_of_the_screen_and_as_csv(desk: Desk, jobs_of_the_test: dict[str, Work]) -> None:
    assert desk.do("jobs") == "Nothing to show.\n"
    jobs_of_the_test["send"] = lambda _call: Sentence("{count} sent", count=7)
    desk.do("run", "send", "--due", "2026-11-21T07:00", "--lang", "zh")
    shown = desk.do("jobs", "--lang", "zh")
    for words in ("作业", "应执行时间", "2026-11-21 07:00:00", "已完成", "已发送7"):
        assert words in shown
    header, row = desk.do("jobs", "--job", "send", "--format", "csv").splitlines()
    assert header == "job,due,started,seconds,status,result"
    assert row.startswith("send,2026-11-21 07:00:00+08:00,")


# What docs/cron.md tells people to write

GUIDE = (Path(__file__).parents[2] / "docs" / "cron.md").read_text("utf-8")

INSTALLED = "/opt/policyserve/bin/policyserve"


def blocks(language: str) -> list[str]:
    return list(re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL))


@pytest.mark.slow
def test_the_crontab_of_the_guide_runs_in_the_empty_environment_of_cron(desk: Desk) -> None:
    lines = [line for line in blocks("crontab")[0].splitlines() if line]
    given = dict(line.split("=", 1) for line in lines if not line.startswith(("*", "1", "3")))
    commands = [line.split(maxsplit=5)[5] for line in lines if line.startswith(("*", "1", "3"))]
    assert set(given) == {"POLICYSERVE_DATABASE_URL", "POLICYSERVE_SETTINGS"}
    program = desk.folder / "policyserve"
    program.write_text(f"#!{sys.executable}\n{STAND_IN}")
    program.chmod(0o755)
    env = {
        "HOME": str(desk.folder), "LOGNAME": "nobody", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin",
        "POLICYSERVE_DATABASE_URL": desk.url, "POLICYSERVE_SETTINGS": str(desk.write("settings.toml", SETTINGS)),
        "JOBS_FOLDER": str(desk.folder),
    }  # fmt: skip
    for command in commands:
        assert not re.search(r"(?<!\\)%", command)  # cron would take the rest for input
        line = command.replace("\\%", "%").replace(INSTALLED, str(program))
        done = subprocess.run(["/bin/sh", "-c", line], env=env, capture_output=True, check=False, timeout=SECONDS)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    rows = desk.ask("jobs")
    assert {row["job"]: row["status"] for row in rows} == dict.fromkeys(jobs.WORKS, "done")
    assert [row["due"][11:] for row in rows if row["job"] == "generate"] == ["07:00:00+08:00"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_the_units_and_timers_of_the_guide_are_right(tmp_path: Path) -> None:
    names = re.findall(r"`/etc/systemd/system/([^`]+)`", GUIDE)
    assert names == ["policyserve.service", "policyserve@.service", "policyserve-generate.timer"]
    for name, unit in zip(names, blocks("ini"), strict=True):
        (tmp_path / name).write_text(unit.replace(INSTALLED, str(COMMAND)))
    for name in names:
        path = tmp_path / name.replace("@", "@generate")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", path], capture_output=True, check=False, timeout=SECONDS
        )
        assert (done.returncode, done.stderr) == (0, b"")
    hours = re.findall(r"`(\*-\*-\*[^`]+)`|OnCalendar=(\*.+)", GUIDE)
    assert len(hours) == len(jobs.WORKS)
    for one in hours:
        subprocess.run(["systemd-analyze", "calendar", "".join(one)], check=True, capture_output=True, timeout=SECONDS)
