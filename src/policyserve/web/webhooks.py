"""Where vendors push receipts and replies: what they bring is stored before they hear that we have it.

So a vendor repeats whatever we could not store. Nothing of a webhook reaches a log or an answer.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from policyserve.messages.gateways.gateway import Gateway, News, Push, PushContent, PushRefusedError
from policyserve.messages.gateways.registry import open_gateway
from policyserve.web.probes import Probes
from policyserve.web.routes import as_named
from policyserve.web.threads import RETRY_AFTER, CrowdedError, Threads

LARGEST: Final = 1_000_000
"""Bytes of a webhook at most; vendors push some hundred receipts of some hundred bytes."""

SLOWEST: Final = 30.0
"""Seconds that a webhook may take to arrive."""

TakeIn = Callable[[str, News], object]
"""Stores the news of a gateway."""


class Gateways:
    """The gateways whose webhooks have been called so far; each is opened once."""

    def __init__(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """`settings` is the part `gateways` of the settings file."""
        self._settings = settings
        self._opened: dict[str, Gateway] = {}
        self._lock = threading.Lock()

    def __contains__(self, name: object) -> bool:
        """Whether the settings have a gateway of this name."""
        return name in self._settings or name == "file"

    def read(self, name: str, push: Push) -> PushContent:
        """Read a webhook; raises PushRefusedError, or PolicyserveError where the settings are wrong."""
        with self._lock:
            if name not in self._opened:
                self._opened[name] = open_gateway(name, self._settings)
        return self._opened[name].read_push(push)

    async def aclose(self) -> None:
        """Close them all."""
        for gateway in self._opened.values():
            await gateway.aclose()


def make_app(
    gateways: Gateways,
    take_in: TakeIn,
    *,
    probes: Probes,
    trouble: Callable[[str, Exception], None],
    pages: Starlette | None = None,
) -> Starlette:
    """Return the application: `/callbacks/{gateway}`, the probes, and `pages` everywhere else.

    `trouble` hears of a gateway's webhook that our own fault kept from being stored.
    """
    threads = Threads()

    def store(name: str, push: Push) -> PushContent:
        pushed = gateways.read(name, push)
        if pushed.news:
            take_in(name, pushed.news)
        return pushed

    async def webhook(request: Request) -> Response:
        name = request.path_params["gateway"]
        if name not in gateways:
            return _say(404, "no such gateway")
        push = Push(headers=dict(request.headers), query=dict(request.query_params), body=await _body(request))
        try:
            pushed = await threads.run(store, name, push)
        except PushRefusedError as refusal:
            return _say(403, str(refusal))
        except CrowdedError:
            return PlainTextResponse("busy; push it again", status_code=503, headers=RETRY_AFTER)
        except Exception as error:
            trouble(name, error)
            return _say(500, "not stored; push it again")
        return Response(pushed.answer, media_type=pushed.content_type)

    @asynccontextmanager
    async def living(_app: Starlette) -> AsyncIterator[None]:
        yield
        await gateways.aclose()

    own = [Route("/callbacks/{gateway}", webhook, methods=["GET", "POST"]), *probes.routes()]
    return as_named(Starlette(routes=[*own, *([Mount("/", pages)] if pages else [])], lifespan=living))


async def _body(request: Request) -> bytes:
    """Read the body; raises HTTPException for one that is too long, too slow, or cut off."""
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST):
            async for piece in request.stream():
                body += piece
                if len(body) > LARGEST:
                    raise HTTPException(413, "too long")
    except TimeoutError as error:
        raise HTTPException(408, "too slow") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "cut off") from error
    return bytes(body)


def _say(status: int, text: str) -> Response:
    return PlainTextResponse(text, status_code=status)
