"""The workers: processes that answer requests, so that no job slows a page; one that dies is followed by another.

The parent opens the ports and hands them down, so whoever comes while a worker begins waits a moment and is let in.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Final

from policyserve.scheduler.journal import tell
from policyserve.web.telemetry import forget, shared_numbers

if TYPE_CHECKING:
    from policyserve.web.service import Crowd, Service

SPAWN = get_context("spawn")
"""A process that begins anew: forks of one with threads may hang."""

LAST_ANSWERS: Final = 10.0
"""Seconds that open requests have to end when the program does."""

GRACE: Final = 5.0
"""Seconds more, after which a worker is killed."""

LOOK: Final = 1.0
"""Seconds between two looks at the scheduler, which the workers tell of."""

FIRST_PAUSE: Final = 0.5
"""Seconds until a worker that died is followed; each time that its follower dies soon, twice as many."""

LONGEST_PAUSE: Final = 30.0

LONG: Final = 60.0
"""Seconds after which a worker has not died soon."""

LEADS, STOPPING = 0, 1
"""What the parent shares with its workers: whether it leads, whether it is about to stop."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a worker is told: whom it serves, on which port."""

    number: int
    crowd: Crowd
    port: socket.socket
    service: Service
    shared: MutableSequence[int]
    log: str


@dataclass(kw_only=True)
class Worker:
    """A place that is always to be filled."""

    post: Post
    process: SpawnProcess | None = None
    begun: float = 0.0
    next: float = 0.0
    """When it may be filled again, by the clock that only goes on."""
    pause: float = FIRST_PAUSE

    def begin(self) -> None:
        """Fill it."""
        self.process = SPAWN.Process(target=serve_post, args=(self.post,), name=f"{self.post.crowd}-{self.post.number}")
        self.process.start()
        self.begun = time.monotonic()
        tell("worker-begun", worker=self.process.name, process=self.process.pid)

    def look(self) -> None:
        """Tell of one that has ended, and set when it is to be followed."""
        if self.process is None or self.process.is_alive():
            return
        now = time.monotonic()
        self.pause = FIRST_PAUSE if now - self.begun > LONG else min(self.pause * 2, LONGEST_PAUSE)
        self.next = now + self.pause
        tell("worker-died", worker=self.process.name, status=self.process.exitcode, next_in=self.pause)
        forget(self.process.pid or 0)
        self.process.close()
        self.process = None


@dataclass(kw_only=True)
class Workers:
    """All of them, and the thread that watches over them."""

    places: Sequence[Worker]
    leads: Callable[[], bool]
    stopping: Callable[[], bool]
    shared: MutableSequence[int]
    _stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Keep every place filled until told to stop."""
        while not self._stop.is_set():
            self.shared[LEADS], self.shared[STOPPING] = self.leads(), self.stopping()
            for one in self.places:
                one.look()
                if one.process is None and time.monotonic() >= one.next:
                    one.begin()
            wait([one.process.sentinel for one in self.places if one.process], min(LOOK, self._soonest()))

    def _soonest(self) -> float:
        """Return the seconds until a place may be filled again."""
        pauses = [one.next - time.monotonic() for one in self.places if one.process is None]
        return max(0.05, min(pauses, default=LOOK))

    def stop(self, watcher: threading.Thread) -> None:
        """Let all of them end: no new requests, the open ones within a bound; whoever takes longer is killed."""
        self._stop.set()
        watcher.join()
        working = [one.process for one in self.places if one.process]
        for process in working:
            process.terminate()
        deadline = time.monotonic() + LAST_ANSWERS + GRACE
        for process in working:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


@contextmanager
def at_work(
    service: Service,
    ports: Sequence[tuple[Crowd, int, socket.socket]],
    *,
    leads: Callable[[], bool],
    stopping: Callable[[], bool],
    log: str,
) -> Iterator[None]:
    """Let so many workers serve each crowd on its port for the time of a `with` block.

    They tell whether the program leads and is about to stop. `log`: the form of the journal's lines.
    """
    shared: MutableSequence[int] = SPAWN.RawArray("b", 2)
    places = [
        Worker(post=Post(number=number, crowd=crowd, port=port, service=service, shared=shared, log=log))
        for crowd, count, port in ports
        for number in range(1, count + 1)
    ]
    workers = Workers(places=places, leads=leads, stopping=stopping, shared=shared)
    watcher = threading.Thread(target=workers.watch, name="workers", daemon=True)

    with shared_numbers():
        watcher.start()
        try:
            yield
        finally:
            workers.stop(watcher)


def serve_post(post: Post) -> None:
    """Answer requests in a process of its own until SIGTERM, or until the parent is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent says when to end
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    from policyserve.scheduler.jobs import zone_of
    from policyserve.scheduler.journal import open_journal
    from policyserve.scheduler.leader import reason
    from policyserve.scheduler.stop_signal import stop_on_signals
    from policyserve.web.server import serve_requests
    from policyserve.web.service import Standing, application

    open_journal(zone_of(post.service.settings), post.log)
    standing = Standing(leads=lambda: bool(post.shared[LEADS]), stopping=lambda: bool(post.shared[STOPPING]))
    try:
        with (
            stop_on_signals(signal.SIGTERM) as stop,
            application(post.service, post.crowd, standing) as app,
            serve_requests(app, post.port) as alive,
        ):
            while alive() and not stop.wait(LOOK):
                pass
    except Exception as error:
        tell("worker-failed", worker=f"{post.crowd}-{post.number}", reason=reason(error))
        sys.exit(1)


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
