"""An agent's day in a real browser: found, worked on and undone by clicks, with scripts or without."""

from __future__ import annotations

import re

import pytest

from .conftest import SIZES, Visit

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("zh", True), ("zh", False)])
def test_a_task_is_found_done_and_undone(visit: Visit, language: str, size: str, *, scripts: bool) -> None:
    agent = visit(language, size, scripts=scripts)
    page = agent.page
    assert page.title().startswith(agent.says("Today", "今日"))
    tasks = page.locator("li.task").count()
    task = page.locator("li.task").first
    service = task.locator(".what a").inner_text()
    assert task.locator(".until").inner_text().startswith(agent.says("until", "截至"))
    task.locator(".what a").first.click()
    assert page.locator("h1").inner_text() == service
    page.locator("#done input[name=outcome]").fill(agent.says("glad", "很高兴"))
    with page.expect_navigation():
        page.locator("#done button").click()
    told = page.locator("#told")
    assert service in told.inner_text()
    assert page.locator("li.task").count() == tasks - 1
    with page.expect_navigation():
        told.locator("button").click()
    assert page.locator("li.task").count() == tasks


def test_with_a_script_a_task_is_done_and_undone_on_its_card(visit: Visit) -> None:
    page = visit("zh", "phone").page
    tasks = page.locator("li.task").count()
    card = page.locator("li.task").first
    card.locator(".deeds a").first.click()
    card.locator("textarea").fill("很高兴")
    card.locator("form button").click()
    card.locator(".state.sent").wait_for()
    assert not card.locator(".deeds").is_visible()
    with page.expect_navigation():
        card.locator(".state button").click()
    assert page.locator("li.task").count() == tasks


def test_a_customer_is_called_from_the_list_and_from_the_card(visit: Visit) -> None:
    page = visit("zh", "phone").page
    listed = page.locator("a.call").first
    called = listed.get_attribute("href")
    assert called is not None
    assert re.fullmatch(r"tel:\+?\d+", called)
    page.locator("a[href^='/customers/C']").first.click()
    assert page.locator(f"a[href='{called}']").count() == 1


def test_whoever_signed_out_does_not_come_back_with_the_browsers_back(visit: Visit) -> None:
    page = visit("en", "phone").page
    day = page.url
    with page.expect_navigation(url="**/sign-in*"):  # the queue is emptied before the form goes
        page.locator("form[action='/sign-out'] button").click()
    page.goto(day)
    assert "/sign-in" in page.url
