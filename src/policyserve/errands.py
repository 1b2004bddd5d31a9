"""Errands: work that somebody waits for, and that ends early once nobody does.

Who begins an errand, such as the door of the pages, makes it the one of the context, which threads that work on it
inherit. Long work asks between two pieces (`check`), and what cannot ask, such as a database at work on a statement,
names how it is stopped (`stopped_by`). Without an errand, as in commands and jobs, nothing is ever ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

TURN = 0.2
"""Seconds between two looks whether somebody still waits, and whether what was stopped has ended."""


class NobodyWaitsError(BaseException):
    """Whoever waited has gone; no handler of errors is to carry on with what nobody will see."""


class Errand:
    """One piece of work for somebody."""

    def __init__(self) -> None:
        """Somebody waits."""
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self.ended = False

    def end(self) -> None:
        """Let it end: nobody waits any more. Returns when nothing is at work that is stopped by something named.

        A statement that is about to begin does not hear of it, so it is told again until it has ended.
        """
        self.ended = True
        while self._stopped():
            time.sleep(TURN)

    def _stopped(self) -> bool:
        with self._lock:
            for stop in self._stops:
                stop()
            return bool(self._stops)

    @contextmanager
    def stopped_by(self, stop: Callable[[], None]) -> Iterator[None]:
        """Name what ends the work of a `with` block from another thread; it is never called after the block."""
        with self._lock:
            self._stops.append(stop)
        try:
            if self.ended:
                raise NobodyWaitsError
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)


CURRENT: ContextVar[Errand | None] = ContextVar("errand", default=None)
"""The errand of the context."""


def check() -> None:
    """Raise NobodyWaitsError where nobody waits for the work of this context any more."""
    if (errand := CURRENT.get()) is not None and errand.ended:
        raise NobodyWaitsError


Piece = TypeVar("Piece")


def while_waited_for(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces of work as long as somebody waits."""
    for piece in pieces:
        check()
        yield piece


@contextmanager
def stopped_by(stop: Callable[[], None]) -> Iterator[None]:
    """Name what ends the work of a `with` block, where it is an errand."""
    check()
    if (errand := CURRENT.get()) is None:
        yield
        return
    with errand.stopped_by(stop):
        yield


@contextmanager
def held(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock for the time of a `with` block, waiting for it as long as somebody waits for us."""
    while not lock.acquire(timeout=TURN):
        check()
    try:
        yield
    finally:
        lock.release()
