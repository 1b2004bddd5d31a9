"""Follow-up calls: recorded, agreed, listed, and what they come to; for commands, pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal, select
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.masks import shown_name, shown_phone
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.calls import records
from policyserve.calls.records import CALLS, Call, answers_of, calls_where
from policyserve.calls.tries import Try, counted, made_by, standing
from policyserve.dates import Days
from policyserve.errors import NotFoundError
from policyserve.metrics.calls.figures import call_list, call_shares
from policyserve.metrics.figure import Figure
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.standard.call_rules import CallPoint, CallRules
from policyserve.tables import Agent, Customer, Policy, Task, Team, table
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

TASKS, CUSTOMERS, POLICIES = table(Task), table(Customer), table(Policy)
AGENTS, TEAMS = table(Agent), table(Team)

CALLED = (literal("+") + TASKS.c.channels + literal("+")).like("%+call+%")
"""Tasks that a call does."""

_TASKS = (
    select(
        *(TASKS.c[name] for name in ("service", "due", "earliest", "latest", "status", "customer_id", "policy_id")),
        TASKS.c.id, CUSTOMERS.c.customer_no, CUSTOMERS.c.name, CUSTOMERS.c.phone,
        CUSTOMERS.c.quiet_days, POLICIES.c.policy_no,
        AGENTS.c.agent_no, TEAMS.c.name.label("team"),
    )
    .select_from(TASKS)
    .join(CUSTOMERS, CUSTOMERS.c.id == TASKS.c.customer_id)
    .outerjoin(POLICIES, POLICIES.c.id == TASKS.c.policy_id)
    .outerjoin(AGENTS, AGENTS.c.id == TASKS.c.agent_id)
    .outerjoin(TEAMS, TEAMS.c.id == AGENTS.c.team_id)
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SeenCall:
    """A task that is done by a call, as a viewer sees it before calling."""

    task: dict[str, Any]
    """`task_id`, `service`, `name` of the customer, `customer_no`, `policy_no`, `status`, `due`, `made_by` ..."""
    state: str
    """One of STATES."""
    tries: int
    """That count."""
    most: int
    points: tuple[CallPoint, ...]
    former: list[dict[str, Any]]
    """The calls with this customer, the newest first: columns of `calls`, `service`, and `answers` by point."""

    def fields(self, language: str) -> dict[str, Any]:
        """Return it for programs."""
        points = [{"point": one.code, "asked": one.said(language), "opens": one.opens} for one in self.points]
        former = [{**one, "at": one["at"].isoformat()} for one in self.former]
        own = {"state": self.state, "tries": self.tries, "most_tries": self.most}
        return {**self.task, **own, "points": points, "former": former}


def record_call(engine: Database, viewer: Viewer, stamp: Stamp, task_id: int, call: Call, *, form: Form = None) -> int:
    """Record a call for a task in scope, or a time agreed for one; return its key. See `calls.records.take`."""
    with db.writing(engine) as connection:
        scope.check_task(connection, viewer, task_id, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        connection.execute(select(TASKS.c.id).where(TASKS.c.id == task_id).with_for_update())
        task = _task(connection, task_id)
        standard = current_standard(connection, stamp.as_of)
        key = records.take(connection, standard, stamp, call, task, quiet_days=task["quiet_days"])
        audit.note(connection, viewer, "call noted", at=stamp.at, kind="task", number=task_id)
        sent_forms.keep(connection, viewer, form, key)
        return key


def _task(connection: Connection, task_id: int) -> RowMapping:
    row = connection.execute(_TASKS.where(TASKS.c.id == task_id)).mappings().first()
    if row is None:
        raise NotFoundError("task", task_id)
    return row


def seen_call(engine: Database, viewer: Viewer, task_id: int, *, as_of: date) -> SeenCall:
    """Return a task in scope with the calls of before; raises NotFoundError."""
    with db.reading(engine) as connection:
        scope.check_task(connection, viewer, task_id, as_of)
        row = _task(connection, task_id)
        rules = current_standard(connection, as_of).calls
        former = _former(connection, row["customer_id"], as_of)
        own = [_try(one) for one in reversed(former) if one["task_id"] == task_id]
        facts = {name: row[name] for name in ("service", "customer_no", "policy_no", "status", "due", "latest")}
        facts["made_by"] = made_by(rules, row["due"], row["latest"])
        who = {"name": shown_name(viewer, row["name"]), "phone": shown_phone(viewer, row["phone"])}
        return SeenCall(
            task={"task_id": task_id, **facts, **who},
            state=standing(rules, own), tries=len(counted(rules, own)), most=rules.tries,
            points=rules.points(row["service"]), former=former,
        )  # fmt: skip


def _former(connection: Connection, customer: int, as_of: date) -> list[dict[str, Any]]:
    found = calls_where(connection, (CALLS.c.customer_id == customer) & (CALLS.c.as_of <= as_of))
    answers = answers_of(connection, [one["id"] for one in found])
    services = {
        row.id: row.service
        for row in connection.execute(select(TASKS.c.id, TASKS.c.service).where(TASKS.c.customer_id == customer))
    }
    shown = ("task_id", "outcome", "called_on", "minute", "satisfaction", "words", "complaint_id", "at", "actor")
    return [
        {
            "call_id": one["id"], **{name: one[name] for name in shown}, "visit_asked": one["event_id"] is not None,
            "service": services.get(one["task_id"]), "answers": answers.get(one["id"], {}),
        }
        for one in reversed(found)
    ]  # fmt: skip


def _try(row: dict[str, Any]) -> Try:
    return Try(day=row["called_on"], minute=row["minute"], outcome=row["outcome"])


def calls_of_viewer(engine: Database, viewer: Viewer, *, as_of: date) -> Figure:
    """Return the calls that are to be made by those in scope, what was agreed and what presses first."""
    with db.reading(engine) as connection:
        standard = current_standard(connection, as_of)
        open_ones = (TASKS.c.status == "open") & CALLED & (TASKS.c.due <= as_of) & (TASKS.c.latest >= as_of)
        rows = _rows(connection, open_ones & scope.sees_tasks(viewer.scope, as_of), standard.calls)
        return named(connection, viewer, call_list(rows, standard, as_of=as_of))


def _rows(connection: Connection, condition: ColumnElement[bool], rules: CallRules) -> list[dict[str, Any]]:
    tasks = connection.execute(_TASKS.where(condition).order_by(TASKS.c.latest, TASKS.c.id)).mappings().all()
    wanted = select(TASKS.c.id).where(condition)
    calls: dict[int, list[dict[str, Any]]] = {}
    for one in calls_where(connection, CALLS.c.task_id.in_(wanted)):
        calls.setdefault(one["task_id"], []).append(one)
    rows = [_row(task, calls.get(task["id"], []), rules) for task in tasks]
    return sorted(rows, key=lambda row: row["agreed_for"] or f"{row['made_by']} ~")


def _row(task: RowMapping, calls: Sequence[dict[str, Any]], rules: CallRules) -> dict[str, Any]:
    tries = [_try(one) for one in calls]
    state = standing(rules, tries)
    agreed = f"{tries[-1].day} {records.clock(tries[-1].minute)}" if state == "agreed" else None
    return {
        **task, "task_id": task["id"], "state": state, "tries": len(counted(rules, tries)), "agreed_for": agreed,
        "made_by": made_by(rules, task["due"], task["latest"]),
    }  # fmt: skip


def call_shares_of_viewer(
    engine: Database, viewer: Viewer, days: Days, *, by: Sequence[str] = ("company",), as_of: date
) -> Figure:
    """Return what the calls of the days came to, by `by`: see `metrics.calls.figures.call_shares`."""
    with db.reading(engine) as connection:
        rules = current_standard(connection, as_of).calls
        made = CALLS.c.called_on.between(days.start, days.last) & (CALLS.c.as_of <= as_of)
        tasks = select(CALLS.c.task_id).where(made, CALLS.c.outcome != "agreed")
        seen = TASKS.c.id.in_(tasks) & scope.sees_tasks(viewer.scope, as_of)
        found = {row["id"]: row for row in connection.execute(_TASKS.where(seen)).mappings()}
        calls: dict[int, list[dict[str, Any]]] = {}
        for one in calls_where(connection, CALLS.c.task_id.in_(tasks) & (CALLS.c.as_of <= as_of)):
            calls.setdefault(one["task_id"], []).append(one)
        rows = [_outcome(task, calls[key], rules) for key, task in found.items()]
        return named(connection, viewer, call_shares(rows, days, by=by, as_of=as_of))


def _outcome(task: RowMapping, calls: Sequence[dict[str, Any]], rules: CallRules) -> dict[str, Any]:
    answered = [one for one in calls if one["outcome"] == "reached"]
    used_up = not answered and len(counted(rules, [_try(one) for one in calls])) >= rules.tries
    mark = answered[-1]["satisfaction"] if answered else None
    return {
        "agent_no": task["agent_no"], "team": task["team"], "service": task["service"], "answered": bool(answered),
        "used_up": used_up, "satisfaction": mark,
        "in_time": bool(answered) and answered[0]["called_on"] <= made_by(rules, task["due"], task["latest"]),
    }  # fmt: skip
