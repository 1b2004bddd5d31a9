"""A vendor of text messages for the tests: a real peer on loopback, in a process of its own.

From a test:

    with vendor_server.started() as vendor:
        vendor.behave("500", "500", then="accept")   # the next two requests, and all after them
        ...                                          # send to vendor.url
        assert vendor.arrivals() == {"a-1": 1}       # how often it took each reference

From a shell: `python tests/peers/vendor_server.py --port 0` prints its port and runs until its standard input is
closed, so that it never outlives a test that was killed.

Behaviours: `accept`; `refuse` (HTTP 200 with a code of refusal); a number, answered as HTTP status; `hang` (never an
answer); `cut` (the connection is closed instead of an answer); `garbage` (HTTP 200 and no JSON); `redirect`. None but
`accept` takes the text; with `taken-` before it (`taken-cut`, `taken-504`) the vendor has taken it first.

Addresses: POST or PUT /send takes a text, as JSON or form with `reference`, `phone`, `text` at the top; GET
/status/REFERENCE tells its state. The rest is for the test: POST /behave, GET /arrivals, GET /requests, POST /push,
POST /forget; `Vendor` has a method for each.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import os
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

SECONDS = 10.0
LIMIT = aiohttp.ClientTimeout(total=SECONDS)
KEPT = 100


@dataclass(kw_only=True)
class Record:
    """What the vendor has seen, and how it behaves."""

    taken: Counter[str] = field(default_factory=Counter)
    """How often each reference was taken."""
    ids: dict[str, str] = field(default_factory=dict)
    """The vendor's number of each reference."""
    asked: int = 0
    """Requests to /send, taken or not."""
    last: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """The last requests as they came."""
    message: str = "on the blacklist"
    """What it says of a text that it refuses."""
    script: deque[str] = field(default_factory=deque)
    then: str = "accept"
    idempotent: bool = False
    """Whether a reference that it has is answered as before and not counted again."""
    receipts: dict[str, Any] | None = None
    """How it reports what it has taken: `url`, `after` seconds, `times`, `state`."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    pushing: set[asyncio.Task[Any]] = field(default_factory=set)

    def take(self, reference: str) -> str:
        """Take a text and return the vendor's number of it."""
        if not (self.idempotent and reference in self.ids):
            self.taken[reference] += 1
            self.ids[reference] = f"v{next(self.numbers)}"
            if self.receipts is not None:
                task = asyncio.create_task(self._report(reference, **self.receipts))
                self.pushing.add(task)
                task.add_done_callback(self.pushing.discard)
        return self.ids[reference]

    async def _report(self, reference: str, url: str, after: float = 0, times: int = 1, state: str = "DELIVRD") -> None:
        await asyncio.sleep(after)
        body = json.dumps([{"reference": reference, "id": self.ids[reference], "state": state}]).encode()
        for _ in range(times):
            await _call(url, body, {"Content-Type": "application/json"})


RECORD = web.AppKey("record", Record)


async def send(request: web.Request) -> web.StreamResponse:
    """Take a text, or behave as the test wants."""
    record, raw = request.app[RECORD], await request.read()
    record.asked += 1
    fields = json.loads(raw) if request.content_type == "application/json" else dict(await request.post())
    record.last.append({"method": request.method, "headers": dict(request.headers), "body": raw.decode()})
    how = record.script.popleft() if record.script else record.then
    taken = how == "accept" or how.startswith("taken-")
    number = record.take(str(fields.get("reference"))) if taken else None
    return await _answer(request, how.removeprefix("taken-"), number)


async def _answer(request: web.Request, how: str, number: str | None) -> web.StreamResponse:
    if how == "hang":
        await asyncio.sleep(3600)
    elif how == "cut":
        assert request.transport is not None
        request.transport.close()
    elif how == "garbage":
        return web.Response(text="<html>welcome")
    elif how == "redirect":
        return web.Response(status=302, headers={"Location": "/send"})
    elif how.isdecimal():
        return web.json_response({"code": how, "message": "not now"}, status=int(how))
    elif how == "refuse":
        return web.json_response({"code": "41", "message": request.app[RECORD].message})
    return web.json_response({"code": "0", "data": {"id": number}})


async def status(request: web.Request) -> web.Response:
    """Tell the state of a text that was taken; 404 for any other."""
    record, reference = request.app[RECORD], request.match_info["reference"]
    if reference not in record.ids:
        return web.json_response({"code": "404"}, status=404)
    return web.json_response({"state": "DELIVRD", "id": record.ids[reference], "at": "2026-11-02 10:00:00"})


async def behave(request: web.Request) -> web.Response:
    """Set how the next requests are answered, and what else the test gives."""
    record, wish = request.app[RECORD], await request.json()
    record.script = deque(wish.pop("script", ()))
    for name, value in wish.items():
        setattr(record, name, value)
    return web.json_response({})


async def arrivals(request: web.Request) -> web.Response:
    """Tell how often each reference was taken."""
    record = request.app[RECORD]
    return web.json_response({"asked": record.asked, "taken": record.taken})


async def requests(request: web.Request) -> web.Response:
    """Tell the last requests: method, headers and body."""
    return web.json_response([*request.app[RECORD].last])


async def forget(request: web.Request) -> web.Response:
    """Forget everything, for the next test."""
    vars(request.app[RECORD]).update(vars(Record()))
    return web.json_response({})


async def push(request: web.Request) -> web.Response:
    """Call back as often as asked and tell what was answered."""
    wish = await request.json()
    await asyncio.sleep(wish.get("after", 0))
    calls = [await _call(wish["url"], wish["body"].encode(), wish["headers"]) for _ in range(wish.get("times", 1))]
    return web.json_response(calls)


async def _call(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(timeout=LIMIT) as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        return response.status, await response.text()


def application() -> web.Application:
    """Build the vendor."""
    app = web.Application()
    app[RECORD] = Record()
    app.router.add_post("/send", send)
    app.router.add_put("/send", send)
    app.router.add_get("/status/{reference}", status)
    app.router.add_post("/behave", behave)
    app.router.add_get("/arrivals", arrivals)
    app.router.add_get("/requests", requests)
    app.router.add_post("/push", push)
    app.router.add_post("/forget", forget)
    return app


async def serve(port: int) -> None:
    """Serve on loopback, print the port, and end with the standard input."""
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # some requests hang for ever on purpose


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """A vendor under way, for the test that started it."""

    port: int

    @property
    def url(self) -> str:
        """Where it takes texts."""
        return f"http://127.0.0.1:{self.port}/send"

    @property
    def status_url(self) -> str:
        """Where it tells the state of a text."""
        return f"http://127.0.0.1:{self.port}/status/{{reference}}"

    def behave(self, *script: str, **wish: Any) -> None:
        """Answer the next requests by `script`, and all after them as `then`; see Record for further wishes."""
        self._ask("POST", "/behave", {"script": script, **wish})

    def forget(self) -> None:
        """Forget everything and behave well, for the next test."""
        self._ask("POST", "/forget")

    def arrivals(self) -> dict[str, int]:
        """Return how often each reference was taken."""
        return dict(self._ask("GET", "/arrivals")["taken"])

    def asked(self) -> int:
        """Return how many requests came, taken or not."""
        return int(self._ask("GET", "/arrivals")["asked"])

    def requests(self) -> Sequence[Mapping[str, Any]]:
        """Return the last requests: `method`, `headers`, `body`."""
        return list(self._ask("GET", "/requests"))

    def push(
        self, url: str, body: str, *, headers: Mapping[str, str] | None = None, after: float = 0, times: int = 1
    ) -> Sequence[tuple[int, str]]:
        """Let it call back, and return status and text of each answer."""
        wish = {"url": url, "body": body, "headers": headers or {}, "after": after, "times": times}
        return [(int(status), str(text)) for status, text in self._ask("POST", "/push", wish)]

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def started(port: int = 0) -> Iterator[Vendor]:
    """Start a vendor in a process of its own and stop it at the end; port 0 is any free one."""
    command = [sys.executable, __file__, "--port", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield Vendor(port=int(process.stdout.readline()))
        finally:
            process.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
