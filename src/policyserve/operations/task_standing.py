"""The standing of a task as its page tells it: when it is to be done, or how it ended, when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from policyserve import db
from policyserve.access import scope
from policyserve.access.users import people
from policyserve.access.viewer import Viewer
from policyserve.locale import Sentence
from policyserve.operations.database import Database
from policyserve.tasks.contacts import CONTACTS, FIELDS, Deed
from policyserve.tasks.history_text import why
from policyserve.tasks.planned_days import day_of
from policyserve.tasks.transitions import TASKS, history


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a task ended."""

    on: date
    who: str | Sentence
    """The name of a user; the work of the system by its name."""
    why: Sentence | None

    def by(self, language: str) -> str:
        """Say who ended it."""
        return self.who if isinstance(self.who, str) else self.who.told(language)


@dataclass(frozen=True, kw_only=True)
class TaskStanding:
    """How a task stands."""

    status: str
    day: date
    """To do it: the due day, or the day to which it was put off."""
    earliest: date
    latest: date
    ending: Ending | None
    """None of one that is open."""
    contact: Deed | None

    def late(self, as_of: date) -> bool:
        """Whether its time has passed without it; it can still be noted."""
        return self.status == "missed" or (self.status == "open" and self.latest < as_of)


def task_standing(engine: Database, viewer: Viewer, task_id: int, *, as_of: date) -> TaskStanding:
    """Say how a task stands; raises NotFoundError, as for one that the viewer does not see."""
    with db.reading(engine) as connection:
        scope.check_task(connection, viewer, task_id, as_of)
        row = connection.execute(select(TASKS).where(TASKS.c.id == task_id)).one()
        ends = [step for step in history(connection, task_id) if step.action == row.status]
        contact = connection.execute(
            select(*(CONTACTS.c[name] for name in FIELDS)).where(CONTACTS.c.task_id == task_id)
        ).mappings().first()  # fmt: skip
        return TaskStanding(
            status=row.status, day=day_of(row), earliest=row.earliest, latest=row.latest,
            ending=Ending(
                on=ends[-1].as_of, why=why(ends[-1]),
                who=people(connection, [ends[-1].actor]).get(ends[-1].actor, ends[-1].who),
            ) if ends else None,
            contact=Deed(**contact) if contact else None,
        )  # fmt: skip
