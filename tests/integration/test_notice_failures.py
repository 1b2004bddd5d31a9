"""Failures of the morning's push on both databases: refused, tried again, in doubt."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from desks.robots import choose, minutes, push, stored
from desks.task_book import MONDAY, fill, run, touch
from peers.robot_server import SECRET, RobotServer, robots
from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.messages.notices.channels.channel import Answer
from policyserve.messages.notices.channels.registry import channel_of
from policyserve.messages.notices.push import NoticeCounts
from policyserve.messages.notices.subscriptions import NOTICES
from policyserve.messages.reasons import told


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


def reason(engine: Engine) -> str | None:
    with db.reading(engine) as connection:
        found: str | None = connection.scalar(select(NOTICES.c.reason))
    return told(found, "en")


REFUSALS = [
    ("wecom", "code/93000"),
    ("wecom", "code/40058"),
    ("dingtalk", "code/310000"),
    ("dingtalk", "code/123456"),
    ("feishu", "code/19021"),
    ("feishu", "code/9499"),
    ("wecom", "status/404"),
    ("wecom", "moved"),
]


@pytest.mark.parametrize(("kind", "path"), REFUSALS)
def test_a_refusal_on_http_200_is_a_refusal_and_is_not_tried_again_by_itself(
    book: Engine, server: RobotServer, key: str, kind: str, path: str
) -> None:
    choose(book, "1002", kind, server.address(f"{path}/{key}"))
    assert push(book) == NoticeCounts(refused=1)
    assert push(book, minutes(5)) == NoticeCounts()
    assert server.count(f"{path}/{key}") == 1
    assert stored(book) == [(2, "refused", 1)]
    assert key not in (reason(book) or "")
    assert server.count(f"ok/{key}") == 0


def test_what_was_refused_goes_once_the_channel_is_mended_and_somebody_asks(
    book: Engine, server: RobotServer, key: str
) -> None:
    choose(book, "1002", "wecom", server.address(f"code/93000/{key}"))
    assert push(book) == NoticeCounts(refused=1)
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    assert push(book, minutes(5)) == NoticeCounts()
    assert push(book, minutes(6), by_hand=True) == NoticeCounts(sent=1)
    assert stored(book) == [(2, "sent", 2)]


TEMPORARY = [
    ("wecom", "code/45009"),
    ("dingtalk", "code/130101"),
    ("dingtalk", "code/410100"),
    ("dingtalk", "code/-1"),
    ("feishu", "code/11232"),
    ("feishu", "crowded"),
    ("wecom", "status/500"),
    ("feishu", "status/503"),
    ("wecom", "status/429"),
]


@pytest.mark.parametrize(("kind", "path"), TEMPORARY)
def test_a_failure_that_may_pass_is_tried_five_times_and_then_given_up(
    book: Engine, server: RobotServer, key: str, kind: str, path: str
) -> None:
    choose(book, "1002", kind, server.address(f"{path}/{key}"))
    counts = [push(book, minutes(5 * count)) for count in range(6)]
    assert counts == [NoticeCounts(later=1)] * 4 + [NoticeCounts(failed=1), NoticeCounts()]
    assert server.count(f"{path}/{key}") == 5
    assert stored(book) == [(2, "failed", 5)]


def test_a_failure_that_passes_is_made_up_for_in_the_next_run(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"status/503/{key}"))
    assert push(book) == NoticeCounts(later=1)
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    assert push(book, minutes(5)) == NoticeCounts(sent=1)
    assert stored(book) == [(2, "sent", 2)]


def test_what_waits_at_noon_is_given_up(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"status/503/{key}"))
    push(book, minutes(239))
    assert stored(book) == [(2, "waiting", 1)]
    assert push(book, minutes(240)) == NoticeCounts()
    assert stored(book) == [(2, "failed", 1)]


def test_what_waited_yesterday_is_given_up_and_today_has_its_own_notice(
    book: Engine, server: RobotServer, key: str
) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    with db.writing(book) as connection:
        yesterday = {"day": MONDAY - timedelta(days=1), "tasks": 1, "attempts": 1, "at": minutes(-1440)}
        connection.execute(insert(NOTICES).values(agent_id=2, status="waiting", **yesterday))
    assert push(book) == NoticeCounts(sent=1)
    assert [status for _, status, _ in stored(book)] == ["failed", "sent"]


def test_no_connection_is_tried_again(book: Engine, key: str) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # nobody listens on it
        choose(book, "1002", "wecom", f"http://127.0.0.1:{unheard.getsockname()[1]}/{key}")
        assert push(book) == NoticeCounts(later=1)
    assert reason(book) == "no connection: ClientConnectorError"


DOUBTS = ["hang", "cut", "page", "status/502", "status/504", "status/200"]


@pytest.mark.parametrize("path", DOUBTS)
def test_what_may_have_arrived_is_unknown_and_never_sent_again(
    book: Engine, server: RobotServer, key: str, path: str
) -> None:
    choose(book, "1002", "dingtalk", server.address(f"{path}/{key}"))
    assert push(book, seconds=0.5 if path == "hang" else 10) == NoticeCounts(unknown=1)
    assert push(book, minutes(5)) == NoticeCounts()
    assert push(book, minutes(10), by_hand=True) == NoticeCounts()
    assert server.count(f"{path}/{key}") == 1
    assert stored(book) == [(2, "unknown", 1)]


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_the_vendor_finds_the_signature_right(book: Engine, server: RobotServer, key: str, kind: str) -> None:
    choose(book, "1002", kind, server.address(f"signed/{key}?access_token=a%2Bb"), secret=SECRET)
    choose(book, "1003", kind, server.address(f"signed/{key}wrong"), secret="another")
    assert push(book) == NoticeCounts(sent=1, refused=1)
    (right,) = [one for one in server.received if one.path == f"/signed/{key}"]
    assert right.query["access_token"] == "a+b"


def test_a_robot_without_a_signature_takes_no_secret(book: Engine, server: RobotServer, key: str) -> None:
    with pytest.raises(PolicyserveError, match="no secret"):
        choose(book, "1002", "wecom", server.address(f"ok/{key}"), secret=SECRET)


def test_a_robot_that_fails_is_left_alone_until_the_next_run(book: Engine, server: RobotServer, key: str) -> None:
    for agent_no in ("1002", "1003"):
        choose(book, agent_no, "wecom", server.address(f"status/503/{key}"))
    assert push(book) == NoticeCounts(later=2)
    assert server.count(f"status/503/{key}") == 1
    assert stored(book) == [(2, "waiting", 1)]
    push(book, minutes(5))
    assert stored(book) == [(2, "waiting", 1), (3, "waiting", 1)]


def test_one_robots_failure_costs_another_nothing(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"hang/{key}"))
    choose(book, "1003", "feishu", server.address(f"ok/{key}"))
    assert push(book, seconds=0.5) == NoticeCounts(sent=1, unknown=1)


def test_a_channel_that_breaks_in_a_way_nobody_foresaw_is_a_doubt(
    book: Engine, server: RobotServer, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_others: object) -> Answer:
        await asyncio.sleep(0)
        raise RuntimeError(key)

    monkeypatch.setattr(channel_of("wecom"), "send", broken)
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    assert push(book) == NoticeCounts(unknown=1)
    assert reason(book) == "something unforeseen (RuntimeError)"
