"""The drawing process of a report: it ends with the report, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPORT = """
import os, sys, time
from policyserve.reporting.drawing_process import Pen

if __name__ == "__main__":
    with Pen() as pen:
        if sys.argv[1] != "starting":
            pen._process.submit(os.getpid).result()
        if sys.argv[1] == "drawing":
            pen._process.submit(time.sleep, 600)
        print(sys.argv[1], flush=True)
        time.sleep(600)
"""
"""A report whose drawing process starts, draws, or waits for the next picture."""

SECONDS = 20.0


@pytest.fixture
def report(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "report.py"
    program.write_text(REPORT)
    command = [sys.executable, str(program), request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def children(parent: int) -> list[int]:
    """Name the processes of a session, its first one left out: who lost their parent are still among them."""
    found = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(parent)], capture_output=True, text=True, check=False)
    rows = [line.split() for line in found.stdout.splitlines()]
    return [int(pid) for pid, state in rows if int(pid) != parent and not state.startswith("Z")]


def until_none_is_left(parent: int) -> list[int]:
    deadline = time.monotonic() + SECONDS
    while (left := children(parent)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.mark.parametrize(
    ("report", "signal_sent"),
    [("idle", signal.SIGTERM), ("drawing", signal.SIGKILL), ("starting", signal.SIGKILL)],
    indirect=["report"],
)
def test_a_report_that_is_killed_leaves_no_process_behind(
    report: subprocess.Popen[str], signal_sent: signal.Signals
) -> None:
    assert report.stdout is not None
    report.stdout.readline()
    assert children(report.pid), "the case did not come about"
    report.send_signal(signal_sent)
    report.wait(SECONDS)
    assert until_none_is_left(report.pid) == []
