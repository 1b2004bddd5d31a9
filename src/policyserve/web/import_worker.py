"""The worker of imports: a thread beside the pages, awake while there are lists to be read or taken in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime

from policyserve.config import Settings
from policyserve.operations.database import Database
from policyserve.operations.import_work import Conditions, work_off
from policyserve.scheduler import locks
from policyserve.scheduler.journal import tell
from policyserve.scheduler.leader import reason

LOCK = "imports"
"""The lock of the one process of a database that works on lists."""


class ImportWorker:
    """Works off lists; a call that finds another process at work leaves them to it."""

    def __init__(
        self, engine: Database, settings: Settings, now: Callable[[], datetime], today: Callable[[], date]
    ) -> None:
        """It sleeps."""
        self._engine, self._settings, self._now, self._today = engine, settings, now, today
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._again = False

    def wake(self) -> None:
        """Let it look for work; a page of a job that goes on by itself calls this, so that none is left lying."""
        with self._guard:
            self._again = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="imports", daemon=True)
                self._thread.start()

    def finish(self) -> None:
        """Wait until it sleeps again."""
        thread = self._thread
        if thread:
            thread.join()

    def _run(self) -> None:
        while self._wanted():
            try:
                self._work()
            except Exception as error:  # pages that look at a list wake it again
                tell("import-failed", reason=reason(error))

    def _wanted(self) -> bool:
        with self._guard:
            wanted, self._again = self._again, False
            if not wanted:
                self._thread = None
            return wanted

    def _work(self) -> None:
        lock = locks.take(self._engine, LOCK)
        if lock is None:
            return
        try:
            megabytes = self._settings.file.lists.memory_mb
            work_off(self._engine, Conditions(now=self._now, today=self._today, megabytes=megabytes))
        finally:
            lock.release()
