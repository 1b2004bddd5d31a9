"""One run of a job: a row before it begins, its end in the same row.

The job's lock is held from before the row is written until after its end is. So at most one process has a job in hand,
whatever scheduler or cron started it, and a row `running` whose lock is free is of a process that died: it is `lost`.
The row is unique for a job, the time for which it was due and the try: the last guard, should a lock ever be lost.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.locale.record import written
from policyserve.scheduler import locks
from policyserve.tables import JobRun, table

RUNS = table(JobRun)

STARTED = datetime.now(UTC)
"""When this process began: a pid comes again after a restart of the machine."""


class RunningElsewhereError(PolicyserveError):
    """Another process has the job in hand."""

    def __init__(self, job: str) -> None:
        """`job` is its name."""
        super().__init__("The job '{job}' is running already; nothing was started.", job=job)


class RunBeforeError(PolicyserveError):
    """The job has been run for this due time."""

    def __init__(self, job: str, due: datetime) -> None:
        """`due` is an instant."""
        super().__init__(
            "The job '{job}' has been run for {due}; see `policyserve jobs`.",
            job=job,
            due=due.isoformat(timespec="seconds"),
        )
        self.on_pages(Sentence("This job has been run in this minute; wait for the next one."))


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that has begun."""

    key: int
    job: str
    due: datetime
    attempt: int
    started: datetime
    lock: locks.Lock


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ended."""

    status: str
    """done or failed."""
    result: Sentence
    """What came of it, without personal data."""
    seconds: float


def runner() -> str:
    """Name this process: its machine, its number there, and when it began."""
    return f"{socket.gethostname()}/{os.getpid()}/{STARTED:%Y%m%dT%H%M%SZ}"


Noting = Callable[[Connection], None]
"""What else is written with the row of a run, such as who has begun it."""


def begin(engine: Engine, job: str, due: datetime, *, at: datetime, noting: Noting = lambda _: None) -> Run:
    """Take a job in hand for the instant `due`, and write that it runs.

    Raises RunningElsewhereError, RunBeforeError, or what `db.writing` raises; then nothing is held.
    """
    lock = locks.take(engine, job)
    if lock is None:
        raise RunningElsewhereError(job)
    try:
        mark_lost(engine, job, at=at)
        key, attempt = _write(engine, job, due, at, noting)
        return Run(key=key, job=job, due=due, attempt=attempt, started=at, lock=lock)
    except BaseException:
        lock.release()
        raise


def _write(engine: Engine, job: str, due: datetime, at: datetime, noting: Noting) -> tuple[int, int]:
    """Write the row of a run; return its key and which try it is."""
    try:
        with db.writing(engine) as connection:
            noting(connection)
            attempt = _attempt(connection, job, due)
            row = insert(RUNS).values(
                job=job, due_at=due.astimezone(UTC), attempt=attempt, started_at=at, status="running", runner=runner()
            )
            return int(connection.execute(row.returning(RUNS.c.id)).scalar_one()), attempt
    except IntegrityError as error:
        raise RunBeforeError(job, due) from error


def _attempt(connection: Connection, job: str, due: datetime) -> int:
    """Return which try for a due time is the next one; raises RunBeforeError where one has succeeded."""
    of_due = RUNS.c.job == job, RUNS.c.due_at == due.astimezone(UTC)
    if connection.execute(select(RUNS.c.id).where(*of_due, RUNS.c.status == "done", believed(connection))).first():
        raise RunBeforeError(job, due)
    return 1 + (connection.scalar(select(func.max(RUNS.c.attempt)).where(*of_due)) or 0)


SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ without a word."""


def believed(connection: Connection) -> ColumnElement[bool]:
    """Whether a run is to be believed: it has not begun later than the one that was written last.

    Where it has, the clock stood ahead when it began, and what it was due for is still to come.
    """
    newest = newest_start(connection)
    return true() if newest is None else RUNS.c.started_at <= newest + SKEW


def newest_start(connection: Connection) -> datetime | None:
    """Return when the run that was written last began, by the clock of then."""
    newest: datetime | None = connection.scalar(select(RUNS.c.started_at).order_by(RUNS.c.id.desc()).limit(1))
    return newest


def carry_out(engine: Engine, run: Run, work: Callable[[], Sentence]) -> Ending:
    """Do the work of a run, write how it ended, and let go of the job. A failure is an ending too.

    Raises what `db.writing` raises where the ending cannot be written: the run then counts as lost.
    """
    try:
        status, result = _outcome(work)
        ended = datetime.now(UTC)
        with db.writing(engine) as connection:
            connection.execute(
                update(RUNS).where(RUNS.c.id == run.key).values(status=status, result=written(result), ended_at=ended)
            )  # a run that was called lost while its server was away, but did end, is not lost: hence no guard
        return Ending(status=status, result=result, seconds=(ended - run.started).total_seconds())
    finally:
        run.lock.release()


def _outcome(work: Callable[[], Sentence]) -> tuple[str, Sentence]:
    try:
        return "done", work()
    except PolicyserveError as error:
        return "failed", error.sentence
    except Exception as error:  # its text may hold personal data
        return "failed", Sentence(
            "Something went wrong that policyserve did not expect ({fault}).", fault=type(error).__name__
        )


def mark_lost(engine: Engine, job: str, *, at: datetime) -> int:
    """Mark the runs of a job whose process died; only who holds the job's lock may. Return how many there were."""
    with db.writing(engine) as connection:
        dead = update(RUNS).where(RUNS.c.job == job, RUNS.c.status == "running")
        return int(connection.execute(dead.values(status="lost", ended_at=at)).rowcount)


def sweep(engine: Engine, job: str, *, at: datetime) -> bool:
    """Mark the lost runs of a job, unless it is in hand somewhere; tell whether there were any."""
    lock = locks.take(engine, job)
    if lock is None:
        return False
    try:
        return mark_lost(engine, job, at=at) > 0
    finally:
        lock.release()
