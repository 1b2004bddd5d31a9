"""Requests as errands: what only reads ends when its client goes away, or when the server is to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from starlette.requests import Request

from policyserve.errands import CURRENT, Errand, NobodyWaitsError
from policyserve.web.threads import CrowdedError

LOOK: Final = 0.5
"""Seconds between two looks whether the server is to stop."""


@asynccontextmanager
async def errand_of(request: Request, stopping: Callable[[], bool]) -> AsyncIterator[None]:
    """Make a request that reads the errand of the context; what writes is finished, whoever waits.

    Raises CrowdedError where it was ended; who is still there hears that the server cannot answer now.
    """
    if request.method != "GET":
        yield
        return
    errand = Errand()
    before, watcher = CURRENT.set(errand), asyncio.ensure_future(_watch(request, errand, stopping))
    try:
        yield
    except NobodyWaitsError:
        raise CrowdedError from None
    finally:
        watcher.cancel()
        CURRENT.reset(before)


async def _watch(request: Request, errand: Errand, stopping: Callable[[], bool]) -> None:
    """End an errand when its client has gone, or the server is to stop."""
    gone = asyncio.ensure_future(_gone(request))
    try:
        while not gone.done() and not stopping():
            await asyncio.wait({gone}, timeout=LOOK)
        await asyncio.to_thread(errand.end)  # which takes as long as the work
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await gone


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
