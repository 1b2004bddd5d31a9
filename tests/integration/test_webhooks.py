"""Webhooks of vendors over real HTTP: what comes in is stored before it is answered, and nothing else gets in."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from peers.webhook_line import SECONDS, Line, line
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import (
    News,
)
from policyserve.web import probes, threads, webhooks
from policyserve.web.server import listen


@pytest.fixture
def open_line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    with line(monkeypatch) as opened:
        yield opened


def test_what_a_vendor_pushes_is_stored_and_answered_as_the_vendor_wants(open_line: Line) -> None:
    assert open_line.call("POST", "/callbacks/vendor", b"R-1") == (200, "<ok/>", "application/xml")
    assert open_line.stored == [("vendor", "R-1")]


def test_a_push_may_be_a_get_with_everything_in_its_query(open_line: Line) -> None:
    status, _, _ = open_line.call("GET", "/callbacks/vendor?id=R-2&state=%E5%B7%B2", headers={"X-Token": "Right"})
    assert status == 200
    assert open_line.stored == [("vendor", "R-2")]
    (push,) = open_line.vendor.pushes
    assert push.query == {"id": "R-2", "state": "已"}
    assert push.headers["x-token"] == "Right"


def test_a_push_without_news_is_answered_too(open_line: Line) -> None:
    assert open_line.call("POST", "/callbacks/vendor")[0] == 200
    assert open_line.stored == []


def test_a_push_that_is_not_the_vendors_is_refused(open_line: Line) -> None:
    status, said, _ = open_line.call("POST", "/callbacks/vendor", b"R-1", {"X-Token": "wrong"})
    assert (status, said) == (403, "the signature is wrong")
    assert open_line.stored == []


@pytest.mark.parametrize("path", ["/callbacks/stranger", "/callbacks/", "/callbacks/vendor/more", "/", "/docs"])
def test_there_is_nothing_else(open_line: Line, path: str) -> None:
    assert open_line.call("POST", path, b"R-1")[0] == 404
    assert open_line.vendor.pushes == []


def test_other_methods_are_not_taken(open_line: Line) -> None:
    assert open_line.call("DELETE", "/callbacks/vendor")[0] == 405


def test_what_could_not_be_stored_is_not_answered_with_yes_and_the_next_try_is(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str | None] = []

    def take_in(_name: str, news: News) -> None:
        tries.append(news.receipts[0].provider_id)
        if len(tries) == 1:
            raise KeyError("13800138000")

    with line(monkeypatch, take_in) as opened:
        status, said, _ = opened.call("POST", "/callbacks/vendor", b"R-1")
        assert status == 500
        assert "138" not in said
        assert opened.call("POST", "/callbacks/vendor", b"R-1")[0] == 200
        assert opened.troubles == ["KeyError"]
    assert tries == ["R-1", "R-1"]


def test_a_gateway_with_wrong_settings_is_our_fault_and_spares_the_others(open_line: Line) -> None:
    status, said, _ = open_line.call("POST", "/callbacks/broken", b"R-1")
    assert (status, "url" in said) == (500, False)
    assert open_line.troubles == ["PolicyserveError"]
    assert open_line.call("POST", "/callbacks/vendor", b"R-1")[0] == 200


def test_a_push_that_is_too_long_is_not_read_to_its_end(open_line: Line) -> None:
    fits, too_long = b"x" * 1_000_000, b"x" * 1_000_001
    assert open_line.call("POST", "/callbacks/vendor", fits)[0] == 200
    assert open_line.call("POST", "/callbacks/vendor", too_long)[0] == 413
    assert len(open_line.vendor.pushes) == 1


def test_a_push_that_says_no_length_is_measured_all_the_same(open_line: Line) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", open_line.port, timeout=SECONDS)
    connection.request("POST", "/callbacks/vendor", iter([b"x" * 600_000] * 2), encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_a_push_that_never_ends_is_given_up(open_line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "SLOWEST", 0.2)
    with socket.create_connection(("127.0.0.1", open_line.port), timeout=SECONDS) as slow:
        slow.sendall(b"POST /callbacks/vendor HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nR")
        assert slow.recv(1000).startswith(b"HTTP/1.1 408")
    assert open_line.stored == []


def test_a_push_that_is_cut_off_brings_nothing(open_line: Line) -> None:
    with socket.create_connection(("127.0.0.1", open_line.port), timeout=SECONDS) as cut:
        cut.sendall(b"POST /callbacks/vendor HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nR-1")
    assert open_line.call("GET", "/health")[0] == 200
    assert open_line.vendor.pushes == []


def test_storing_one_push_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    first, go_on = threading.Event(), threading.Event()

    def take_in(_name: str, news: News) -> None:
        if news.receipts[0].provider_id == "slow":
            first.set()
            assert go_on.wait(SECONDS)

    with line(monkeypatch, take_in) as opened:
        statuses: list[int] = []
        slow = threading.Thread(
            target=lambda: statuses.append(opened.call("POST", "/callbacks/vendor", b"slow")[0]), daemon=True
        )
        slow.start()
        assert first.wait(SECONDS)
        assert opened.call("POST", "/callbacks/vendor", b"quick")[0] == 200
        go_on.set()
        slow.join(SECONDS)
        assert statuses == [200]


def test_what_is_being_stored_when_the_server_ends_is_still_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, stored, statuses = threading.Event(), list[str](), list[int]()

    def take_in(name: str, _news: News) -> None:
        begun.set()
        threading.Event().wait(0.3)
        stored.append(name)

    with line(monkeypatch, take_in) as opened:
        caller = threading.Thread(
            target=lambda: statuses.append(opened.call("POST", "/callbacks/vendor", b"R-1")[0]), daemon=True
        )
        caller.start()
        assert begun.wait(SECONDS)
    caller.join(SECONDS)
    assert (stored, statuses) == (["vendor"], [200])
    assert opened.vendor.closed


def test_health_says_ok_and_whether_this_process_leads(open_line: Line) -> None:
    status, said, kind = open_line.call("GET", "/health")
    assert (status, kind) == (200, "application/json")
    assert json.loads(said) == {"status": "ok", "leads": True}


@pytest.mark.parametrize("fault", ["fails", "hangs"])
def test_health_says_503_where_the_database_fails_or_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(probes, "PROBE", 0.2)
    go_on = threading.Event()

    def look() -> Mapping[str, Any]:
        if fault == "hangs":
            go_on.wait(SECONDS)
        raise PolicyserveError("PostgreSQL does not answer (13800138000).")

    with line(monkeypatch, look=look) as opened:
        for _ in range(5):  # more than may ask the database at once
            status, said, _ = opened.call("GET", "/health")
            assert (status, json.loads(said)) == (503, {"status": "no-database", "leads": True})
        go_on.set()


def test_health_is_answered_while_webhooks_wait_for_the_database_and_no_vendor_waits_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "PATIENCE", 0.5)
    go_on, waiting, statuses = threading.Event(), list[str](), list[int]()

    def take_in(name: str, _news: News) -> None:
        waiting.append(name)
        assert go_on.wait(SECONDS)

    with line(monkeypatch, take_in) as opened:

        def push() -> None:
            statuses.append(opened.call("POST", "/callbacks/vendor", b"R-1")[0])

        pushes = [threading.Thread(target=push, daemon=True) for _ in range(60)]
        for one in pushes:
            one.start()
        deadline = time.monotonic() + SECONDS
        while len(statuses) < 60 - threads.MOST and time.monotonic() < deadline:
            time.sleep(0.02)
        assert statuses == [503] * (60 - threads.MOST)  # they push again
        assert opened.call("GET", "/health")[0] == 200
        go_on.set()
        for one in pushes:
            one.join(SECONDS)
    assert (len(waiting), statuses.count(200)) == (threads.MOST, threads.MOST)


def test_a_port_that_is_taken_is_told_in_a_sentence(open_line: Line) -> None:
    with pytest.raises(PolicyserveError, match="name others with --port and --host"):
        listen("127.0.0.1", open_line.port)
