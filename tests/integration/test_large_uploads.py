"""Uploads that are too large, and slow ones: refused early, and nobody else waits for them."""

from __future__ import annotations

import http.client
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine
from starlette.types import ASGIApp

from desks.page_book import Branch, take_branch
from policyserve.web.server import listen, serve_requests

LENGTH = 200_000_000
KIND = "multipart/form-data; boundary=b"
START = b'--b\r\nContent-Disposition: form-data; name="list"; filename="x.csv"\r\n\r\n'
SECONDS = 20.0


@pytest.fixture
def branch(engine: Engine) -> Branch:
    return take_branch(engine)


@pytest.fixture
def port(branch: Branch) -> Iterator[int]:
    app: ASGIApp = branch.pages
    opened = listen("127.0.0.1", 0)
    port = opened.getsockname()[1]
    with serve_requests(app, opened):
        yield port


def upload(port: int, token: str, *more: tuple[str, str]) -> http.client.HTTPConnection:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    asking.putrequest("POST", "/import")
    told = [
        ("Content-Type", KIND),
        ("Sec-Fetch-Site", "same-origin"),
        ("Cookie", f"policyserve_session={token}"),
        *more,
    ]
    for name, value in told:
        asking.putheader(name, value)
    asking.endheaders()
    return asking


def test_an_upload_of_200_mb_is_refused_before_it_has_come(branch: Branch, port: int) -> None:
    token = branch.signed_in("clerk").cookies["policyserve_session"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asking = upload(port, token, ("Content-Length", str(LENGTH)))
    asking.send(START)
    answer = asking.getresponse()
    assert (answer.status, b"too large" in answer.read()) == (413, True)
    try:
        for _ in range(LENGTH // 1_000_000):  # who goes on sending all the same fills nothing
            asking.send(b"x" * 1_000_000)
    except OSError:
        pass
    asking.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


def test_an_upload_that_does_not_say_how_long_it_is_is_refused(branch: Branch, port: int) -> None:
    asking = upload(port, branch.signed_in("clerk").cookies["policyserve_session"], ("Transfer-Encoding", "chunked"))
    assert asking.getresponse().status == 413
    asking.close()


def test_slow_uploads_keep_no_page_waiting(branch: Branch, port: int) -> None:
    token = branch.signed_in("clerk").cookies["policyserve_session"]
    with ExitStack() as slow:
        for _ in range(30):  # more than there are threads
            asking = upload(port, token, ("Content-Length", "1000000"))
            slow.callback(asking.close)
            asking.send(START)
        for _ in range(10):
            held = slow.enter_context(socket.create_connection(("127.0.0.1", port)))
            held.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nlog")
        page = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        page.request("GET", "/sign-in")
        assert page.getresponse().status == 200
        page.close()
