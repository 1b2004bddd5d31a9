"""What a manager does at a desk, by clicks: households handed over and taken back, an absence entered and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import Visit, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

WHO = "The manager of the demo (demo-manager)"


def open_tab(manager: Visitor, path: str) -> Page:
    with manager.page.expect_navigation():
        manager.page.locator(f"nav a[href='{path}']").click()
    return manager.page


def send(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.locator(button).click()


def test_households_are_proposed_for_given_away_and_taken_back(visit: Visit) -> None:
    manager = visit("zh", "desk", "manager")
    page = open_tab(manager, "/handovers")
    send(page, "main td a[href^='/handovers/']")  # the demo has proposed for somebody
    leaver = page.locator("main table").first.locator("tbody tr").first.locator("td").first.inner_text().split()[0]
    open_tab(manager, "/handovers")
    page.fill("#propose input[name=agents]", leaver)
    send(page, "#propose button")
    assert "已拟定" in page.locator("h1").inner_text()
    assert WHO in page.locator("main").inner_text()
    household = page.locator("#choose option").first
    number, told = household.get_attribute("value") or "", household.inner_text()
    assert told.startswith(f"{number} ")
    taker = page.locator("#takers option").last.get_attribute("value") or ""
    page.fill("#choose input[name=agent_no]", taker)
    send(page, "#choose button")
    row = page.locator("main tbody tr", has_text=WHO)
    assert (number in row.inner_text(), taker in row.inner_text()) == (True, True)
    send(page, "#apply button")
    assert "已执行" in page.locator("h1").inner_text()
    assert page.locator("#apply").count() == 0
    page.fill("#undo input[name=why]", "人员留任")
    send(page, "#undo button")
    assert "已撤销" in page.locator("h1").inner_text()
    assert "人员留任" in page.locator("main").inner_text()
    assert page.locator("#undo").count() == 0


def test_an_absence_is_looked_at_entered_and_withdrawn(visit: Visit) -> None:
    manager = visit("en", "phone", "manager", scripts=False)
    page = open_tab(manager, "/absences")
    entered = page.locator("main tbody tr").count()
    away, stands_in = (page.locator("#colleagues option").nth(one).get_attribute("value") or "" for one in (1, 2))
    page.fill("#enter input[name=agent_no]", away)
    page.fill("#enter input[name=substitute_no]", stands_in)
    for name, day in {"from": "2027-03-01", "to": "2027-03-05"}.items():
        page.fill(f"#enter input[name={name}]", day)
    send(page, "#enter button[value=preview]")
    assert page.locator("#moves").count() == 1
    assert page.locator("#enter input[name=agent_no]").input_value() == away
    send(page, "#enter button[value=enter]")
    assert page.locator("main tbody tr").count() == entered + 1
    row = page.locator("main tbody tr", has_text="2027-03-01")
    with page.expect_navigation():
        row.locator("a[href^='/absences/']").click()
    send(page, "#withdraw button")
    open_tab(manager, "/absences")
    assert page.locator("main tbody tr").count() == entered
