"""The levelling of the task book's visits, as a release does it, for the tests of planned days."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Engine, select

from desks.task_book import AT, MONDAY, TASKS, frame
from policyserve import db
from policyserve.access.stand_ins import planned_day
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.settings_file import VisitSettings
from policyserve.standard.parser import default_standard
from policyserve.tasks.planned_days import choose
from policyserve.tasks.transitions import Stamp

ON = VisitSettings(level=True, capacity=1)


def level(
    book: Engine, settings: VisitSettings = ON, ahead: list[dict[str, Any]] | None = None, as_of: date = MONDAY
) -> list[date]:
    """Choose the days of the open tasks (`ahead`: touches that are none yet); return the day of each, by key."""
    calendar = load_calendar(fixture("calendars", "cn.yaml"))
    stamp = Stamp(at=AT, as_of=as_of, actor="release")
    with db.writing(book, bulk=True) as connection:
        later = None if ahead is None else frame(ahead)
        choose(connection, default_standard(), calendar, settings, ahead=later, stamp=stamp)
    with db.reading(book) as connection:
        return [
            date.fromisoformat(str(day))
            for day in connection.scalars(select(planned_day()).select_from(TASKS).order_by(TASKS.c.id))
        ]
