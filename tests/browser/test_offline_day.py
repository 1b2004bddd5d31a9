"""A day without network in a real browser: read, worked on, sent once when the network is back, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from peers.browser import rules_of_accessibility
from policyserve import db
from policyserve.access import sessions
from policyserve.access.viewer import SYSTEM
from policyserve.operations.tasks import finish_task
from policyserve.tasks.transitions import Stamp
from policyserve.web.visit import House

from .conftest import Visit, Visitor
from .test_every_tab import SERIOUS, WIDTH

pytestmark = pytest.mark.slow

KEPT = """async () => { const day = await caches.open('day');
  return navigator.serviceWorker.controller !== null && (await day.keys()).length > 3; }"""
ROWS = """async () => { const asked = indexedDB.open('policyserve', 1);
  await new Promise(done => asked.onsuccess = done);
  const rows = asked.result.transaction('forms').objectStore('forms').getAll();
  await new Promise(done => rows.onsuccess = done); asked.result.close();
  return rows.result.filter(one => one.key).length; }"""
WAITING = ROWS.replace("one.key", "one.state === 'waiting'")


def until(agent: Visitor, script: str) -> None:
    """Wait until a script, or what it promises, is true."""
    for _ in range(200):
        if agent.page.evaluate(script):
            return
        agent.page.wait_for_timeout(50)
    raise AssertionError(script)


def without_network(agent: Visitor, *, kept: bool = True) -> None:
    if kept:
        until(agent, KEPT)
    agent.page.context.set_offline(True)


def with_network(agent: Visitor) -> None:
    agent.page.context.set_offline(False)
    agent.page.locator(".state.waiting").first.wait_for(state="detached")


def write(agent: Visitor, deed: str, **typed: str) -> int:
    """Fill in a form of the first card that is not worked on yet, send it, and return the key of its task."""
    key = agent.page.locator("li.task:not(:has(.state))").first.get_attribute("data-task")
    task = agent.page.locator(f"#t-{key}")
    task.locator(f"a[data-deed={deed}]").click()
    for name, value in typed.items():
        task.locator(f"form[data-queue={deed}] [name={name}]").fill(value)
    task.locator(f"form[data-queue={deed}] button").click()
    task.locator(".state").wait_for()
    return int(key or "")


@pytest.fixture
def became(house: House) -> Iterator[Callable[[int], list[str]]]:
    """Yield what tells what became of a task in this test; afterwards all work is there again."""
    with db.reading(house.engine) as connection:
        newest = connection.scalar(text("SELECT max(id) FROM transitions"))
    steps = text("SELECT action FROM transitions WHERE task_id = :task AND id > :newest ORDER BY id")

    def told(task: int) -> list[str]:
        with db.reading(house.engine) as connection:
            return list(connection.execute(steps, {"task": task, "newest": newest}).scalars())

    yield told
    with db.writing(house.engine) as connection:
        connection.execute(text("DELETE FROM contacts"))
        connection.execute(text("UPDATE tasks SET status = 'open', snoozed_to = NULL WHERE status <> 'open'"))


Became = Callable[[int], list[str]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_three_deeds_without_network_arrive_once_when_it_is_back(visit: Visit, became: Became, language: str) -> None:
    agent = visit(language, "phone")
    page = agent.page
    without_network(agent)
    page.reload()
    keys = [write(agent, "done", outcome="met", note="spoke of cover")]
    latest = page.locator("li.task:not(:has(.state))").first.get_attribute("data-latest") or ""
    keys.append(write(agent, "put-off", to=latest))
    keys.append(write(agent, "skip", why="away"))
    page.reload()
    page.locator(".state.waiting").nth(2).wait_for()
    assert agent.says("No network", "没有网络") in page.locator("#queue").inner_text()
    assert agent.says("Waiting to be sent: 3", "等待上传：3") in page.locator("#queue").inner_text()
    assert page.locator(".state.waiting").count() == 3
    page.evaluate(rules_of_accessibility())
    assert page.evaluate(SERIOUS) == []
    assert page.evaluate(WIDTH)
    assert [became(key) for key in keys] == [[], [], []]
    with_network(agent)
    page.locator(".state.sent").nth(2).wait_for()
    assert [became(key) for key in keys] == [["done"], ["snoozed"], ["skipped"]]
    page.reload()
    page.goto(page.url)
    assert [became(key) for key in keys] == [["done"], ["snoozed"], ["skipped"]]
    until(agent, f"({ROWS})().then(rows => rows === 0)")
    agent.expect_failed_requests()


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_typed_is_lost(
    visit: Visit, house: House, became: Became
) -> None:
    agent = visit("en", "phone")
    page = agent.page
    without_network(agent)
    key = write(agent, "done", note="typed with care")
    task = page.locator(f"#t-{key}")
    assert became(key) == []
    stamp = Stamp(at=house.now(), as_of=house.today(), actor="somebody else")
    finish_task(house.engine, SYSTEM, key, stamp, on=house.today(), channel="call")
    with_network(agent)
    task.locator(".state.refused").wait_for()
    assert "marked done by somebody else" in task.locator(".state.refused").inner_text()
    assert task.locator("textarea").input_value() == "typed with care"
    page.reload()
    told = page.locator("#queue .lost")
    told.wait_for()
    assert "marked done by somebody else" in told.inner_text()
    assert "typed with care" in told.inner_text()
    page.evaluate(rules_of_accessibility())
    assert page.evaluate(SERIOUS) == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url("**/sign-in")
    agent.expect_failed_requests()


def test_a_session_that_is_over_keeps_the_queue_for_its_user_and_for_nobody_else(
    visit: Visit, house: House, became: Became
) -> None:
    agent = visit("en", "phone", workers=False)
    page = agent.page
    without_network(agent, kept=False)
    key = write(agent, "done", note="first")
    _end_sessions(house)
    page.context.set_offline(False)
    page.locator("#queue a").click()
    assert became(key) == []
    agent.enter("agent")
    page.goto(page.url.partition("?")[0])
    until(agent, f"({WAITING})().then(rows => rows === 0)")
    assert became(key) == ["done"]
    page.reload()  # the card that was sent is not the first one any more
    without_network(agent, kept=False)
    second = write(agent, "done", note="second")
    assert second != key
    _end_sessions(house)
    page.context.set_offline(False)
    page.locator("#queue a").wait_for()
    page.goto(page.url.partition("/today")[0] + "/sign-in")
    agent.enter("manager")
    until(agent, f"({ROWS})().then(rows => rows === 0)")
    page.goto(page.url.partition("/board")[0] + "/sign-in")
    agent.enter("agent")
    assert page.locator("li.task").count() > 0
    assert became(second) == []
    agent.expect_failed_requests()


def _end_sessions(house: House) -> None:
    with db.writing(house.engine) as connection:
        for user_id in connection.execute(text("SELECT id FROM users")).scalars().all():
            sessions.end_all(connection, user_id)
