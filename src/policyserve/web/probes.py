"""The probes: is it alive, is it ready, how does it stand with the jobs, and the numbers for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from policyserve.web.telemetry import Telemetry

PROBE: Final = 5.0
"""Seconds that the database has to answer."""

FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
"""Headers by which a request tells that it came through another server."""

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Probes:
    """What is asked, and whom it may be told."""

    leads: Callable[[], bool]
    """Whether this program starts the jobs."""
    look: Callable[[], Mapping[str, Any]]
    """How it stands with them; raises where the database is away."""
    ready: Callable[[], bool] = lambda: True
    """Whether the database answers and has today's schema."""
    stopping: Callable[[], bool] = lambda: False
    telemetry: Telemetry | None = None
    waiting: Callable[[], int] = lambda: 0
    """Messages in the outbox that are due."""
    token: str = ""
    """With which the numbers are told to others than this machine."""

    def routes(self) -> list[BaseRoute]:
        """Return their addresses."""
        asked = {"/live": self._live, "/health": self._health, "/ready": self._ready, "/metrics": self._metrics}
        return [Route(path, probe) for path, probe in asked.items()]

    async def _live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _health(self, _request: Request) -> Response:
        try:
            found = await self._asked(self.look)
        except Exception:  # what is wrong with the database stands in the log of the jobs
            return JSONResponse({"status": "no-database", "leads": self.leads()}, status_code=503)
        return JSONResponse({"leads": self.leads(), **found})

    async def _ready(self, _request: Request) -> Response:
        if self.stopping():
            return JSONResponse({"status": "stopping"}, status_code=503)
        try:
            ready = await self._asked(self.ready)
        except Exception:
            return JSONResponse({"status": "no-database"}, status_code=503)
        return JSONResponse({"status": "ok" if ready else "old-schema"}, status_code=200 if ready else 503)

    async def _metrics(self, request: Request) -> Response:
        if self.telemetry is None or not _may_read(request, self.token):
            return PlainTextResponse("There is no such page.", status_code=404)
        jobs, waiting = await self._jobs()
        text, kind = self.telemetry.page(leads=self.leads(), jobs=jobs, waiting=waiting)
        return Response(text, media_type=kind)

    async def _jobs(self) -> tuple[Mapping[str, Any], int | None]:
        """Return how it stands with the jobs and how many messages wait; nothing where the database is away."""
        try:
            return (await self._asked(self.look))["jobs"], await self._asked(self.waiting)
        except Exception:
            return {}, None

    @cached_property
    def _limiter(self) -> CapacityLimiter:
        return CapacityLimiter(2)

    async def _asked(self, question: Callable[[], Found]) -> Found:
        """Ask in threads of our own: requests that wait for the database take up all the others."""
        async with asyncio.timeout(PROBE):
            return await to_thread.run_sync(question, limiter=self._limiter, abandon_on_cancel=True)


def _may_read(request: Request, token: str) -> bool:
    """Whether the numbers may be told: to who has the token, else to this machine alone, not through a proxy."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and compare_digest(given.encode(), token.encode()):
        return True
    return _is_loopback(request) and not any(name in request.headers for name in FORWARDED)


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
