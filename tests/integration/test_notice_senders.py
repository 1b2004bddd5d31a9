"""Senders of notices on both databases: claims, the rate of a robot, two at once, one that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from desks.robots import EIGHT, choose, minutes, push, stored
from desks.task_book import MONDAY, fill, run, touch
from peers.robot_server import RobotServer, robots
from policyserve import db
from policyserve.messages.notices import records
from policyserve.messages.notices.channels.channel import Answer, Rate
from policyserve.messages.notices.channels.registry import channel_of
from policyserve.messages.notices.pace import reserve
from policyserve.messages.notices.push import NoticeCounts
from policyserve.messages.notices.records import LEASE, Candidate
from policyserve.messages.notices.subscriptions import AGENTS


@pytest.fixture
def book(engine: Engine) -> Engine:
    """Agents 1002 and 1003 have a task each on Monday, 1001 and 1004 have none."""
    fill(engine)
    run(engine, [touch(policy=1), touch(policy=3)])
    return engine


@pytest.fixture(scope="module")
def server() -> Iterator[RobotServer]:
    with robots() as running:
        yield running


@pytest.fixture
def key(request: pytest.FixtureRequest, database_url: str) -> str:
    """A robot's key that no other test uses."""
    return f"{abs(hash((request.node.nodeid, database_url))):x}"


def candidate(engine: Engine) -> Candidate:
    (found,) = records.candidates(engine, MONDAY, by_hand=False)
    return found


def test_a_sender_that_died_after_the_claim_leaves_a_doubt_and_not_a_second_notice(
    book: Engine, server: RobotServer, key: str
) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    assert records.claim(book, candidate(book), MONDAY, tasks=1, at=EIGHT)
    assert push(book, EIGHT + LEASE) == NoticeCounts()
    assert stored(book) == [(2, "sending", 1)]
    assert push(book, EIGHT + LEASE + timedelta(seconds=1)) == NoticeCounts()
    assert stored(book) == [(2, "unknown", 1)]
    assert server.count(f"ok/{key}") == 0


def test_an_answer_that_comes_after_the_lease_is_better_than_a_doubt(book: Engine, key: str) -> None:
    choose(book, "1002", "wecom", f"https://example.com/{key}")
    held = records.claim(book, candidate(book), MONDAY, tasks=1, at=EIGHT)
    assert held
    records.close(book, MONDAY, [], at=minutes(11))
    assert stored(book) == [(2, "unknown", 1)]
    records.settle(book, held, Answer(outcome="accepted"), at=minutes(12))
    assert stored(book) == [(2, "sent", 1)]


def test_two_who_saw_the_same_candidate_do_not_both_get_the_claim(book: Engine, key: str) -> None:
    choose(book, "1002", "wecom", f"https://example.com/{key}")
    seen = candidate(book)
    first = records.claim(book, seen, MONDAY, tasks=1, at=EIGHT)
    assert first
    assert records.claim(book, seen, MONDAY, tasks=1, at=EIGHT) is None
    records.settle(book, first, Answer(outcome="later"), at=EIGHT)
    seen = candidate(book)
    assert records.claim(book, seen, MONDAY, tasks=1, at=EIGHT)
    assert records.claim(book, seen, MONDAY, tasks=1, at=EIGHT) is None


RATE = Rate(burst=10, seconds=6)


def test_a_shared_robot_gets_no_more_than_its_rate_in_any_minute(book: Engine, key: str) -> None:
    sent: list[float] = []
    while len(sent) < 45:
        wait = reserve(book, key, RATE, at=EIGHT, patience=1000)
        assert wait is not None
        sent.append(wait)
    assert sent[:10] == [0.0] * 10
    assert max(sum(1 for one in sent if start <= one < start + 60) for start in sent) <= 20


def test_who_would_wait_too_long_takes_no_place(book: Engine, key: str) -> None:
    for _ in range(12):
        reserve(book, key, RATE, at=EIGHT, patience=1000)
    assert reserve(book, key, RATE, at=EIGHT, patience=17) is None
    assert reserve(book, key, RATE, at=EIGHT, patience=18) == 18.0
    assert reserve(book, key, RATE, at=minutes(10), patience=0) == 0.0


def test_agents_who_share_a_robot_follow_each_other_at_its_pace(
    book: Engine, server: RobotServer, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_of("wecom"), "rate", Rate(burst=1, seconds=0.4))
    for agent_no in ("1002", "1003"):
        choose(book, agent_no, "wecom", server.address(f"ok/{key}"))
    began = clock.monotonic()
    assert push(book) == NoticeCounts(sent=2)
    assert clock.monotonic() - began >= 0.4


def test_a_robot_that_has_enough_leaves_the_others_to_the_next_run(
    book: Engine, server: RobotServer, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_of("wecom"), "rate", Rate(burst=1, seconds=100))
    for agent_no in ("1002", "1003"):
        choose(book, agent_no, "wecom", server.address(f"ok/{key}"))
    assert push(book) == NoticeCounts(sent=1, later=1)
    assert stored(book) == [(2, "sent", 1)]
    assert push(book, minutes(5)) == NoticeCounts(sent=1)


def test_a_run_that_is_told_to_stop_starts_no_further_notice(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    assert push(book, stopping=lambda: True) == NoticeCounts(later=1)
    assert stored(book) == []
    assert push(book, minutes(5)) == NoticeCounts(sent=1)


AT_ONCE = """
import sys
sys.path.insert(0, sys.argv[1])
from desks.robots import push
from policyserve import db
engine = db.open_engine(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
print(push(engine).sent, flush=True)
"""
"""A push in a process of its own; it waits for a line before it starts."""


def start(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", AT_ONCE, str(Path(__file__).parents[1]), url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def many_agents(engine: Engine, server: RobotServer, key: str, count: int) -> None:
    """Give many agents a task and a robot each."""
    keys = range(100, 100 + count)
    with db.writing(engine) as connection:
        for number in keys:
            connection.execute(insert(AGENTS).values(id=number, agent_no=f"A{number}", name="Agent", branch_id=1))
    run(engine, [touch(policy=1, ordinal=number, agent_id=number) for number in keys])
    for number in keys:
        choose(engine, f"A{number}", "wecom", server.address(f"ok/{key}-{number}"))


@pytest.mark.slow
def test_two_processes_at_once_push_each_notice_once(
    book: Engine, database_url: str, server: RobotServer, key: str
) -> None:
    many_agents(book, server, key, 30)
    processes = [start(database_url) for _ in range(2)]
    for process in processes:
        go(process)
    sent = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(sent) == 30
    assert [server.count(f"ok/{key}-{number}") for number in range(100, 130)] == [1] * 30
    assert {(status, attempts) for _, status, attempts in stored(book)} == {("sent", 1)}


@pytest.mark.slow
def test_a_push_that_is_killed_in_the_act_leaves_a_doubt_and_the_next_one_sends_the_rest(
    book: Engine, database_url: str, server: RobotServer, key: str
) -> None:
    choose(book, "1002", "wecom", server.address(f"hang/{key}"))
    process = start(database_url)
    go(process)
    deadline = clock.monotonic() + 30
    while not server.count(f"hang/{key}") and clock.monotonic() < deadline:
        clock.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert stored(book) == [(2, "sending", 1)]
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    choose(book, "1003", "wecom", server.address(f"ok/{key}other"))
    assert push(book, minutes(11)) == NoticeCounts(sent=1)
    assert stored(book) == [(2, "unknown", 1), (3, "sent", 1)]
    assert server.count(f"ok/{key}") == 0
