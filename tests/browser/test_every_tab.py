"""Every page that a role's tabs lead to: it opens, fits the screen, and axe finds nothing serious in it."""

from __future__ import annotations

import pytest

from peers.browser import rules_of_accessibility
from policyserve.access.viewer import ROLES

from .conftest import SIZES, Visit

pytestmark = pytest.mark.slow

SERIOUS = """async () => (await axe.run()).violations.filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).join(", "))"""
WIDTH = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("role", "language"), [(role, language) for role in ROLES for language in ("en", "zh")])
def test_pages_open_fit_and_can_be_used_by_everybody(visit: Visit, role: str, language: str, size: str) -> None:
    page = visit(language, size, role).page
    tabs = [tab.get_attribute("href") or "" for tab in page.locator("nav a").all()]
    assert tabs
    for tab in tabs:
        answer = page.goto(page.url.partition("/")[0] + "//" + page.url.split("/")[2] + tab)
        assert answer is not None
        assert answer.status == 200, tab
        assert page.evaluate(WIDTH), f"{tab} is wider than the screen"
        page.evaluate(rules_of_accessibility())
        assert page.evaluate(SERIOUS) == [], tab
