"""The release: the touches of the next days become tasks."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from policyserve import db
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database
from policyserve.tasks.nightly_release import run_release
from policyserve.tasks.release import RELEASES, ReleaseCounts
from policyserve.tasks.stored_standard import current_standard


def release_tasks(engine: Database, calendar: Calendar, *, as_of: date, at: datetime, days: int = 30) -> ReleaseCounts:
    """Turn the touches of the next `days` into tasks; see `run_release`.

    Raises PolicyserveError for a day before the last release (what has happened since would be taken back), and
    DatabaseBusyError while another release or import runs.
    """
    with db.writing(engine, bulk=True) as connection:
        _refuse_a_day_gone_by(connection, as_of, at.date() + timedelta(days=1))
        standard = current_standard(connection, as_of)
        return run_release(connection, standard, calendar, as_of=as_of, at=at, days=days)


def _refuse_a_day_gone_by(connection: Connection, as_of: date, tomorrow: date) -> None:
    """Refuse a day before the last release; one for a day that is still to come was a mistake and blocks nothing."""
    last = connection.scalar(select(func.max(RELEASES.c.as_of)).where(RELEASES.c.as_of <= tomorrow))
    if last is not None and as_of < last:
        raise PolicyserveError(
            "The last release was as of {last}, and tasks have followed the facts until then; {as_of} lies "
            "before it. Release from that day on; to rehearse an earlier day take `policyserve plan`.",
            last=last,
            as_of=as_of,
        )
