"""Lists that a clerk sends by a page, for tests: what is sent, pressed and read there."""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from desks.page_book import Branch

GOOD = "customer_no,name,deceased_on\n0008,客户8,\n0009,客户9,\n"
MIXED = f"{GOOD},客户10,\n0011,客户11,1983-13-45\n"


def send(branch: Branch, clerk: TestClient, rows: str, name: str = "名单.csv") -> str:
    """Send a list of customers, let it be read, and return the address of its page."""
    answer = clerk.post(
        "/import", data={"kind": "customers"}, files={"file": (name, rows.encode())}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    branch.house.imports.finish()
    return answer.headers["location"]


def act(branch: Branch, clerk: TestClient, path: str, deed: str, **typed: str) -> str:
    """Press a button of a list's page; return the page when it has gone on."""
    clerk.post(path, data={"deed": deed, **typed})
    branch.house.imports.finish()
    return said(clerk, path)


def said(clerk: TestClient, path: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", clerk.get(path).text))


def counts(page: str) -> list[int]:
    """Return the rows read, added, updated, unchanged, rejected and with a warning."""
    return [int(one.replace(",", "")) for one in re.findall(r"<dd>([\d,]+)</dd>", page)]
