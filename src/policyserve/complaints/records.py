"""Complaints in the database: opened, led from step to step, read; each function in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, func, insert, select, true, update
from sqlalchemy.engine import RowMapping

from policyserve.book.event_numbers import record
from policyserve.book.lists import EVENT_LIST
from policyserve.complaints.steps import CLOSED, STEPS, UNFINISHED, after_step, step_said
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.standard.complaint_days import ComplaintRules
from policyserve.tables import Agent, Complaint, ComplaintStep, Customer, Event, Policy, Team, table
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

COMPLAINTS, TAKEN = table(Complaint), table(ComplaintStep)
EVENTS, CUSTOMERS, POLICIES, AGENTS, TEAMS = table(Event), table(Customer), table(Policy), table(Agent), table(Team)

KIND: Final = "complaint"
"""The kind of event that tells of one."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a customer complains of."""

    words: str
    kind: str
    channel: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A step, and what it says."""

    step: str
    """One of STEPS."""
    said: str
    cause: str | None = None
    responsible_id: int | None = None


class StepError(PolicyserveError):
    """The step may not follow where the complaint stands."""


def open_one(
    connection: Connection, rules: ComplaintRules, stamp: Stamp, told: Told, *, customer: int, policy: int | None
) -> int:
    """Open a complaint of a customer (key), with the event that tells of it; return its key."""
    if not told.words.strip():
        raise PolicyserveError("Write down what the customer complains of, in the customer's own words.")
    if told.on > stamp.as_of:
        raise PolicyserveError("A complaint of {day} lies in the future; give the day on which it came.", day=told.on)
    event = {"event_no": None, "policy_id": policy, "customer_id": customer, "kind": KIND, "occurred_on": told.on}
    row = pl.DataFrame([event | {"amount": None, "detail": None}], schema=EVENT_SCHEMA)
    (key,) = record(connection, row, stamp.as_of)["id"]
    return _receive(connection, rules, stamp, int(key), told)


EVENT_SCHEMA = {
    "event_no": EVENT_LIST.column("event_no").dtype, "customer_id": pl.Int32, "policy_id": pl.Int32,
    **{name: EVENT_LIST.column(name).dtype for name in ("kind", "occurred_on", "amount", "detail")},
}  # fmt: skip


def open_told(connection: Connection, stamp: Stamp) -> None:
    """Open a complaint for each event that tells of one and has none; of one whose time is over nobody kept track."""
    known = select(COMPLAINTS.c.event_id)
    told = select(EVENTS.c.id, EVENTS.c.occurred_on).where(
        EVENTS.c.kind == KIND, EVENTS.c.retracted_on.is_(None), EVENTS.c.id.not_in(known)
    )
    found = connection.execute(told.order_by(EVENTS.c.id)).all()
    rules = current_standard(connection, stamp.as_of).complaints if found else ComplaintRules()
    for key, day in found:
        _receive(connection, rules, stamp, key, Told(words="", kind="other", channel="list", on=day))


def _receive(connection: Connection, rules: ComplaintRules, stamp: Stamp, event: int, told: Told) -> int:
    served = select(func.coalesce(POLICIES.c.agent_id, CUSTOMERS.c.agent_id)).select_from(
        EVENTS.join(CUSTOMERS, CUSTOMERS.c.id == EVENTS.c.customer_id).outerjoin(
            POLICIES, POLICIES.c.id == EVENTS.c.policy_id
        )
    )
    result_by = told.on + timedelta(days=rules.of(told.kind).result_days)
    status = "not-tracked" if told.channel == "list" and result_by < stamp.as_of else "received"
    values = {
        "event_id": event, "agent_id": connection.scalar(served.where(EVENTS.c.id == event)), "kind": told.kind,
        "channel": told.channel, "words": told.words or None, "status": status, "result_by": result_by,
        "closed_on": told.on if status in CLOSED else None,
    }  # fmt: skip
    key = connection.execute(insert(COMPLAINTS).values(values).returning(COMPLAINTS.c.id)).scalar_one()
    _write(connection, int(key), stamp, status, to=status)
    return int(key)


def _write(
    connection: Connection, key: int, stamp: Stamp, action: str, *, to: str, before: str | None = None, **others: Any
) -> None:
    row = {"complaint_id": key, "at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor, "action": action}
    connection.execute(insert(TAKEN).values({**row, "from_status": before, "to_status": to, **others}))


def take_step(connection: Connection, rules: ComplaintRules, stamp: Stamp, key: int, found: Finding) -> None:
    """Lead a complaint (key) one step on; a guarded update, so that of two who do it at once one is refused.

    Raises StepError where the step may not follow, NotFoundError, and PolicyserveError for what the step asks for.
    """
    row, code = _row(connection, key), found.step
    after = after_step(row["status"], code)
    if after is None:
        raise _refused(key, row["status"], code)
    step = STEPS[code]
    if not found.said.strip():
        raise PolicyserveError("Say it in words: each step of a complaint is kept with its reason.")
    if step.cause and found.cause is None:
        raise PolicyserveError("Name the cause that the investigation has found.")
    if step.moves == "extended" and _was_extended(connection, key):
        raise PolicyserveError("The day of the result was put off once already; once is all.")
    moved = _moved(rules, stamp, row, step.moves)
    findings = {"cause": found.cause, "responsible_id": found.responsible_id} if step.cause else {}
    values = {"status": after, **findings, **({"result_by": moved} if moved else {}), **_days(row, code, after, stamp)}
    guard = COMPLAINTS.c.status == row["status"]
    if not connection.execute(update(COMPLAINTS).where(COMPLAINTS.c.id == key, guard).values(values)).rowcount:
        raise _refused(key, _row(connection, key)["status"], code)
    _write(
        connection,
        key,
        stamp,
        code,
        to=after,
        before=row["status"],
        **findings,
        result_by=moved,
        said=found.said.strip(),
    )


def _row(connection: Connection, key: int) -> RowMapping:
    row = connection.execute(select(COMPLAINTS).where(COMPLAINTS.c.id == key)).mappings().first()
    if row is None:
        raise NotFoundError("complaint", key)
    return row


def _refused(key: int, status: str, code: str) -> StepError:
    return StepError(
        "Complaint {key} is {status}; '{step}' cannot follow that.",
        key=key, status=step_said(status), step=step_said(code),
    )  # fmt: skip


def _was_extended(connection: Connection, key: int) -> bool:
    """Whether the day of the result was put off since the complaint was last opened."""
    moves = [code for code, step in STEPS.items() if step.moves]
    own = TAKEN.c.complaint_id == key, TAKEN.c.action.in_(moves)
    last = connection.scalar(select(TAKEN.c.action).where(*own).order_by(TAKEN.c.id.desc()).limit(1))
    return last is not None and STEPS[last].moves == "extended"


def _moved(rules: ComplaintRules, stamp: Stamp, row: RowMapping, how: str) -> date | None:
    """Return the day by which the result is owed from now on, where a step moves it."""
    days = rules.of(row["kind"])
    if how == "extended":
        return row["result_by"] + timedelta(days=days.extension_days)  # type: ignore[no-any-return]
    return stamp.as_of + timedelta(days=days.result_days) if how == "anew" else None


def _days(row: RowMapping, code: str, after: str, stamp: Stamp) -> dict[str, date | None]:
    closed = (row["closed_on"] or stamp.as_of) if after in CLOSED else None
    first = {"answered_on": stamp.as_of} if code == "answered" and row["answered_on"] is None else {}
    return {"closed_on": closed, **first}


def withdraw(connection: Connection, stamp: Stamp, event: int, why: str) -> None:
    """Withdraw the complaint of an event that was taken back."""
    row = connection.execute(select(COMPLAINTS).where(COMPLAINTS.c.event_id == event)).mappings().first()
    if row is not None:
        values = {"status": "withdrawn", "closed_on": row["closed_on"] or stamp.as_of}
        connection.execute(update(COMPLAINTS).where(COMPLAINTS.c.id == row["id"]).values(values))
        _write(connection, row["id"], stamp, "withdrawn", to="withdrawn", before=row["status"], said=why)


RESPONSIBLE = AGENTS.alias("responsible")

_LISTED = (
    select(
        COMPLAINTS.c.id.label("complaint_id"), EVENTS.c.occurred_on.label("opened_on"), CUSTOMERS.c.customer_no,
        CUSTOMERS.c.family_no, POLICIES.c.policy_no, AGENTS.c.agent_no, TEAMS.c.name.label("team"),
        *(COMPLAINTS.c[name] for name in ("channel", "kind", "status", "answered_on", "result_by", "closed_on")),
        COMPLAINTS.c.cause, RESPONSIBLE.c.agent_no.label("responsible_no"),
        func.coalesce(COMPLAINTS.c.words, EVENTS.c.detail).label("words"), EVENTS.c.id.label("event"),
    )
    .select_from(COMPLAINTS)
    .join(EVENTS, EVENTS.c.id == COMPLAINTS.c.event_id)
    .join(CUSTOMERS, CUSTOMERS.c.id == EVENTS.c.customer_id)
    .outerjoin(POLICIES, POLICIES.c.id == EVENTS.c.policy_id)
    .outerjoin(AGENTS, AGENTS.c.id == COMPLAINTS.c.agent_id)
    .outerjoin(TEAMS, TEAMS.c.id == AGENTS.c.team_id)
    .outerjoin(RESPONSIBLE, RESPONSIBLE.c.id == COMPLAINTS.c.responsible_id)
)  # fmt: skip


def listed(
    connection: Connection, as_of: date, *conditions: ColumnElement[bool], all_of_them: bool = True
) -> list[dict[str, Any]]:
    """Return the complaints that came by a day, the open ones first, of these the one whose day comes first."""
    seen = true() if all_of_them else COMPLAINTS.c.status.in_(UNFINISHED)
    query = _LISTED.where(EVENTS.c.occurred_on <= as_of, seen, *conditions)
    order = (COMPLAINTS.c.status.in_(CLOSED), COMPLAINTS.c.result_by, COMPLAINTS.c.id)
    return [dict(row) for row in connection.execute(query.order_by(*order)).mappings()]


def steps_of(connection: Connection, key: int) -> list[dict[str, Any]]:
    """Return the steps of a complaint, the first thing first."""
    query = (
        select(
            TAKEN.c.id.label("step_id"),
            *(TAKEN.c[name] for name in ("at", "as_of", "actor", "action", "from_status", "to_status", "cause")),
            AGENTS.c.agent_no.label("responsible_no"), TAKEN.c.result_by, TAKEN.c.said,
        )
        .select_from(TAKEN.outerjoin(AGENTS, AGENTS.c.id == TAKEN.c.responsible_id))
        .where(TAKEN.c.complaint_id == key)
    )  # fmt: skip
    return [dict(row) for row in connection.execute(query.order_by(TAKEN.c.id)).mappings()]


def managers(connection: Connection) -> dict[str, str]:
    """Return the number of each agent's manager, by that of the agent."""
    above = AGENTS.alias("above")
    query = select(AGENTS.c.agent_no, above.c.agent_no).join(above, above.c.id == AGENTS.c.manager_id)
    return {row[0]: row[1] for row in connection.execute(query)}
