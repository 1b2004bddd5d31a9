"""The workers of `serve`: one that dies is followed, all of them end with the program, however it ends."""

from __future__ import annotations

import os
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from commands import Desk
from desks.house import SECONDS, House, at_work, fetch, push, until


@pytest.fixture
def house(desk: Desk) -> Iterator[House]:
    with at_work(desk) as made:
        yield made


def workers(house: House) -> list[int]:
    """The processes that have been begun, the first one first."""
    return [int(number) for number in re.findall(r"worker-begun .*process=(\d+)", house.said())]


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_a_worker_that_dies_is_followed_and_all_end_with_their_program(house: House) -> None:
    process = house.serve("--port", "0", "--webhook-port", "0", "--workers", "1", "--log", "text")
    pages = house.place()
    until(lambda: house.said().count(" listening ") == 2)
    vendors = house.place("webhooks")
    assert (status(f"{pages}/ready"), status(f"{pages}/sign-in"), status(f"{pages}/callbacks/vendor")) == (
        200,
        200,
        404,
    )
    assert push(f"{vendors}/callbacks/vendor", b"{}", token="else") == 403
    assert status(f"{vendors}/sign-in") == 404
    os.kill(workers(house)[0], signal.SIGKILL)
    assert status(f"{pages}/live") == 200  # waits at the port for the one that follows
    assert "worker-died worker=pages-1 status=-9" in house.said()
    numbers = fetch(f"{vendors}/metrics")
    assert 'policyserve_requests_total{method="GET",route="/sign-in",status="2xx"} 1.0' in numbers  # of the dead one
    assert status(f"{vendors}/metrics", **{"X-Forwarded-For": "127.0.0.1"}) == 404
    process.send_signal(signal.SIGTERM)
    assert house.ends(process) == 0
    assert len(workers(house)) == 3
    assert not any(is_running(one) for one in workers(house))


@pytest.mark.slow
def test_workers_end_with_a_program_that_is_killed(house: House) -> None:
    process = house.serve("--port", "0", "--workers", "1")
    assert status(f"{house.place()}/live") == 200
    process.send_signal(signal.SIGKILL)
    until(lambda: not any(is_running(one) for one in workers(house)))
