"""A clean stop: the first signal asks for it, the second one ends the process as signals do."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_on_signals(*signals: signal.Signals) -> Iterator[threading.Event]:
    """Yield what the signals set (SIGTERM and SIGINT, where none are named).

    For the time of a `with` block in the main thread.
    """
    heard, stop = signals or SIGNALS, threading.Event()
    read, write = os.pipe()

    def ask(_number: int, _frame: object) -> None:
        for one in heard:
            signal.signal(one, signal.SIG_DFL)
        os.write(write, b".")  # not stop.set(): the thread that it interrupts may hold the lock inside `stop`

    def watch() -> None:
        if os.read(read, 1):
            stop.set()

    watcher = threading.Thread(target=watch, name="signals", daemon=True)
    watcher.start()
    before = {one: signal.signal(one, ask) for one in heard}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        os.close(write)
        watcher.join()
        os.close(read)
