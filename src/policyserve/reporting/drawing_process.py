"""Pictures drawn while the next figures are still being worked out: drawing is a third of a report's time."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from typing import Self

from policyserve.reporting.charts import drawn, prepare
from policyserve.reporting.pictures import Picture
from policyserve.reporting.sections import Section


def end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, in whatever way.

    It would wait for work for ever: it holds both ends of the pipe through which work comes. The parent's end of
    another pipe is closed by the kernel even after a kill -9.
    """
    if parent := parent_process():
        threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


class Pen:
    """Draws the pictures of sections in a process of its own: a thread would wait for the one that works them out."""

    def __init__(self) -> None:
        """Nothing is drawn yet; use it in a `with` block."""
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent)
        self._drawn: list[Future[str]] = []

    def __enter__(self) -> Self:
        """Take it in hand: what drawing needs is loaded meanwhile."""
        self._process.submit(prepare)
        return self

    def __exit__(self, *_: object) -> None:
        """Put it down; what is not drawn yet stays undrawn."""
        self._process.shutdown(cancel_futures=True)

    def begin(self, section: Section) -> None:
        """Begin with the pictures of the next section."""
        for picture in section.pictures:
            self._drawn.append(self._begun(picture, len(self._drawn) + 1))

    def _begun(self, picture: Picture, number: int) -> Future[str]:
        try:
            return self._process.submit(drawn, picture, number)
        except BrokenProcessPool as broken:
            failed: Future[str] = Future()
            failed.set_exception(broken)
            return failed

    def finished(self, picture: Picture, number: int) -> str:
        """Return a picture by its number in the report, once it is drawn; raises what drawing it raised.

        Where the process was killed, it is drawn here.
        """
        try:
            return self._drawn[number - 1].result()
        except BrokenProcessPool:
            return drawn(picture, number)
