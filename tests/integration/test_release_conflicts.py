"""Release while others work, twice at once, and killed half-way: nothing doubled, nothing half."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine

from desks.task_book import AT, MANY, MONDAY, because, close, evidence, fill, run, steps, tasks
from policyserve import db
from policyserve.tasks import deeds
from policyserve.tasks.release import ReleaseCounts
from policyserve.tasks.transitions import Stamp

AGENT = Stamp(at=AT, as_of=MONDAY, actor="1002")

KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from desks.task_book import MANY, run
from policyserve import db
engine = db.open_engine(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
run(engine, MANY)
"""
"""A release in a process of its own; it waits for a line before it starts."""


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def together(*works: Callable[[], object]) -> None:
    """Run pieces of work at once and wait for all; the first error is raised."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_two_releases_at_once_add_each_task_once(book: Engine) -> None:
    together(lambda: run(book, MANY), lambda: run(book, MANY))
    assert len(tasks(book)) == len(steps(book)) == 300


def finish(engine: Engine, task_ids: list[int]) -> None:
    for task_id in task_ids:
        with db.writing(engine) as connection:
            deeds.done(connection, task_id, AGENT, on=MONDAY, channel="visit")


def test_what_an_agent_does_while_a_release_moves_it_stays_done(book: Engine) -> None:
    run(book, MANY)
    later = [one | {"due": MONDAY + timedelta(days=1)} for one in MANY]
    together(lambda: finish(book, list(range(1, 21))), lambda: run(book, later))
    stored = tasks(book)
    assert [task.status for task in stored[:20]] == ["done"] * 20
    assert Counter(task.status for task in stored) == {"done": 20, "open": 280}
    assert Counter(step[0] for step in steps(book))["done"] == 20


def test_a_task_closed_between_reading_and_writing_is_left_to_who_closed_it(book: Engine) -> None:
    run(book, MANY[:2])

    def meanwhile(asked: pl.DataFrame) -> pl.DataFrame:
        close(book, 1, "done")  # another connection, which commits while the release is under way
        return because(asked, "gone")

    assert run(book, [], facts=evidence(why_not=meanwhile)) == ReleaseCounts(cancelled=1)
    assert [task.status for task in tasks(book)] == ["done", "cancelled"]
    assert [step[0] for step in steps(book)] == ["added", "added", "cancelled"]


def start(url: str) -> subprocess.Popen[str]:
    here = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", KILLED, here, url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str], seconds: float) -> None:
    """Let a release begin, and kill it after some seconds."""
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.slow
def test_a_release_that_is_killed_leaves_all_or_nothing_and_the_next_one_completes_it(
    book: Engine, database_url: str
) -> None:
    processes = [start(database_url) for _ in range(4)]
    for process, seconds in zip(processes, (0.02, 0.05, 0.1, 0.2), strict=True):
        kill(process, seconds)
        assert (len(tasks(book)), len(steps(book))) in {(0, 0), (300, 300)}
    run(book, MANY)
    assert len(tasks(book)) == len(steps(book)) == 300
