"""The scheduler at work: one process of all leads and starts the jobs that are due; the others wait to take over."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from policyserve import db
from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.scheduler import job_run, locks
from policyserve.scheduler.clock_doubt import clock_doubt
from policyserve.scheduler.job_run import Run, RunBeforeError, RunningElsewhereError
from policyserve.scheduler.jobs import LANES, WORKS, Call, Work, pauses, schedule, zone_of
from policyserve.scheduler.journal import tell
from policyserve.scheduler.run_records import clock_stood_ahead_until, last_runs
from policyserve.scheduler.turns import LastRun, Turn, next_turn

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
        self._since: datetime | None = None
        self._lanes: dict[str, threading.Thread] = {}
        self._told: dict[tuple[str, object], object] = {}

    @property
    def leads(self) -> bool:
        """Whether this process is the one that starts jobs."""
        return self._since is not None

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
        if (since := self._leading(now)) is None:
            return
        last = last_runs(self._engine, self._works, now=now)
        if self._doubts_clock(now):
            return
        for job in self._running_elsewhere(last.values()):
            with self._outliving(job=job):
                job_run.sweep(self._engine, job, at=now)
        turns = [turn for turn in turns_of(self._settings, last, now=now, since=since) if turn.begins <= now]
        for turn in sorted(turns, key=lambda turn: ORDER.index(turn.job)):
            with self._outliving(job=turn.job):
                if not self._stop.is_set():
                    self._begin(turn, now)

    def _doubts_clock(self, now: datetime) -> bool:
        """Whether no job is to work for the day that the clock shows.

        Runs that began at an instant still to come keep no job waiting, but a clock was wrong: both are told.
        """
        with db.reading(self._engine) as connection:
            ahead = clock_stood_ahead_until(connection, now)
            doubt = clock_doubt(connection, self._settings, now)
        if ahead:
            self._tell_once("clock-stood-ahead", until=ahead)
        if doubt:
            self._tell_once("clock-in-doubt", why=doubt)
        return doubt is not None

    def _running_elsewhere(self, last: Iterable[LastRun]) -> set[str]:
        """Return the jobs that are running, but not here: their process may have died."""
        return {run.job for run in last if run.status == "running"} - self._in_hand()

    def _leading(self, now: datetime) -> datetime | None:
        """Return since when this process leads, which may be from now on."""
        if self._lead and not self._lead.held():
            tell("no-longer-leading")
            self._step_down()
        if self._lead is None:
            self._lead = locks.take(self._engine, LEAD)
        if self._lead is None:
            self._tell_once("waiting", why="another-process-leads")
        elif self._since is None:
            self._take_over(now)
        return self._since

    def _take_over(self, now: datetime) -> None:
        """Lead from now on, and see to what died in the middle."""
        for job in self._works.keys() - self._in_hand():
            job_run.sweep(self._engine, job, at=now)
        turns = turns_of(self._settings, last_runs(self._engine, self._works, now=now), now=now, since=now)
        tell("leading", **{f"next_{turn.job}": turn.begins for turn in turns})
        self._since = now

    def _step_down(self) -> None:
        if self._lead:
            self._lead.release()
        self._lead = self._since = None
        self._told.clear()

    def _begin(self, turn: Turn, now: datetime) -> None:
        """Start a job in a thread of its own; where its lane or its lock is taken, it stays due."""
        if LANES[turn.job] in {LANES[job] for job in self._in_hand()}:
            return
        try:
            run = job_run.begin(self._engine, turn.job, turn.due, at=now)
        except RunningElsewhereError:
            self._tell_once("runs-elsewhere", job=turn.job, due=turn.due)
        except RunBeforeError:
            self._tell_once("has-been-run", job=turn.job, due=turn.due)
        else:
            tell("begun", job=turn.job, due=turn.due, attempt=run.attempt)
            thread = threading.Thread(target=self._carry_out, args=(run,), name=turn.job, daemon=True)
            self._lanes[LANES[turn.job]] = thread
            thread.start()

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


def turns_of(settings: Settings, last: Mapping[str, LastRun], *, now: datetime, since: datetime) -> list[Turn]:
    """Return the next turn of each job, in the order of `WORKS`; `last` as `last_runs` returns it."""
    zone, between = zone_of(settings), pauses(settings)
    return [
        next_turn(job, hours, last.get(job), between, now=now, since=since, zone=zone)
        for job, hours in schedule(settings).items()
    ]


def planned_turns(engine: Engine, settings: Settings, *, now: datetime) -> list[Turn]:
    """Return the next turn of each job where some process leads: without one nothing begins by itself."""
    if (free := locks.take(engine, LEAD)) is not None:
        free.release()
        return []
    return turns_of(settings, last_runs(engine, WORKS, now=now), now=now, since=now)


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
