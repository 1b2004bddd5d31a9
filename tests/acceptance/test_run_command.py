"""`run` and `jobs`: one job for cron, and what docs/cron.md tells people to write."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import COMMAND, Desk
from desks.house import SECONDS, SETTINGS, STAND_IN, at_work, until
from policyserve.cli import jobs as jobs_command
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.scheduler import jobs
from policyserve.scheduler.jobs import Work


@pytest.fixture
def jobs_of_the_test(monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    """Let `run` do what the test puts here."""
    works = dict(jobs.WORKS)
    monkeypatch.setattr(jobs_command, "WORKS", works)
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
    assert header == "job,due,started,seconds,status,result,attempt"
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
