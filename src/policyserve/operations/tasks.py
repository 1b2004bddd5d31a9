"""Tasks: what people do with them, and why each is there. Each deed is one transaction, signed with a stamp."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from policyserve import db
from policyserve.locale import Sentence
from policyserve.operations.database import Database
from policyserve.tasks import added_tasks, agenda_queries, deeds, explanation
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp


def finish_task(engine: Database, task_id: int, stamp: Stamp, *, on: date, **contact: Any) -> list[Sentence]:
    """Mark a task done on a day, and keep what came of it (see `deeds.done`); return what is worth a notice."""
    with db.writing(engine) as connection:
        return deeds.done(connection, task_id, stamp, on=on, **contact)


def skip_task(engine: Database, task_id: int, stamp: Stamp, *, why: str) -> None:
    """Decide against a task."""
    with db.writing(engine) as connection:
        deeds.skip(connection, task_id, stamp, why=why)


def snooze_task(engine: Database, task_id: int, stamp: Stamp, *, to: date) -> None:
    """Put a task off to another day inside its window."""
    with db.writing(engine) as connection:
        deeds.snooze(connection, task_id, stamp, to=to)


def assign_task(engine: Database, task_id: int, stamp: Stamp, *, agent_no: str) -> None:
    """Give a task to another agent."""
    with db.writing(engine) as connection:
        deeds.assign(connection, task_id, stamp, agent_no=agent_no)


def reopen_task(engine: Database, task_id: int, stamp: Stamp, *, why: str) -> None:
    """Take back 'done' or 'skip' when it was a mistake."""
    with db.writing(engine) as connection:
        deeds.reopen(connection, task_id, stamp, why=why)


def add_task(engine: Database, stamp: Stamp, **asked: Any) -> int:
    """Add a task by hand (see `added_tasks.add`); return its key."""
    with db.writing(engine) as connection:
        return added_tasks.add(connection, current_standard(connection, stamp.as_of), stamp, **asked)


def explain_task(engine: Database, task_id: int, *, as_of: date, language: str) -> list[str]:
    """Return lines that say why a task is there and what became of it; raises NotFoundError."""
    with db.reading(engine) as connection:
        return explanation.explain(connection, task_id, current_standard(connection, as_of), language, as_of=as_of)


def find_reminder(engine: Database, policies: Collection[str], day: date) -> agenda_queries.Reminder | None:
    """Return the first open reminder of an unpaid premium, one of these policies (by number) where there is one."""
    with db.reading(engine) as connection:
        return agenda_queries.reminder(connection, policies, day)
