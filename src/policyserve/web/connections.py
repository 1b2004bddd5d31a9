"""The connections of the server: none is waited for without end, and none keeps another out.

uvicorn limits the time between two requests only: half a request line is waited for as long as its sender likes. Its
way to more is a protocol of one's own, which this is; what reads the requests is h11, or httptools where it is there.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, BaseTransport, Transport
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST: Final = 200
"""Connections in all; each is a file of the process, which may have some thousand."""

HEADERS: Final = 10.0
"""Seconds from the opening of a connection, or the last answer on it, to the end of a request's headers."""

BODY: Final = 45.0
"""Seconds to the end of its body; `webhooks.SLOWEST` is shorter, and answers."""

ANSWER: Final = 180.0
"""Seconds until the answer has been taken: storing waits for another writer, and some vendors never read."""

if TYPE_CHECKING:

    class _Protocol:
        """What uvicorn's protocols have alike."""

        loop: AbstractEventLoop
        transport: Transport
        client: tuple[str, int] | None
        connections: set[object]

        def connection_made(self, transport: Transport) -> None: ...

        def connection_lost(self, exc: Exception | None) -> None: ...

        def on_response_complete(self) -> None: ...

else:
    _Protocol = object


class Guard(_Protocol):
    """Limits of time and number, around one of uvicorn's protocols."""

    began: float
    """When the request of now could begin, by the clock of the loop."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Take a new connection, and let go of another where there are too many."""
        others = cast("Collection[Guard]", self.connections)
        refused = len(others) >= MOST and not _room_made(others)
        super().connection_made(cast("Transport", transport))
        self._begin()
        if refused:
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._begin()
        super().on_response_complete()

    def limit(self) -> float:
        """Return how many seconds what we wait for may take."""
        raise NotImplementedError

    @property
    def arriving(self) -> bool:
        """Whether we wait for its request, and not it for our answer."""
        return self.limit() != ANSWER

    def cut(self) -> None:
        """End it at once, whatever is still to be sent."""
        self.connections.discard(self)  # it counts no longer, though the loop has not closed it yet
        self.transport.abort()

    def _begin(self) -> None:
        self.began = self.loop.time()
        self._wait(HEADERS)

    def _wait(self, seconds: float) -> None:
        if timer := getattr(self, "_timer", None):
            timer.cancel()
        self._timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """Cut it where it is too late, else look again when it would be."""
        left = self.began + self.limit() - self.loop.time()
        if left > 0:
            self._wait(left)
        else:
            self.cut()


class Connection(Guard, H11Protocol):  # type: ignore[misc]
    """A connection whose requests h11 reads."""

    def limit(self) -> float:
        """Return how many seconds what we wait for may take."""
        return {h11.IDLE: HEADERS, h11.SEND_BODY: BODY}.get(self.conn.their_state, ANSWER)


def _room_made(connections: Collection[Guard]) -> bool:
    """Cut the one that has been waited for longest, of the address that has most of those; tell whether there is one.

    So who opens hundreds and says nothing loses their own, and a vendor, whose requests come whole, none.
    """
    arriving = [one for one in connections if one.arriving]
    if not arriving:
        return False
    per_address = Counter(one.client and one.client[0] for one in arriving)
    [(crowded, _)] = per_address.most_common(1)
    min((one for one in arriving if (one.client and one.client[0]) == crowded), key=lambda one: one.began).cut()
    return True
