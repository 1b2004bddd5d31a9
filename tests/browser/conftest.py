"""The demo's pages in a real browser: one browser and one server for a module, a session of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from peers import browser as peer
from policyserve.cli.demo.served import demo_house
from policyserve.web.app import make_pages
from policyserve.web.server import listen, serve_requests
from policyserve.web.visit import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CUSTOMERS = 400
EXPECTED = ("Failed to load resource", "Service Worker registration blocked")
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
WORDS = {"en": ("en-GB", "Agent"), "zh": ("zh-CN", "业务员")}


@dataclass(kw_only=True)
class Visitor:
    """Somebody with a browser, and what it complained of."""

    page: Page
    language: str
    complaints: list[str] = field(default_factory=list)

    def says(self, english: str, chinese: str) -> str:
        """Return what a page says in the visitor's language."""
        return {"en": english, "zh": chinese}[self.language]

    def enter(self, role: str) -> None:
        """Come in as somebody of the demo."""
        with self.page.expect_navigation():
            self.page.locator(f"button[value=demo-{role}]").click()

    def expect_failed_requests(self) -> None:
        """Take back complaints of requests that were to fail, without network or with a refusal."""
        self.complaints[:] = [one for one in self.complaints if not one.startswith(EXPECTED)]


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """Start the browser; its driver keeps an event loop running, which no other test may meet."""
    with peer.browser() as started:
        yield started


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Make the demo."""
    with demo_house("en", CUSTOMERS) as made:
        yield made


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    """Serve the demo, and yield its address."""
    socket = listen("127.0.0.1", 0)
    with serve_requests(make_pages(house, _raise), socket):
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"


def _raise(page: str, error: Exception) -> None:
    raise AssertionError(page) from error


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(opened: Browser, address: str) -> Iterator[Visit]:
    """Yield what opens the first page as somebody; at the end nothing may have been complained of."""
    visitors: list[Visitor] = []
    with ExitStack() as contexts:

        def come(
            language: str, size: str, role: str = "agent", *, scripts: bool = True, workers: bool = True
        ) -> Visitor:
            width, height = SIZES[size]
            context = opened.new_context(
                viewport={"width": width, "height": height}, locale=WORDS[language][0], java_script_enabled=scripts,
                service_workers="allow" if workers else "block",
            )  # fmt: skip
            contexts.callback(context.close)
            visitor = Visitor(page=context.new_page(), language=language)
            visitor.page.on("console", lambda said: _told(said.type, said.text, visitor.complaints))
            visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
            visitor.page.on("request", lambda asked: _stays(asked.url, address, visitor.complaints))
            visitor.page.goto(address)
            visitor.enter(role)
            visitors.append(visitor)
            return visitor

        yield come
        assert [visitor.complaints for visitor in visitors if visitor.complaints] == []


def _stays(url: str, address: str, complaints: list[str]) -> None:
    if not url.startswith((address, "data:")):
        complaints.append(f"a request left the machine: {url}")


def _told(kind: str, text: str, complaints: list[str]) -> None:
    if kind in {"error", "warning"}:
        complaints.append(text)
