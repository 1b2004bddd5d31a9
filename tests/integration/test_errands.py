"""Requests whose client cuts the connection, over real sockets: what works for nobody ends within moments."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, text

from desks.page_book import Branch, take_branch
from policyserve import db
from policyserve.errands import while_waited_for
from policyserve.metrics.figure import Figure
from policyserve.operations import targets
from policyserve.operations.customers import Found
from policyserve.operations.figures import Reading
from policyserve.reporting import sheets
from policyserve.web.app import make_pages
from policyserve.web.pages import customers
from policyserve.web.server import listen, serve_requests

SOON = 5.0
"""Seconds within which it ends on a busy machine; alone it is less than one."""

LONG = 60.0

STATEMENTS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e10) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@dataclass
class Work:
    """Something that takes long."""

    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Tell when it begins and ends."""

        def told(*given: Any, **named: Any) -> Any:
            self.begun.set()
            try:
                return work(*given, **named)
            finally:
                self.ended.set()

        return told


@dataclass
class Server:
    """The pages on a port of their own."""

    branch: Branch
    port: int
    stop: threading.Event

    def asked(self, who: str, path: str) -> socket.socket:
        """Ask for a page as somebody who has signed in, without waiting for the answer."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.branch.signed_in(who).cookies.items())
        opened = socket.create_connection(("127.0.0.1", self.port), LONG)
        opened.sendall(f"GET {path} HTTP/1.1\r\nHost: branch\r\nCookie: {cookies}\r\n\r\n".encode())
        return opened


@pytest.fixture
def server(engine: Engine) -> Iterator[Server]:
    branch, stop, port = take_branch(engine), threading.Event(), listen("127.0.0.1", 0)
    pages = make_pages(
        replace(branch.house, stopping=stop.is_set), lambda page, error: branch.troubles.append(f"{page}: {error!r}")
    )
    with serve_requests(pages, port):
        yield Server(branch=branch, port=port.getsockname()[1], stop=stop)


def endless(facts: Reading) -> Figure:
    """Read what takes an hour."""
    facts.connection.execute(text(STATEMENTS[facts.connection.dialect.name]))
    raise AssertionError("it was read to its end")


def in_pieces(_: Reading) -> Figure:
    """Work on pieces without end."""
    for _piece in while_waited_for(count()):
        time.sleep(0.01)
    raise AssertionError("it came to its end")


@pytest.mark.parametrize("work", [endless, in_pieces])
def test_a_figure_ends_when_its_client_goes_away(
    server: Server, work: Callable[[Reading], Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Work()
    monkeypatch.setitem(targets.FIGURES, "forecast", told.around(work))
    with closing(server.asked("manager", "/forecast")):
        assert told.begun.wait(LONG)
        assert not told.ended.wait(0.3)
    assert told.ended.wait(SOON)
    assert server.branch.troubles == []


def test_the_connection_that_was_interrupted_is_used_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Work()
    monkeypatch.setitem(targets.FIGURES, "forecast", told.around(endless))
    with closing(server.asked("manager", "/forecast")):
        assert told.begun.wait(LONG)
    assert told.ended.wait(SOON)
    with db.reading(server.branch.engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    assert server.branch.signed_in("manager").get("/customers").status_code == 200


def test_whoever_waits_for_the_same_figure_and_goes_away_waits_no_longer(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Work()
    monkeypatch.setitem(targets.FIGURES, "forecast", told.around(in_pieces))
    waiting = Work()
    behind = targets.Targets.in_scope
    with closing(server.asked("manager", "/forecast")):
        assert told.begun.wait(LONG)
        monkeypatch.setattr(targets.Targets, "in_scope", waiting.around(behind))
        with closing(server.asked("manager", "/collection")):
            assert waiting.begun.wait(LONG)
            assert not waiting.ended.wait(0.3)
        assert waiting.ended.wait(SOON)
        assert not told.ended.is_set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_for_excel_ends_when_its_client_goes_away(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Found(customer_no=f"C{key}", name=None, phone=None, vip=False) for key in range(5_000)]
    told, write = Work(), sheets.write_cell

    def slowly(*given: Any) -> None:
        time.sleep(0.002)
        write(*given)

    monkeypatch.setattr(customers, "find_customers", lambda *_, **__: found)
    monkeypatch.setattr(sheets, "write_cell", slowly)
    monkeypatch.setattr(sheets, "write_figure", told.around(sheets.write_figure))
    with closing(server.asked("manager", "/customers?form=xlsx")):
        assert told.begun.wait(LONG)
        assert not told.ended.wait(0.3)
    assert told.ended.wait(SOON)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stopping_server_ends_it_and_says_so(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Work()
    monkeypatch.setitem(targets.FIGURES, "forecast", told.around(endless))
    with closing(server.asked("manager", "/forecast")) as waiting:
        assert told.begun.wait(LONG)
        server.stop.set()
        assert told.ended.wait(SOON)
        assert waiting.recv(12) == b"HTTP/1.1 503"
