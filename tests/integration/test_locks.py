"""Locks on both databases and in files: one holder at a time, free again when its process is gone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from desks.job_runs import SECONDS
from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.scheduler import locks

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
