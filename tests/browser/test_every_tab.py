"""Every page that a role's tabs lead to: it opens, fits the screen, and axe finds nothing serious in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peers.browser import rules_of_accessibility
from policyserve.access.viewer import ROLES

from .conftest import SIZES, Visit

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

pytestmark = pytest.mark.slow

SERIOUS = """async () => (await axe.run()).violations.filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).join(", "))"""
WIDTH = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


LIST: FilePayload = {"name": "people.csv", "mimeType": "text/csv", "buffer": "agent_no,name\nX1,王一\n,李二\n".encode()}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("role", "language"), [(role, language) for role in ROLES for language in ("en", "zh")])
def test_pages_open_fit_and_can_be_used_by_everybody(visit: Visit, role: str, language: str, size: str) -> None:
    page = visit(language, size, role).page
    tabs = [tab.get_attribute("href") or "" for tab in page.locator("nav a").all()]
    assert tabs
    for tab in tabs:
        opens(page, tab)
    if (size, language) == ("phone", "zh"):  # what lies behind the tabs is looked at once
        for link in behind(page, role):
            opens(page, link)


def opens(page: Page, path: str) -> None:
    answer = page.goto("/".join(page.url.split("/")[:3]) + path)
    assert answer is not None
    assert answer.status == 200, path
    assert page.evaluate(WIDTH), f"{path} is wider than the screen"
    page.evaluate(rules_of_accessibility())
    assert page.evaluate(SERIOUS) == [], path


def behind(page: Page, role: str) -> list[str]:
    """Return what else somebody opens: a card, its policy and forms, a task, a list that was sent."""

    def first(path: str, links: str) -> str:
        page.goto("/".join(page.url.split("/")[:3]) + path)
        return page.locator(f"main a[href^='{links}']").first.get_attribute("href") or ""

    found = ["/account"]
    if role in {"agent", "manager", "clerk"}:
        card = first("/customers", "/customers/")
        found += [card, first(card, "/policies/")]
        if role == "agent":
            found += [*(f"{card}/{kind}" for kind in ("contact", "referral", "event")), "/calendar"]
            found += [first("/today", "/tasks/"), "/today?view=paper"]
        if role == "clerk":
            page.goto("/".join(page.url.split("/")[:3]) + "/import")
            page.locator("input[type=file]").set_input_files(LIST)
            page.locator("#send button").click()
            page.wait_for_selector("#columns")
            found += [f"{card}/personal-data", "/" + page.url.split("/", 3)[3]]
    return found
