"""The release: the touches of the next days become tasks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from policyserve import db
from policyserve.access import audit
from policyserve.access.viewer import Viewer
from policyserve.book.facts_stamp import facts_stamp, rights_stamp
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database
from policyserve.settings_file import VisitSettings
from policyserve.tasks import planned_days
from policyserve.tasks.nightly_release import draft_release
from policyserve.tasks.pressing_services import keep_pressing
from policyserve.tasks.release import ACTOR, RELEASES, Draft, ReleaseCounts, last_release, write
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

NO_LEVELLING: Final = VisitSettings()

TRIES: Final = 3
"""Drafts without a lock, before one is made under it: facts may move while each of them is worked out."""

Ground = tuple[object, ...]


def release_tasks(
    engine: Database,
    calendar: Calendar,
    *,
    as_of: date,
    at: datetime,
    days: int = 30,
    by: Viewer | None = None,
    visits: VisitSettings = NO_LEVELLING,
) -> ReleaseCounts:
    """Turn the touches of the next `days` into tasks; see `draft_release`. `by`: who does so by hand, to be noted.
    `visits`: whether and how their days are chosen; see `planned_days`.

    The book is read and planned while others write; the lock is held for writing alone, once nothing has come in since
    the reading. Raises PolicyserveError for a day before the last release (what has happened since would be taken
    back), and DatabaseBusyError while another release or import runs.
    """

    def drafted(connection: Connection) -> Draft:
        _refuse_a_day_gone_by(connection, as_of, at.date() + timedelta(days=1))
        standard = current_standard(connection, as_of)
        return draft_release(connection, standard, calendar, as_of=as_of, days=days, ahead=planned_days.reach(visits))

    def written(connection: Connection, draft: Draft) -> ReleaseCounts:
        if by is not None:
            audit.note(connection, by, "tasks released", at=at)
        standard = current_standard(connection, as_of)
        keep_pressing(connection, standard)
        counts = write(connection, draft, at=at)
        stamp = Stamp(at=at, as_of=as_of, actor=ACTOR)
        planned_days.choose(connection, standard, calendar, visits, ahead=draft.ahead, stamp=stamp)
        return counts

    for _ in range(TRIES):
        with db.reading(engine) as connection:
            ground, draft = _ground(connection), drafted(connection)
        with db.writing(engine, bulk=True) as connection:
            if _ground(connection) == ground:
                return written(connection, draft)
    with db.writing(engine, bulk=True) as connection:
        return written(connection, drafted(connection))


def _ground(connection: Connection) -> Ground:
    """Return what a draft stands on: the facts, and the releases before it."""
    releases = connection.execute(select(func.count()).select_from(RELEASES)).scalar_one()
    return (*facts_stamp(connection), *rights_stamp(connection), releases)


def _refuse_a_day_gone_by(connection: Connection, as_of: date, tomorrow: date) -> None:
    """Refuse a day before the last release; one for a day that is still to come was a mistake and blocks nothing."""
    last = last_release(connection, tomorrow)
    if last is not None and as_of < last:
        raise PolicyserveError(
            "The last release was as of {last}, and tasks have followed the facts until then; {as_of} lies "
            "before it. Release from that day on; to rehearse an earlier day take `policyserve plan`.",
            last=last,
            as_of=as_of,
        )
