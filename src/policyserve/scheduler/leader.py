"""The scheduler at work: one process of all leads and starts the jobs that are due; the others wait to take over."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.scheduler import job_run, locks
from policyserve.scheduler.clock import Clock, Due
from policyserve.scheduler.job_run import Run, RunBeforeError, RunningElsewhereError
from policyserve.scheduler.jobs import LANES, WORKS, Call, Work, schedule, zone_of
from policyserve.scheduler.journal import tell

LEAD = "serve"
"""The lock of the process that leads."""

TURN = 1.0
"""Seconds between two looks at the clock: how late a job may begin, and a dead leader be followed."""

ORDER = list(LANES)
"""Of several jobs whose time has come, the one that comes first on a day begins first."""


class Scheduler:
    """What one process does until it is told to stop."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        language: str,
        stop: threading.Event,
        works: Mapping[str, Work] = WORKS,
    ) -> None:
        """`stop`: no job begins once it is set, and a long one ends early."""
        self._engine, self._settings, self._language, self._stop = engine, settings, language, stop
        self._works = works
        self._lead: locks.Lock | None = None
        self._clock: Clock | None = None
        self._lanes: dict[str, threading.Thread] = {}
        self._told: dict[tuple[str, object], object] = {}

    @property
    def leads(self) -> bool:
        """Whether this process is the one that starts jobs."""
        return self._clock is not None

    def run(self) -> None:
        """Work until told to stop; then wait for the jobs in hand, and let another process lead."""
        while not self._stop.is_set():
            with self._outliving():
                self._turn(datetime.now(UTC))
            self._stop.wait(TURN)
        tell("stopping", jobs_in_hand=len(self._in_hand()))
        for thread in self._lanes.values():
            thread.join()
        self._step_down()

    def _in_hand(self) -> set[str]:
        """Return the jobs that this process is running."""
        return {thread.name for thread in self._lanes.values() if thread.is_alive()}

    @contextmanager
    def _outliving(self, **about: str) -> Iterator[None]:
        """Go on after whatever fails: the database may be away for hours."""
        try:
            yield
        except Exception as error:
            self._tell_once("trouble", **about, reason=reason(error))
        else:
            self._told.pop(("trouble", about.get("job")), None)

    def _turn(self, now: datetime) -> None:
        clock = self._leading(now)
        if clock is None:
            return
        for due in sorted(clock.due(now), key=lambda due: ORDER.index(due.job)):
            with self._outliving(job=due.job):
                if not self._stop.is_set():
                    self._begin(clock, due, now)

    def _leading(self, now: datetime) -> Clock | None:
        """Return the clock where this process leads, or leads from now on."""
        if self._lead and not self._lead.held():
            tell("no-longer-leading")
            self._step_down()
        if self._lead is None:
            self._lead = locks.take(self._engine, LEAD)
        if self._lead is None:
            self._tell_once("waiting", why="another-process-leads")
        elif self._clock is None:
            self._clock = self._take_over(now)
        return self._clock

    def _take_over(self, now: datetime) -> Clock:
        """Arrange the times by the settings, and run again at once what died in the middle."""
        clock = Clock(self._engine, zone_of(self._settings))
        try:
            clock.arrange(schedule(self._settings), now)
            for job in self._works.keys() - self._in_hand():
                if job_run.sweep(self._engine, job, at=now):
                    clock.call(job, now)
            tell("leading", **{f"next_{job}": at for job, at in clock.next_times().items()})
        except BaseException:
            clock.close()
            raise
        return clock

    def _step_down(self) -> None:
        if self._clock:
            self._clock.close()
        if self._lead:
            self._lead.release()
        self._lead = self._clock = None
        self._told.clear()

    def _begin(self, clock: Clock, due: Due, now: datetime) -> None:
        """Start a job in a thread of its own; where its lane or its lock is taken, it stays due."""
        if LANES[due.job] in {LANES[job] for job in self._in_hand()}:
            return
        try:
            run = job_run.begin(self._engine, due.job, due.at, at=now)
        except RunningElsewhereError:
            self._tell_once("runs-elsewhere", job=due.job, due=due.at)
            return
        except RunBeforeError:
            tell("has-been-run", job=due.job, due=due.at)
        else:
            tell("begun", job=due.job, due=due.at)
            thread = threading.Thread(target=self._carry_out, args=(run,), name=due.job, daemon=True)
            self._lanes[LANES[due.job]] = thread
            thread.start()
        clock.move_on(due.job, now)

    def _carry_out(self, run: Run) -> None:
        call = call_of(self._engine, self._settings, language=self._language, stop=self._stop)
        try:
            ending = job_run.carry_out(self._engine, run, lambda: self._works[run.job](call))
        except Exception as error:
            tell("ended", job=run.job, due=run.due, status="lost", reason=reason(error))
        else:
            tell("ended", job=run.job, due=run.due, status=ending.status, seconds=ending.seconds)

    def _tell_once(self, event: str, **fields: object) -> None:
        """Tell what each turn finds again only once."""
        key = (event, fields.get("job"))
        if self._told.get(key) != fields:
            self._told[key] = fields
            tell(event, **fields)


def call_of(
    engine: Engine, settings: Settings, *, language: str, stop: threading.Event, as_of: date | None = None
) -> Call:
    """Return what a job that begins now works with; `as_of`: another business day than today."""
    return Call(
        engine=engine,
        settings=settings,
        language=language,
        as_of=as_of or settings.today(),
        at=datetime.now(UTC),
        stop=stop,
    )


def reason(error: Exception) -> str:
    """Say what went wrong: the sentence of our own errors, of others the kind, for their text may be anything."""
    return str(error) if isinstance(error, PolicyserveError) else type(error).__name__
