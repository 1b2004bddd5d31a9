"""Visits of a customer that people decide on: fixed for a day, set free, brought forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, select, true
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.scope import AGENTS, CUSTOMERS, TASKS
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Listed, Sentence
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.tasks import pins
from policyserve.tasks.absences import ABSENCES
from policyserve.tasks.history_text import why
from policyserve.tasks.planned_days import day_of
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import CHANGES, TRANSITIONS, Stamp, history
from policyserve.tasks.visit_days import VisitDay, movable, visit_days, window


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose visit it is."""

    customer_no: str
    agent_no: str | None = None
    """None: of the only agent who has one with this customer."""


def visits_of_customer(engine: Database, viewer: Viewer, customer_no: str, *, as_of: date) -> list[VisitDay]:
    """List the visits to a customer in scope whose day can be chosen, day by day; raises NotFoundError."""
    with db.reading(engine) as connection:
        scope.check_customer(connection, viewer, customer_no, as_of)
        standard = current_standard(connection, as_of)
        return visit_days(movable(_open(connection, viewer, Whose(customer_no=customer_no), as_of), standard), standard)


def pin_visit(
    engine: Database, viewer: Viewer, calendar: Calendar, whose: Whose, stamp: Stamp, *,
    on: date, at: str | None = None, form: Form = None,
) -> VisitDay:  # fmt: skip
    """Fix the visit to a customer for a day: everything that is on time then is done then, and never moved.

    `at`: the hour as clocks show it. Raises NotFoundError for a customer out of sight, PolicyserveError for a day that
    cannot be.
    """
    with db.writing(engine) as connection:
        asked = _asked(connection, viewer, whose, stamp, form)
        fits = _on_time(asked, calendar, on)
        pins.pin(connection, fits, stamp, on=on, at=at)
        return _told(asked, "visit fixed", form, on)


def bring_forward(
    engine: Database, viewer: Viewer, calendar: Calendar, whose: Whose, stamp: Stamp, *, form: Form = None
) -> VisitDay:
    """Fix the next visit to a customer for the first working day on which all that is done then is on time."""
    with db.writing(engine) as connection:
        asked = _asked(connection, viewer, whose, stamp, form)
        visit = visit_days(asked.tasks, asked.standard)[0]
        first = max(visit.first, stamp.as_of)
        days = (first + timedelta(days=n) for n in range((visit.day - first).days))
        free = next((day for day in days if _obstacle(asked, calendar, day) is None), None)
        if free is None:
            raise PolicyserveError(
                "The visit to {customer} on {day} cannot be earlier: it is on time from {first} on.",
                customer=whose.customer_no, day=visit.day, first=visit.first,
            )  # fmt: skip
        pins.pin(connection, [task for task in asked.tasks if day_of(task) == visit.day], stamp, on=free, at=None)
        return _told(asked, "visit fixed", form, free)


def unpin_visit(engine: Database, viewer: Viewer, whose: Whose, stamp: Stamp, *, form: Form = None) -> VisitDay:
    """Set the visits to a customer free; the next release plans them. Raises PolicyserveError where none is fixed."""
    with db.writing(engine) as connection:
        asked = _asked(connection, viewer, whose, stamp, form)
        fixed = [task for task in asked.tasks if pins.pinned_on(task)]
        if not fixed:
            raise PolicyserveError("No visit to {customer} is fixed.", customer=whose.customer_no)
        pins.unpin(connection, fixed, stamp)
        return _told(asked, "visit set free", form)


def ended_pins(engine: Database, viewer: Viewer, *, as_of: date) -> list[Sentence]:
    """Say which fixed visits of the viewer's, from today on, facts have ended, and why."""
    c, old = TRANSITIONS.c, CHANGES.c.old
    later, change = TRANSITIONS.alias(), CHANGES.alias()
    again = (
        exists()
        .where(later.c.task_id == c.task_id, later.c.id > c.id)
        .where(change.c.transition_id == later.c.id, change.c.field == pins.FIELD)
    )
    query = (
        select(c.task_id, c.id, old, CUSTOMERS.c.customer_no, CUSTOMERS.c.name)
        .join(CHANGES, and_(CHANGES.c.transition_id == c.id, CHANGES.c.field == pins.FIELD, CHANGES.c.new.is_(None)))
        .join(TASKS, TASKS.c.id == c.task_id)
        .join(CUSTOMERS, CUSTOMERS.c.id == TASKS.c.customer_id)
        .where(old >= as_of.isoformat(), c.action.in_(("moved", "cancelled")), ~again)
        .where(scope.sees_tasks(viewer.scope, as_of))
        .order_by(old, c.id)
        .limit(20)
    )
    with db.reading(engine) as connection:
        words = N_("The visit to {customer} is no longer fixed for {day}: {why}.")
        return [
            Sentence(words, customer=row.name or row.customer_no, day=row.old, why=_last(connection, row.task_id))
            for row in connection.execute(query).all()
        ]


def _last(connection: Connection, task_id: int) -> Sentence | str:
    step = next(one for one in reversed(history(connection, task_id)) if pins.FIELD in one.changes)
    return why(step) or ""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The open work of one agent with a customer, within its transaction."""

    connection: Connection
    viewer: Viewer
    whose: Whose
    stamp: Stamp
    standard: Standard
    tasks: list[RowMapping]


def _asked(connection: Connection, viewer: Viewer, whose: Whose, stamp: Stamp, form: Form) -> _Asked:
    """Hold the open work of one visit, the day of which can be chosen; raises PolicyserveError where there is none."""
    scope.check_customer(connection, viewer, whose.customer_no, stamp.as_of)
    sent_forms.take(connection, viewer, form, stamp.at)
    standard = current_standard(connection, stamp.as_of)
    tasks = movable(_open(connection, viewer, whose, stamp.as_of, hold=True), standard)
    if not tasks:
        raise PolicyserveError(
            "Nothing is to be done with {customer} whose day could be chosen.", customer=whose.customer_no
        )
    agents = sorted({task["agent_no"] for task in tasks})
    if len(agents) > 1:
        raise PolicyserveError(
            "Several agents visit {customer}: {agents}; say with --agent whose visit it is.",
            customer=whose.customer_no, agents=Listed(agents, ", "),
        )  # fmt: skip
    return _Asked(
        connection=connection, viewer=viewer, whose=whose, stamp=stamp, standard=standard, tasks=tasks
    )  # fmt: skip


def _open(
    connection: Connection, viewer: Viewer, whose: Whose, as_of: date, *, hold: bool = False
) -> Sequence[RowMapping]:
    own: ColumnElement[bool] = true() if whose.agent_no is None else AGENTS.c.agent_no == whose.agent_no
    query = (
        select(TASKS, AGENTS.c.agent_no, CUSTOMERS.c.quiet_days)
        .join(CUSTOMERS, CUSTOMERS.c.id == TASKS.c.customer_id)
        .join(AGENTS, AGENTS.c.id == TASKS.c.agent_id)
        .where(CUSTOMERS.c.customer_no == whose.customer_no, own, TASKS.c.status == "open", TASKS.c.latest >= as_of)
        .where(TASKS.c.performer == "agent", scope.sees_tasks(viewer.scope, as_of))
        .order_by(TASKS.c.id)
    )
    return connection.execute(query.with_for_update(of=TASKS) if hold else query).mappings().all()


def _on_time(asked: _Asked, calendar: Calendar, on: date) -> list[RowMapping]:
    """Return the tasks that are on time on a day; raises PolicyserveError for a day that cannot be."""
    if on < asked.stamp.as_of:
        raise PolicyserveError("The day {day} has passed; choose today or a later one.", day=on)
    if (obstacle := _obstacle(asked, calendar, on)) is not None:
        raise PolicyserveError("{obstacle} Choose another day.", obstacle=obstacle)
    windows = [window(task, asked.standard) for task in asked.tasks]
    fits = [task for task, (first, last) in zip(asked.tasks, windows, strict=True) if first <= on <= last]
    if not fits:
        raise PolicyserveError(
            "On {day} nothing of what is to be done with {customer} is on time; choose a day from {first} to {last}.",
            day=on, customer=asked.whose.customer_no, last=max(last for _, last in windows),
            first=max(asked.stamp.as_of, min(first for first, _ in windows)),
        )  # fmt: skip
    return fits


def _obstacle(asked: _Asked, calendar: Calendar, day: date) -> Sentence | None:
    """Say why the agent visits nobody on a day; None where nothing is in the way."""
    if not calendar.is_workday(day):
        return Sentence(N_("{day} is no working day."), day=day)
    c = ABSENCES.c
    own = c.agent_id == asked.tasks[0]["agent_id"], c.withdrawn_at.is_(None), c.first_day <= day, c.back_on > day
    back = asked.connection.scalar(select(c.back_on).where(*own))
    return back and Sentence(N_("The agent is away on {day}, and back on {back}."), day=day, back=back)


def _told(asked: _Asked, action: str, form: Form, on: date | None = None) -> VisitDay:
    """Note what was done, and return the visit as it stands now."""
    connection, viewer, whose, stamp = asked.connection, asked.viewer, asked.whose, asked.stamp
    actor = viewer if viewer.user_id is not None else stamp.actor
    audit.note(connection, actor, action, at=stamp.at, kind="customer", number=whose.customer_no)
    days = visit_days(movable(_open(connection, viewer, whose, stamp.as_of), asked.standard), asked.standard)
    found = next((one for one in days if one.day == on), days[0])
    quiet = (asked.tasks[0]["quiet_days"] or "").split(",")
    notices: tuple[Sentence, ...] = ()
    if on is not None and (str(on.isoweekday()) in quiet or on.isoformat() in quiet):
        notices = (Sentence("The customer does not want to be disturbed on that day."),)
    kept = replace(found, customer_no=whose.customer_no, notices=notices)
    sent_forms.keep(connection, viewer, form, kept)
    return kept
