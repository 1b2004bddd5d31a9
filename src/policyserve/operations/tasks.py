"""Tasks: what people do with them, and why each is there. Each deed is one transaction, signed with a stamp."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from policyserve import db
from policyserve.access import audit, day_visits, scope, sent_forms
from policyserve.access.sent_forms import Form, Sending
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.operations.database import Database
from policyserve.tasks import added_tasks, agenda_queries, deeds, explanation
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import TASKS, Stamp, versions


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a task stands after a deed."""

    task_id: int
    status: str
    version: int
    """See `transitions.versions`."""
    notices: tuple[Sentence, ...]
    """What is worth a notice."""


@dataclass(kw_only=True)
class _Doing:
    """A deed in its transaction."""

    connection: Connection
    notices: list[Sentence] = field(default_factory=list)


def finish_task(
    engine: Database, viewer: Viewer, task_id: int, stamp: Stamp, *, on: date, form: Form = None, **contact: Any
) -> list[Sentence]:
    """Mark a task done on a day, and keep what came of it (see `deeds.done`); return what is worth a notice."""
    with _deed(engine, viewer, task_id, stamp, action="task done", form=form) as deed:
        _refuse_letter(deed.connection, task_id)
        deed.notices = deeds.done(deed.connection, task_id, stamp, on=on, **contact)
        return deed.notices


def _refuse_letter(connection: Connection, task_id: int) -> None:
    """Raise PolicyserveError for the office's letter: that it was posted, with its number, is what proves it."""
    task = connection.execute(select(TASKS.c.performer, TASKS.c.channels).where(TASKS.c.id == task_id)).one()
    if task.performer == "office" and "letter" in task.channels.split("+"):
        raise PolicyserveError(
            "Task {id} is a letter: it is done once it was made and posted. Make it with 'policyserve letters make', "
            "and hand the register back with 'policyserve letters sent'.", id=task_id,
        ).on_pages(Sentence("This is a letter: it is done once it was made and posted, by its register."))  # fmt: skip


def skip_task(engine: Database, viewer: Viewer, task_id: int, stamp: Stamp, *, why: str, form: Form = None) -> None:
    """Decide against a task."""
    with _deed(engine, viewer, task_id, stamp, action="task skipped", form=form) as deed:
        deeds.skip(deed.connection, task_id, stamp, why=why)


def snooze_task(engine: Database, viewer: Viewer, task_id: int, stamp: Stamp, *, to: date, form: Form = None) -> None:
    """Put a task off to another day inside its window."""
    with _deed(engine, viewer, task_id, stamp, action="task put off", form=form) as deed:
        deeds.snooze(deed.connection, task_id, stamp, to=to)


def reopen_task(engine: Database, viewer: Viewer, task_id: int, stamp: Stamp, *, why: str, form: Form = None) -> None:
    """Take back 'done' or 'skip' when it was a mistake."""
    with _deed(engine, viewer, task_id, stamp, action="task reopened", form=form) as deed:
        deeds.reopen(deed.connection, task_id, stamp, why=why)


@contextmanager
def _deed(engine: Database, viewer: Viewer, task_id: int, stamp: Stamp, *, action: str, form: Form) -> Iterator[_Doing]:
    """Open the transaction of a deed; raises NotFoundError for a task out of sight, SentBeforeError for a form twice.

    What is done is noted in the audit log, by users and by the command line.
    """
    with db.writing(engine) as connection:
        scope.check_task(connection, viewer, task_id, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        _check_version(connection, form, task_id)
        doing = _Doing(connection=connection)
        yield doing
        if viewer.user_id is not None:
            day_visits.note(connection, viewer, stamp.as_of, stamp.at, "uploaded_at")
        actor = viewer if viewer.user_id is not None else stamp.actor
        audit.note(connection, actor, action, at=stamp.at, kind="task", number=task_id)
        if isinstance(form, Sending):
            sent_forms.keep(connection, viewer, form, _standing(connection, task_id, doing.notices))


def _check_version(connection: Connection, form: Form, task_id: int) -> None:
    """Raise ChangedError for another version than the one that was seen; nobody moves the task from here on."""
    if isinstance(form, Sending) and form.versions is not None:
        connection.execute(select(TASKS.c.id).where(TASKS.c.id == task_id).with_for_update())
        sent_forms.check_version(form, versions(connection, [task_id]).get(task_id))


def _standing(connection: Connection, task_id: int, notices: Sequence[Sentence]) -> Standing:
    status = connection.execute(select(TASKS.c.status).where(TASKS.c.id == task_id)).scalar_one()
    return Standing(
        task_id=task_id, status=status, version=versions(connection, [task_id])[task_id], notices=tuple(notices)
    )  # fmt: skip


def assign_task(engine: Database, task_id: int, stamp: Stamp, *, agent_no: str) -> None:
    """Give a task to another agent."""
    with db.writing(engine) as connection:
        deeds.assign(connection, task_id, stamp, agent_no=agent_no)
        audit.note(connection, stamp.actor, "task assigned", at=stamp.at, kind="task", number=task_id)


def add_task(engine: Database, stamp: Stamp, **asked: Any) -> int:
    """Add a task by hand (see `added_tasks.add`); return its key."""
    with db.writing(engine) as connection:
        key = added_tasks.add(connection, current_standard(connection, stamp.as_of), stamp, **asked)
        audit.note(connection, stamp.actor, "task added", at=stamp.at, kind="task", number=key)
        return key


def explain_task(
    engine: Database, viewer: Viewer, task_id: int, *, as_of: date, language: str, headed: bool = True
) -> list[str]:
    """Return lines that say what a task is (`headed`), why it is there, what became of it; raises NotFoundError."""
    with db.reading(engine) as connection:
        scope.check_task(connection, viewer, task_id, as_of)
        standard = current_standard(connection, as_of)
        lines = explanation.explain(connection, task_id, standard, language, as_of=as_of)
        return lines if headed else lines[1:]


def find_reminder(engine: Database, policies: Collection[str], day: date) -> agenda_queries.Reminder | None:
    """Return the first open reminder of an unpaid premium, one of these policies (by number) where there is one."""
    with db.reading(engine) as connection:
        return agenda_queries.reminder(connection, policies, day)
