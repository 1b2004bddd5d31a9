"""The installed command in processes of its own: pipes, interruptions, two at once."""

from __future__ import annotations

import io
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest

from commands import COMMAND, Desk, run_for_real
from desks.branch_desk import LATE, POLICIES
from policyserve.cli import main

MANY = 20_000


def start(desk: Desk, *arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [COMMAND, "--db", desk.url, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def many_customers(desk: Desk) -> Path:
    rows = "".join(f"K{number},Name {number},138{number:08d}\n" for number in range(MANY))
    return desk.write("many.csv", "customer_no,name,phone\n" + rows)


def count_customers(desk: Desk) -> int:
    with closing(sqlite3.connect(desk.folder / "desk.sqlite3")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM customers").fetchone()
    return int(count)


def test_the_installed_command_imports_and_says_by_its_status_that_rows_were_rejected(late: Desk) -> None:
    path = late.write("policies.csv", POLICIES.replace("P1", "P2") + "P3,C9,A1,2025-01-01,annual,10,no,10\n")
    result = run_for_real("--db", late.url, "import", "policies", path, "--as-of", LATE)
    assert result.status == 3
    assert "1 added" in result.out
    assert "\x1b" not in result.out


def test_a_reader_who_has_seen_enough_hurts_nobody(late: Desk) -> None:
    """As with `| head -0`: the reader is gone before the first line comes."""
    with start(late, "agenda", "A1", "--date", "2026-03-10", "--as-of", LATE) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        said = command.stderr.read().decode()
    assert command.returncode in {0, 1, -signal.SIGPIPE}
    assert "Traceback" not in said
    assert "did not expect" not in said


INTERRUPTED = """
import importlib.abc, runpy, sys

class Interrupt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "polars":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""
"""Starts a command that is interrupted while it loads its libraries, which takes most of its time."""


def test_an_interruption_while_the_command_starts_is_no_traceback(late: Desk) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, COMMAND, "--db", late.url, "release", "--as-of", LATE],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr


def test_an_interruption_amid_an_import_leaves_nothing_or_all_of_the_list(desk: Desk) -> None:
    command = start(desk, "import", "customers", many_customers(desk))
    log = desk.folder / "desk.sqlite3-wal"
    while command.poll() is None and not (log.exists() and log.stat().st_size > 100_000):
        time.sleep(0.005)
    command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=60)
    assert b"Traceback" not in said
    assert count_customers(desk) in {0, MANY}
    assert desk.do("import", "customers", desk.folder / "many.csv")
    assert count_customers(desk) == MANY


def test_two_imports_at_once_double_nothing(desk: Desk) -> None:
    path = many_customers(desk)
    both = [start(desk, "import", "customers", path) for _ in range(2)]
    ends = [(*command.communicate(timeout=60), command.returncode) for command in both]
    assert count_customers(desk) == MANY
    assert [status for _, _, status in ends].count(0) >= 1
    assert not [said for _, said, _ in ends if b"Traceback" in said or b"did not expect" in said]


def test_a_full_disk_under_the_output_is_told_in_a_sentence(late: Desk) -> None:
    said = io.StringIO()
    full = io.TextIOWrapper(io.FileIO("/dev/full", "w"), encoding="utf-8", line_buffering=True)
    with redirect_stdout(full), redirect_stderr(said), pytest.raises(SystemExit) as left:
        main(["--db", late.url, "plan", "--from", LATE, "--to", "2026-04-30", "--as-of", LATE])
    with suppress(OSError):
        full.close()
    assert left.value.code == 1
    assert "did not expect" not in said.getvalue()
