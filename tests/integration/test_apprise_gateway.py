"""The Apprise gateway, by Apprise's own plugins against a server on loopback."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import pytest
from aiohttp import web

from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.gateways.apprise.gateway import NO_PHONE
from policyserve.messages.gateways.apprise.verdict import verdict
from policyserve.messages.gateways.gateway import Answer, Gateway, Outgoing, Push, PushRefusedError
from policyserve.messages.gateways.registry import open_gateway

TEXT = "Safe Life: Dear Ms Example, your premium of policy ...1234 is due on 9 March. error=429"
MESSAGE = Outgoing(reference="m1", phone="+14155550123", text=TEXT, service="renewal-reminder", message_class="service")


@dataclass
class Line:
    level: str
    message: str


class Server:
    """Takes posts and answers as told: a status, "hang" or "cut"."""

    def __init__(self) -> None:
        self.port = 0
        self.behaviour: int | str = 200
        self.posts: list[tuple[str, Any]] = []
        self.over = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a post."""
        self.posts.append((request.path, await request.json()))
        if self.behaviour == "hang":
            await self.over.wait()
        if isinstance(self.behaviour, int):
            return web.Response(status=self.behaviour)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def opened(url: str, **options: Any) -> Gateway:
    return open_gateway("abroad", {"abroad": {"kind": "apprise", "url": url, **options}})


def played(scene: Callable[[Server], Awaitable[None]]) -> None:
    async def play() -> None:
        server = Server()
        app = web.Application()
        app.router.add_post("/{tail:.*}", server.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            server.port = runner.addresses[0][1]
            async with asyncio.timeout(20):
                await scene(server)
        finally:
            server.over.set()
            await runner.cleanup()

    asyncio.run(play())


def outcome_when(behaviour: int | str, query: str = "", **options: Any) -> tuple[Answer, int]:
    """Submit a text to a server that behaves so; return the answer and how often the server was called."""
    seen: list[tuple[Answer, int]] = []

    async def scene(server: Server) -> None:
        server.behaviour = behaviour
        [given] = await opened(f"json://127.0.0.1:{server.port}/{{phone}}{query}", **options).submit("c1", [MESSAGE])
        seen.append((given, len(server.posts)))

    played(scene)
    return seen[0]


def test_a_text_that_is_taken_is_as_delivered_as_can_be_known() -> None:
    async def scene(server: Server) -> None:
        [given] = await opened(f"json://127.0.0.1:{server.port}/to/{{phone}}").submit("c1", [MESSAGE])

        assert given == Answer(reference="m1", outcome="delivered")
        [(path, body)] = server.posts
        assert path == "/to/+14155550123"
        assert (body["message"], body["title"]) == (TEXT, "")

    played(scene)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "refused"), (422, "refused"), (401, "later"), (429, "later"), (408, "in-doubt"), (500, "in-doubt"),
     (503, "in-doubt"), (304, "in-doubt")],
)  # fmt: skip
def test_an_answer_is_told_by_its_status_and_the_text_tried_once(status: int, outcome: str) -> None:
    given, posts = outcome_when(status)

    assert given == Answer(reference="m1", outcome=outcome, reason=f"HTTP {status}")  # type: ignore[arg-type]
    assert posts == 1


def test_a_service_that_hangs_leaves_the_text_in_doubt() -> None:
    given, posts = outcome_when("hang", "?rto=0.3")

    assert given == Answer(reference="m1", outcome="in-doubt", reason=Sentence("no answer that can be told"))
    assert posts == 1


def test_a_service_that_takes_too_long_altogether_leaves_the_text_in_doubt() -> None:
    given, posts = outcome_when("hang", "?rto=2", answer_seconds=0.2)

    assert given.outcome == "in-doubt"
    assert posts == 1


def test_a_cut_connection_leaves_the_text_in_doubt() -> None:
    given, posts = outcome_when("cut")

    assert given.outcome == "in-doubt"
    assert posts == 1


def test_a_refused_connection_is_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    async def submit() -> Any:
        return await opened(f"json://127.0.0.1:{port}/{{phone}}").submit("c1", [MESSAGE])

    assert asyncio.run(submit()) == [Answer(reference="m1", outcome="later", reason=Sentence("no connection"))]


def test_many_texts_each_go_to_their_own_phone() -> None:
    messages = [replace(MESSAGE, reference=f"m{n}", phone=f"+141555501{n:02}") for n in range(12)]

    async def scene(server: Server) -> None:
        answers = await opened(f"json://127.0.0.1:{server.port}/{{phone}}", connections=3).submit("c1", messages)

        assert {one.reference: one.outcome for one in answers} == {f"m{n}": "delivered" for n in range(12)}
        assert sorted(path for path, _ in server.posts) == [f"/+141555501{n:02}" for n in range(12)]

    played(scene)


@pytest.mark.parametrize("phone", ["", "0", "123,456789", "../admin", "+1415555012x", "{phone}"])
def test_what_is_no_phone_is_refused_here(phone: str) -> None:
    async def scene(server: Server) -> None:
        gateway = opened(f"json://127.0.0.1:{server.port}/{{phone}}")
        [given] = await gateway.submit("c1", [replace(MESSAGE, phone=phone)])

        assert given == Answer(reference="m1", outcome="refused", reason=NO_PHONE)
        assert server.posts == []

    played(scene)


def test_a_phone_that_the_service_drops_is_refused_here() -> None:
    """Twilio's plugin would text its own sender instead."""
    sid, token = "AC" + "0" * 32, "0" * 32

    async def submit() -> Any:
        gateway = opened(f"twilio://{sid}:{token}@14155550100/{{phone}}")
        return await gateway.submit("c1", [replace(MESSAGE, phone="12345")])

    assert asyncio.run(submit()) == [Answer(reference="m1", outcome="refused", reason=NO_PHONE)]


def test_nothing_of_a_text_reaches_a_log(capfd: pytest.CaptureFixture[str]) -> None:
    """By a handler of our own: pytest's listens to loggers that keep to themselves too."""
    root, written = logging.getLogger(), StringIO()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        logging.debug("listening")
        outcome_when(200)
        outcome_when(500)
        outcome_when("cut")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)

    log = written.getvalue() + "".join(capfd.readouterr())
    assert "listening" in log
    assert "4155550123" not in log
    assert "premium" not in log


# Urls


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("nonsense", "is no url that Apprise can read"),
        ("nothing://known/{phone}", "is no url that Apprise can read"),
        ("dingtalk://" + "0" * 64, "is for a robot"),
        ("feishu://" + "0" * 36, "is for a robot"),
        ("lark://" + "0" * 36, "is for a robot"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/" + "0" * 36, "is for a robot"),
        ("wecombot://" + "0" * 36, "is for a robot"),
        ("vonage://abcdef12:abcdef1234567890@14155550100/{phone}", "whose refusals Apprise takes for success"),
        ("seven://" + "0" * 32 + "/{phone}", "whose refusals Apprise takes for success"),
        ("clicksend://user:" + "0" * 32 + "/{phone}", "is no url that Apprise can read"),
        ("clicksend://user:" + "0" * 32 + "@{phone}", "whose refusals Apprise takes for success"),
        ("json://127.0.0.1/", "has no {phone}"),
        ("json://127.0.0.1/?unread={phone}", "where the service does not read it"),
        ("json://127.0.0.1/{phone}?retry=2", "asks for retry or optional"),
        ("json://127.0.0.1/{phone}?optional=yes", "asks for retry or optional"),
        ("twilio://AC" + "0" * 32 + ":" + "0" * 32 + "@14155550100/{phone}/14155550199", "further receivers"),
    ],
)
def test_urls_that_lose_or_double_texts_are_refused_without_repeating_them(url: str, wrong: str) -> None:
    with pytest.raises(PolicyserveError) as refused:
        opened(url)

    assert wrong in str(refused.value)
    assert "gateways.abroad.url" in str(refused.value)
    assert "0000" not in str(refused.value)


def test_without_apprise_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(PolicyserveError, match=r"pip install 'policyserve\[apprise\]'"):
        opened("json://127.0.0.1/{phone}")


def test_it_has_a_rate_and_no_receipts() -> None:
    gateway = opened("json://127.0.0.1/{phone}", rate=5)

    assert (gateway.name, gateway.rate) == ("abroad", 5)
    assert not asyncio.run(gateway.news())
    assert list(asyncio.run(gateway.look_up([]))) == []
    with pytest.raises(PushRefusedError):
        gateway.read_push(Push(headers={}, query={}, body=b""))


# What the log says


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ([], "in-doubt"),
        ([("WARNING", "Failed to send: error=400.")], "refused"),
        ([("WARNING", "Failed to send: error=21211.")], "in-doubt"),
        ([("WARNING", "error=400."), ("WARNING", "error=500.")], "in-doubt"),
        ([("INFO", "Sent notification to one."), ("WARNING", "error=429.")], "in-doubt"),
        ([("DEBUG", "Payload: error=429")], "in-doubt"),
        ([("WARNING", "A Connection error occurred."), ("DEBUG", "(Caused by NewConnectionError('...'))")], "later"),
        ([("WARNING", "A Connection error occurred."), ("DEBUG", "(Caused by ReadTimeoutError('...'))")], "in-doubt"),
        ([("DEBUG", "Payload: NewConnectionError")], "in-doubt"),
        ([("DEBUG", "(Caused by SSLError(SSLCertVerificationError(1, '...')))")], "later"),
        ([("DEBUG", "(Caused by SSLError(SSLEOFError(8, '...')))")], "in-doubt"),
    ],
)
def test_what_cannot_be_told_for_sure_is_in_doubt(lines: list[tuple[str, str]], outcome: str) -> None:
    assert verdict([Line(*line) for line in lines])[0] == outcome
