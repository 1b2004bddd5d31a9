"""Runs by hand: jobs that somebody begins from a page, by the rules of `policyserve run`, in threads of their own."""

from __future__ import annotations

import threading
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from policyserve import db
from policyserve.access import audit, sent_forms
from policyserve.access.scope import check_whole
from policyserve.access.viewer import Viewer
from policyserve.config import Settings
from policyserve.errors import NotFoundError
from policyserve.scheduler import job_run
from policyserve.scheduler.clock_doubt import check_clock
from policyserve.scheduler.job_run import Run, RunningElsewhereError
from policyserve.scheduler.jobs import WORKS
from policyserve.scheduler.journal import tell
from policyserve.scheduler.leader import call_of, reason


class HandRuns:
    """The runs that the pages of this process have begun."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """Nothing runs yet."""
        self._engine, self._settings = engine, settings
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(
        self, viewer: Viewer, job: str, *, at: datetime, as_of: date, confirmed: bool, form: str | None = None
    ) -> None:
        """Begin a job for this minute; `confirmed`: the day is right, however long nothing has run.

        Raises NotFoundError; OtherScopeError for a viewer who sees a part of the book; PolicyserveError where the clock
        is in doubt; RunningElsewhereError, RunBeforeError; and SentBeforeError where the form has begun it before.
        """
        check_whole(viewer)
        if job not in WORKS:
            raise NotFoundError("job", job)
        if not confirmed:
            check_clock(self._engine, self._settings, at)

        def noting(connection: Connection) -> None:
            sent_forms.take(connection, viewer, form, at)
            audit.note(connection, viewer, "job begun", at=at, kind="job", number=job)

        due = at.replace(second=0, microsecond=0)
        try:
            run = job_run.begin(self._engine, job, due, at=at, noting=noting)
        except RunningElsewhereError:
            self._check_form(viewer, form)
            raise
        thread = threading.Thread(target=self._carry_out, args=(run, as_of), name=f"by hand: {job}", daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _check_form(self, viewer: Viewer, form: str | None) -> None:
        with db.reading(self._engine) as connection:
            if sent_forms.taken(connection, viewer, form):
                raise sent_forms.SentBeforeError("This form was sent before.")

    def _carry_out(self, run: Run, as_of: date) -> None:
        settings = self._settings
        call = call_of(self._engine, settings, language=settings.language, stop=self._stop, as_of=as_of)
        try:
            ending = job_run.carry_out(self._engine, run, lambda: WORKS[run.job](call))
        except Exception as error:
            tell("ended", job=run.job, due=run.due, status="lost", reason=reason(error))
        else:
            tell("ended", job=run.job, due=run.due, status=ending.status, seconds=ending.seconds)

    def finish(self, *, stopping: bool = False, seconds: float | None = None) -> None:
        """Wait for what runs, so long at most; `stopping`: long jobs end after the piece that they have in hand."""
        if stopping:
            self._stop.set()
        for thread in self._threads:
            thread.join(seconds)
