"""Plays dysmsapi on loopback: checks the signature of each call (ACS3-HMAC-SHA256), and answers what it is told to."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from aiohttp import web

KEY_ID = "LTAI0000000000000000"
SECRET = "not-a-secret"
PAGE_MOST = 50

Params = Mapping[str, str]


class AliyunServer:
    """What the vendor has and how it behaves; `calls` are the calls that came, each with its action and parameters."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.calls: list[tuple[str, Params]] = []
        self.records: list[dict[str, Any]] = []
        self.claimed: int | None = None
        """How many records it says there are, where that is not the truth."""
        self.answer: Callable[[Params], tuple[int, Any]] = taken
        """What SendSms answers: the HTTP status, and the body as JSON, text, or one of "hang" and "cut"."""
        self._over = asyncio.Event()

    def sent(self) -> list[Params]:
        """Return the parameters of each SendSms that came."""
        return [params for action, params in self.calls if action == "SendSms"]

    def record(self, reference: str | None, phone: str, **fields: Any) -> None:
        """Note a text as the vendor does; `fields` are the vendor's, over a text that waits for its receipt."""
        detail = {
            "OutId": reference, "PhoneNum": phone, "SendStatus": 1, "TemplateCode": "SMS_1", "Content": "-",
            "SendDate": "2026-03-05 09:00:00", "ErrCode": None, "ReceiveDate": None,
        }  # fmt: skip
        self.records.append({**detail, **fields})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        if (wrong := _unsigned(request)) is not None:
            return web.json_response({"Code": "SignatureDoesNotMatch", "Message": wrong}, status=400)
        action = request.headers["x-acs-action"]
        self.calls.append((action, dict(request.query)))
        if action == "QuerySendDetails":
            return web.json_response(self._page(request.query))
        status, body = self.answer(request.query)
        if body == "hang":
            await self._over.wait()
        if body in ("hang", "cut"):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.json_response(body, status=status)

    def _page(self, query: Params) -> dict[str, Any]:
        day = f"{query['SendDate'][:4]}-{query['SendDate'][4:6]}-{query['SendDate'][6:]}"
        size, page = int(query["PageSize"]), int(query["CurrentPage"])
        assert 1 <= size <= PAGE_MOST
        found = [
            one
            for one in self.records
            if one["PhoneNum"] == query["PhoneNumber"]
            and one["SendDate"].startswith(day)
            and query.get("BizId", one.get("BizId")) == one.get("BizId")
        ]
        return {
            "Code": "OK",
            "Message": "OK",
            "TotalCount": str(len(found) if self.claimed is None else self.claimed),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": found[(page - 1) * size : page * size]},
        }

    def stop(self) -> None:
        """Let go of the calls that hang."""
        self._over.set()


def taken(params: Params) -> tuple[int, Any]:
    """Take a text."""
    return 200, {"Code": "OK", "Message": "OK", "RequestId": "R", "BizId": f"900^{params['OutId']}"}


def refusing(code: str, status: int = 200, message: str = "") -> Callable[[Params], tuple[int, Any]]:
    """Answer every text with a code."""
    return lambda _: (status, {"Code": code, "Message": message, "RequestId": "R"})


@asynccontextmanager
async def running() -> AsyncIterator[AliyunServer]:
    """Run a server on a free port."""
    server = AliyunServer()
    app = web.Application()
    app.router.add_route("*", "/", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.endpoint = f"127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        server.stop()
        await runner.cleanup()


def _unsigned(request: web.Request) -> str | None:
    """Say what is wrong with the signature of a call, computed anew from what came."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    given = dict(part.partition("=")[::2] for part in rest.split(","))
    if scheme != "ACS3-HMAC-SHA256" or given.get("Credential") != KEY_ID:
        return "not signed with the key"
    names = given["SignedHeaders"].split(";")
    if not {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"} <= set(names):
        return "not all headers are signed"
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    content = request.headers["x-acs-content-sha256"]
    canonical = "\n".join([request.method, request.path, query, headers, given["SignedHeaders"], content])
    text = f"{scheme}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    right = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(right, given["Signature"]) else "another signature"


def parameters(params: Params) -> dict[str, str]:
    """Return the parameters of the template in a SendSms."""
    given: dict[str, str] = json.loads(params["TemplateParam"])
    return given
