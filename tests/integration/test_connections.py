"""Connections that say little or nothing, by the hundred and over real sockets: vendors and `/health` stay answered."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from policyserve.web import connections
from policyserve.web.connections import MOST
from policyserve.web.server import listen, serve_requests

SECONDS = 20.0

HALF_A_LINE = b"POST /callbacks/x HT"
HALF_THE_HEADERS = b"POST /push HTTP/1.1\r\nHost: x\r\nX-Tok"
HALF_A_BODY = b"POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"
HALF_A_CHUNK = b"POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\nhalf"
ANSWERED_AND_HALF_A_LINE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea"


@dataclass
class Server:
    """A server that stores what it is pushed, as soon as it may."""

    port: int = 0
    pushed: list[bytes] = field(default_factory=list)
    may_store: threading.Event = field(default_factory=threading.Event)

    def app(self) -> Starlette:
        def stored(body: bytes) -> None:
            assert self.may_store.wait(SECONDS)
            self.pushed.append(body)

        async def push(request: Request) -> Response:
            from starlette.concurrency import run_in_threadpool

            await run_in_threadpool(stored, await request.body())
            return PlainTextResponse("stored")

        async def health(_request: Request) -> Response:
            return PlainTextResponse("ok")

        return Starlette(routes=[Route("/push", push, methods=["POST"]), Route("/health", health)])

    def call(self, method: str, path: str, body: bytes | None = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, body)
            return connection.getresponse().status
        finally:
            connection.close()

    def opened(self, said: bytes, *, source: str = "127.0.0.1") -> socket.socket:
        held = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS, source_address=(source, 0))
        held.sendall(said)
        return held

    @contextmanager
    def held(self, said: bytes, count: int, *, source: str = "127.0.0.1") -> Iterator[list[socket.socket]]:
        """Keep connections that have said something and then nothing."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.opened(said, source=source)) for _ in range(count)]


@pytest.fixture(params=["h11", "httptools"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    if request.param == "h11":
        monkeypatch.setattr("policyserve.web.server.fastest", lambda: (connections.Connection, "asyncio"))
    made = Server()
    made.may_store.set()
    opened = listen("127.0.0.1", 0)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # so that a reader who does not read is felt soon
    made.port = opened.getsockname()[1]
    with serve_requests(made.app(), opened):
        yield made


def is_cut(held: socket.socket) -> bool:
    """Whether the server has ended a connection, after whatever it answered."""
    held.setblocking(False)
    try:
        while held.recv(100_000):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def until(found: Callable[[], object]) -> float:
    began = time.monotonic()
    while not found():
        assert time.monotonic() < began + SECONDS, "nothing came of it"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "said",
    [b"", HALF_A_LINE, HALF_THE_HEADERS, HALF_A_BODY, HALF_A_CHUNK, ANSWERED_AND_HALF_A_LINE],
    ids=["nothing", "half a line", "half the headers", "half a body", "half a chunk", "half a second request"],
)
def test_hundreds_who_say_half_and_wait_keep_nobody_out(server: Server, said: bytes) -> None:
    with server.held(said, MOST + 5):
        assert server.call("GET", "/health") == 200
        assert server.call("POST", "/push", b"R-1") == 200
    assert b"R-1" in server.pushed


@pytest.mark.parametrize("said", [b"", HALF_A_LINE, HALF_THE_HEADERS, HALF_A_BODY, ANSWERED_AND_HALF_A_LINE])
def test_nobody_is_waited_for_without_end(server: Server, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS", 0.3)
    monkeypatch.setattr(connections, "BODY", 0.3)
    with server.held(said, 1) as (held,):
        assert until(lambda: is_cut(held)) < SECONDS / 2


@pytest.mark.parametrize("beginning", [b"GET /health HTTP/1.1\r\nX: ", HALF_A_BODY])
def test_a_byte_now_and_then_wins_no_time(server: Server, beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS", 0.5)
    monkeypatch.setattr(connections, "BODY", 0.5)

    def cut_meanwhile() -> bool:
        try:
            held.sendall(b"x")
        except OSError:
            return True
        return is_cut(held)

    with server.held(beginning, 1) as (held,):
        until(cut_meanwhile)


@pytest.mark.slow
def test_who_never_takes_the_answers_is_cut_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ANSWER", 0.5)
    monkeypatch.setattr(connections, "HEADERS", 0.5)  # when it is first looked at
    asked = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 5000
    sent = 0

    def gone_on_asking() -> bool:
        nonlocal sent
        try:
            sent += held.send(asked[sent : sent + 10_000] or b"\r")
        except BlockingIOError:
            return False
        except OSError:
            return True
        return False

    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        held.connect(("127.0.0.1", server.port))
        held.setblocking(False)
        until(gone_on_asking)
    assert server.call("GET", "/health") == 200


def test_a_request_in_hand_is_answered_however_many_come_after_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADERS", 0.2)
    server.may_store.clear()
    statuses: list[int] = []
    vendor = threading.Thread(target=lambda: statuses.append(server.call("POST", "/push", b"R-1")), daemon=True)
    vendor.start()
    with server.held(HALF_A_LINE, MOST + 50) as held:
        until(lambda: all(is_cut(one) for one in held))
        server.may_store.set()
        vendor.join(SECONDS)
    assert (statuses, server.pushed) == ([200], [b"R-1"])


def test_who_opens_hundreds_loses_their_own_and_nobody_elses(server: Server) -> None:
    with server.held(HALF_A_BODY, 20) as vendors, server.held(HALF_A_LINE, MOST + 50, source="127.0.0.2") as others:
        until(lambda: sum(is_cut(one) for one in others) == 70)
        assert not any(is_cut(one) for one in vendors)


def test_a_connection_that_asks_again_and_again_is_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS", 0.5)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    connection.connect()
    first = connection.sock
    for _ in range(8):
        connection.request("GET", "/health")
        assert connection.getresponse().read() == b"ok"
        time.sleep(0.1)
    assert connection.sock is first
    connection.close()


def test_headers_without_end_are_refused(server: Server) -> None:
    with server.held(b"GET /health HTTP/1.1\r\nX: ", 1) as (held,):

        def cut_meanwhile() -> bool:
            held.setblocking(True)
            try:
                held.sendall(b"x" * 10_000)
            except OSError:
                return True
            return is_cut(held)

        assert until(cut_meanwhile) < connections.HEADERS / 2
    assert server.call("GET", "/health") == 200
