"""Complaints: received, led from step to step, listed, and what they come to; for commands, pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.masks import shown_name
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import agent_id, customer_of, policy_id
from policyserve.calendars.calendar import Calendar
from policyserve.complaints import records
from policyserve.complaints.records import COMPLAINTS, CUSTOMERS, Finding, Told
from policyserve.complaints.steps import STEPS, escalated_to, next_steps
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.metrics.complaints.figures import complaint_counts, complaint_list
from policyserve.metrics.figure import Figure
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp


@dataclass(frozen=True, kw_only=True)
class SeenComplaint:
    """A complaint as a viewer sees it."""

    complaint: dict[str, Any]
    """As `records.listed`, with `name` of the customer, and `answer_by`, `due`, `days_left`."""
    steps: list[dict[str, Any]]
    next: list[str]
    """The steps that the viewer may take."""

    def fields(self) -> dict[str, Any]:
        """Return it for programs."""
        own = {name: value for name, value in self.complaint.items() if name != "family_no"}
        return {**own, "steps": [_plain(one) for one in self.steps], "next": self.next}


def _plain(step: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if name != "step_id"} | {"at": step["at"].isoformat()}


def open_complaint(
    engine: Database,
    viewer: Viewer,
    stamp: Stamp,
    told: Told,
    *,
    customer_no: str | None = None,
    policy_no: str | None = None,
    form: Form = None,
) -> int:
    """Receive a complaint of a customer in scope, or about a policy; return its key. Raises NotFoundError."""
    with db.writing(engine) as connection:
        if policy_no is not None:
            scope.check_policy(connection, viewer, policy_no, stamp.as_of)
        if customer_no is not None:
            scope.check_customer(connection, viewer, customer_no, stamp.as_of)
        customer = customer_of(connection, policy_no=policy_no, customer_no=customer_no)
        sent_forms.take(connection, viewer, form, stamp.at)
        rules = current_standard(connection, stamp.as_of).complaints
        policy = None if policy_no is None else policy_id(connection, policy_no)
        key = records.open_one(connection, rules, stamp, told, customer=customer, policy=policy)
        audit.note(connection, viewer, "complaint received", at=stamp.at, kind="complaint", number=key)
        sent_forms.keep(connection, viewer, form, key)
        return key


def step_complaint(
    engine: Database,
    viewer: Viewer,
    stamp: Stamp,
    key: int,
    code: str,
    *,
    said: str,
    cause: str | None = None,
    responsible_no: str | None = None,
    form: Form = None,
) -> None:
    """Lead a complaint in scope one step on; raises NotFoundError, StepError and what else `take_step` does."""
    with db.writing(engine) as connection:
        row = _one(connection, viewer, key, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        _check_right(viewer, row, code)
        responsible = None if responsible_no is None else agent_id(connection, responsible_no)
        rules = current_standard(connection, stamp.as_of).complaints
        found = Finding(step=code, said=said, cause=cause, responsible_id=responsible)
        records.take_step(connection, rules, stamp, key, found)
        audit.note(connection, viewer, "complaint led on", at=stamp.at, kind="complaint", number=key)
        sent_forms.keep(connection, viewer, form, key)


def _check_right(viewer: Viewer, row: dict[str, Any], code: str) -> None:
    if STEPS[code].by_manager and viewer.role not in {"manager", "system"}:
        raise PolicyserveError("This step of a complaint is taken by a manager.")
    if STEPS[code].by_manager and viewer.agent_no is not None and viewer.agent_no == row["responsible_no"]:
        raise PolicyserveError("Who is responsible for a complaint does not decide about it; ask the manager above.")


def seen_complaint(engine: Database, viewer: Viewer, calendar: Calendar, key: int, *, as_of: date) -> SeenComplaint:
    """Return a complaint of a customer in scope with its steps; raises NotFoundError."""
    with db.reading(engine) as connection:
        row = _one(connection, viewer, key, as_of)
        (dated,) = _dated(connection, [row], current_standard(connection, as_of), calendar, as_of)
        name = connection.scalar(select(CUSTOMERS.c.name).where(CUSTOMERS.c.customer_no == row["customer_no"]))
        steps = records.steps_of(connection, key)
        return SeenComplaint(
            complaint={**dated, "name": shown_name(viewer, name)}, steps=steps,
            next=next_steps(row["status"], viewer.role),
        )  # fmt: skip


def complaints_of_viewer(
    engine: Database, viewer: Viewer, calendar: Calendar, *, as_of: date, open_only: bool = False
) -> Figure:
    """Return the complaints of customers in scope: what is to be done next first, with the days left."""
    with db.reading(engine) as connection:
        seen = scope.sees_customers(viewer.scope, as_of)
        rows = records.listed(connection, as_of, seen, all_of_them=not open_only)
        standard = current_standard(connection, as_of)
        return named(
            connection, viewer, complaint_list(_dated(connection, rows, standard, calendar, as_of), as_of=as_of)
        )


def complaint_counts_of_viewer(
    engine: Database, viewer: Viewer, days: Days, *, by: Sequence[str] = ("company",), as_of: date
) -> Figure:
    """Count the complaints of customers in scope: see `metrics.complaints.figures.complaint_counts`."""
    with db.reading(engine) as connection:
        rows = records.listed(connection, as_of, scope.sees_customers(viewer.scope, as_of))
        return named(connection, viewer, complaint_counts(rows, days, by=by, as_of=as_of))


def _one(connection: Connection, viewer: Viewer, key: int, day: date) -> dict[str, Any]:
    found = records.listed(connection, day, COMPLAINTS.c.id == key, scope.sees_customers(viewer.scope, day))
    if not found:
        raise NotFoundError("complaint", key)
    return found[0]


def _dated(
    connection: Connection, rows: list[dict[str, Any]], standard: Standard, calendar: Calendar, as_of: date
) -> list[dict[str, Any]]:
    """Add the day of the first answer, the day of what is owed next, the days left, and to whom it has gone up."""
    above = records.managers(connection)
    made = []
    for row in rows:
        answer_by = _workdays_later(calendar, row["opened_on"], standard.complaints.of(row["kind"]).answer_workdays)
        owed = row["result_by"] if row["answered_on"] else min(answer_by, row["result_by"])
        due = owed if row["closed_on"] is None else None
        left = due and (due - as_of).days
        up = escalated_to(above, row["agent_no"], left, standard.complaints.escalation_days)
        made.append({**row, "answer_by": answer_by, "due": due, "days_left": left, "escalated_to": up})
    return made


def _workdays_later(calendar: Calendar, day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= calendar.is_workday(day)
    return day
