"""The morning's push on both databases, to a server that plays the vendors."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from desks.task_book import MONDAY, fill, run, touch
from peers.robot_server import SECRET, RobotServer, robots
from policyserve import db
from policyserve.config import Settings
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.messages.notices import records, subscriptions
from policyserve.messages.notices.channels.channel import Answer, Rate, Robot
from policyserve.messages.notices.channels.registry import channel_of
from policyserve.messages.notices.pace import reserve
from policyserve.messages.notices.push import NoticeCounts, push_notices
from policyserve.messages.notices.records import LEASE, Candidate
from policyserve.messages.notices.subscriptions import AGENTS, NOTICES
from policyserve.messages.reasons import in_words
from policyserve.settings_file import NoticeSettings, SettingsFile
from policyserve.standard.model import Standard

EIGHT = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)
"""Eight o'clock on Monday in Shanghai."""

SETTINGS = Settings(database_url="", language="zh")

STANDARD = Standard.model_validate(
    {
        "name": "small",
        "version": "1",
        "services": [
            {
                "code": "visit-m4",
                "name": "Policy check-up",
                "name_zh": "保单体检",
                "level": "assessed",
                "stage": "know",
                "subject": "policy",
                "trigger": {"kind": "after", "anchor": "issue", "months": 4},
                "channels": ["visit"],
            }
        ],
    }
)


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


def choose(engine: Engine, agent_no: str, kind: str, address: str, **others: Any) -> None:
    with db.writing(engine) as connection:
        subscriptions.set_channel(connection, agent_no, kind=kind, address=address, as_of=MONDAY, **others)


def push(engine: Engine, at: datetime = EIGHT, *, settings: Settings = SETTINGS, **others: Any) -> NoticeCounts:
    language = others.pop("language", settings.language)
    return push_notices(engine, settings, STANDARD, as_of=MONDAY, at=at, language=language, **others)


def stored(engine: Engine) -> list[tuple[int, str, int]]:
    """Return agent, status and attempts of all notices."""
    columns = (NOTICES.c.agent_id, NOTICES.c.status, NOTICES.c.attempts)
    with db.reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(NOTICES.c.agent_id))]


def reason(engine: Engine) -> str | None:
    with db.reading(engine) as connection:
        found: str | None = connection.scalar(select(NOTICES.c.reason))
    return in_words(found, "en")


def minutes(count: float) -> datetime:
    """Return the instant so many minutes after eight."""
    return EIGHT + timedelta(minutes=count)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_notice_reaches_its_robot_once_however_often_it_runs(
    book: Engine, server: RobotServer, key: str, kind: str
) -> None:
    choose(book, "1002", kind, server.address(f"ok/{key}"))
    assert push(book) == NoticeCounts(sent=1)
    assert push(book, minutes(5)) == NoticeCounts()
    (received,) = [one for one in server.received if one.path == f"/ok/{key}"]
    assert "Agent 1002您好！5月4日（周一）：1位客户，1项任务" in received.text
    assert "客女士" in received.text
    assert stored(book) == [(2, "sent", 1)]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise loads it
def test_apprise_sends_too_and_its_failures_are_in_doubt(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "apprise", server.address(f"ok/{key}").replace("http", "json"))
    choose(book, "1003", "apprise", server.address(f"status/500/{key}").replace("http", "json"))
    assert push(book) == NoticeCounts(sent=1, unknown=1)
    assert server.count(f"ok/{key}") == 1
    assert push(book, minutes(5)) == NoticeCounts()


def test_an_agent_with_nothing_due_gets_none_until_something_is(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1004", "wecom", server.address(f"ok/{key}"))
    assert push(book) == NoticeCounts(nothing=1)
    assert stored(book) == []
    run(book, [touch(policy=1), touch(policy=3), touch(policy=2, agent_id=4)])
    assert push(book, minutes(30)) == NoticeCounts(sent=1)


def test_who_has_left_gets_none_and_the_manager_gets_the_work(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}left"))
    choose(book, "1001", "wecom", server.address(f"ok/{key}manager"))
    with db.writing(book) as connection:
        connection.execute(update(AGENTS).where(AGENTS.c.agent_no == "1002").values(left_on=MONDAY))
    assert push(book) == NoticeCounts(sent=1)
    assert (server.count(f"ok/{key}left"), server.count(f"ok/{key}manager")) == (0, 1)
    with pytest.raises(PolicyserveError, match="left on"):
        choose(book, "1002", "wecom", server.address(f"ok/{key}"))


def test_the_hour_is_that_of_the_agent_else_of_the_installation(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    choose(book, "1003", "wecom", server.address(f"ok/{key}late"), at=time(9, 30))
    assert push(book, minutes(-0.1)) == NoticeCounts(early=2)
    assert push(book, minutes(0)) == NoticeCounts(sent=1, early=1)
    assert push(book, minutes(89.9)) == NoticeCounts(early=1)
    assert push(book, minutes(90)) == NoticeCounts(sent=1)


def test_the_installations_hour_and_number_of_customers_are_settings(
    book: Engine, server: RobotServer, key: str
) -> None:
    run(book, [touch(policy=1), touch(policy=3), touch(policy=3, agent_id=2, ordinal=2)])
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    settings = replace(SETTINGS, file=SettingsFile(notices=NoticeSettings(at=time(7), most=1)))
    assert push(book, minutes(-60), settings=settings) == NoticeCounts(sent=1)
    (received,) = [one for one in server.received if one.path == f"/ok/{key}"]
    assert received.text.endswith("……另有1位客户")


def test_the_business_time_zone_tells_the_hour(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    london = replace(SETTINGS, time_zone="Europe/London")
    assert push(book, datetime(2026, 5, 4, 6, 59, tzinfo=UTC), settings=london) == NoticeCounts(early=1)
    assert push(book, datetime(2026, 5, 4, 7, 0, tzinfo=UTC), settings=london) == NoticeCounts(sent=1)


def test_a_morning_that_is_over_is_not_made_up_for(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    choose(book, "1003", "wecom", server.address(f"ok/{key}afternoon"), at=time(13))
    assert push(book, minutes(240)) == NoticeCounts(early=1)
    assert push(book, minutes(420)) == NoticeCounts(sent=1)
    assert server.count(f"ok/{key}") == 0


def test_by_hand_the_hour_does_not_count_and_still_nobody_gets_two(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "wecom", server.address(f"ok/{key}"))
    assert push(book, minutes(600), by_hand=True) == NoticeCounts(sent=1)
    assert push(book, minutes(601), by_hand=True) == NoticeCounts()


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
from datetime import datetime
sys.path[:0] = sys.argv[1].split(":")
from test_notices import EIGHT, push
from policyserve import db
engine = db.open_engine(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
print(push(engine).sent, flush=True)
"""
"""A push in a process of its own; it waits for a line before it starts."""


def start(url: str) -> subprocess.Popen[str]:
    here = Path(__file__).parent
    command = [sys.executable, "-c", AT_ONCE, f"{here}:{here.parent}", url]
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


def test_the_list_shows_the_last_notice_and_no_key(book: Engine, server: RobotServer, key: str) -> None:
    choose(book, "1002", "feishu", server.address(f"ok/{key}"), secret=SECRET, at=time(7, 30))
    choose(book, "1004", "wecom", f"https://example.com/hook?key={key}")
    push(book)
    with db.reading(book) as connection:
        rows = subscriptions.channels(connection, time(8), "en")
    assert key not in str(rows)
    assert SECRET not in str(rows)
    shown = [(row["agent_no"], row["channel"], row["at"], row["day"], row["status"], row["tasks"]) for row in rows]
    assert shown == [("1002", "feishu", "07:30", MONDAY, "sent", 1), ("1004", "wecom", "08:00", None, None, None)]


def test_a_channel_can_be_changed_and_removed(book: Engine, key: str) -> None:
    choose(book, "1002", "wecom", f"https://example.com/{key}")
    choose(book, "1002", "feishu", f"https://example.com/{key}2", secret=SECRET)
    with db.writing(book) as connection:
        assert subscriptions.channel_chosen(connection, "1002") == (
            "feishu",
            Robot(address=f"https://example.com/{key}2", secret=SECRET),
        )
        assert subscriptions.remove_channel(connection, "1002")
        assert not subscriptions.remove_channel(connection, "1002")
        assert subscriptions.channel_chosen(connection, "1002") is None
        with pytest.raises(NotFoundError):
            subscriptions.remove_channel(connection, "nobody")
