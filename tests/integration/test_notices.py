"""The morning's push on both databases, to a server that plays the vendors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, update

from desks.robots import SETTINGS, choose, minutes, push, stored
from desks.task_book import MONDAY, fill, run, touch
from peers.robot_server import SECRET, RobotServer, robots
from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.messages.notices import subscriptions
from policyserve.messages.notices.channels.channel import Robot
from policyserve.messages.notices.push import NoticeCounts
from policyserve.messages.notices.subscriptions import AGENTS
from policyserve.settings_file import NoticeSettings, SettingsFile


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


def test_a_notice_says_of_which_day_its_tasks_are_where_none_were_released_since(
    engine: Engine, server: RobotServer, key: str
) -> None:
    fill(engine)
    run(engine, [touch(policy=1)], as_of=MONDAY - timedelta(days=3))
    choose(engine, "1002", "wecom", server.address(f"ok/{key}"))
    assert push(engine) == NoticeCounts(sent=1)
    (received,) = [one for one in server.received if one.path == f"/ok/{key}"]
    assert "任务下发于5月1日，此后未再下发" in received.text
