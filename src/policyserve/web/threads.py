"""The threads that work on requests: so many at once, and nobody waits for one without end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread

from policyserve.errors import PolicyserveError

MOST: Final = 8
"""Requests of one crowd that are worked on at once: more would only wait for each other and for the database."""

PATIENCE: Final = 10.0
"""Seconds that a request waits for its turn."""

RETRY_AFTER: Final = {"Retry-After": "10"}
"""What a refused client hears beside status 503: seconds after which to come again."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


class CrowdedError(PolicyserveError):
    """So many requests are being worked on that this one had no turn in time."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("The system is busy and nothing was changed; try again in a minute.")


class Threads:
    """Threads of a crowd of their own, such as pages or webhooks."""

    def __init__(self, most: int = MOST) -> None:
        """Nobody works yet."""
        self._limiter = CapacityLimiter(most)

    async def run(self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
        """Return what the work does in a thread; raises CrowdedError where none was free in time."""
        ticket = object()
        try:
            with fail_after(PATIENCE):
                await self._limiter.acquire_on_behalf_of(ticket)
        except TimeoutError:
            raise CrowdedError from None
        try:
            return await to_thread.run_sync(partial(work, *given, **named), limiter=CapacityLimiter(1))
        finally:
            self._limiter.release_on_behalf_of(ticket)
