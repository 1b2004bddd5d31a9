"""Absences: entered, withdrawn, listed, and what each would move before it is entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true

from policyserve import db
from policyserve.access import audit, scope, sent_forms, stand_ins
from policyserve.access.scope import AGENTS, TASKS
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.calendars.calendar import Calendar
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations.database import Database
from policyserve.tasks import absences
from policyserve.tasks.absences import ABSENCES, AbsenceNotFoundError, Away
from policyserve.tasks.pressing_services import keep_pressing
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

SUBSTITUTES = AGENTS.alias("substitute")


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of an agent's open work, and with whom it stands while they are away."""

    agent_no: str
    name: str | None
    tasks: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class Moves:
    """What an absence does with the open work as it is now."""

    shares: tuple[Share, ...]
    """What does not wait, by who does it; the agent's own where nobody else is there."""
    waiting: int
    """Tasks that fall into the absence and wait for the return."""
    back_on: date


def add_absence(
    engine: Database, viewer: Viewer, calendar: Calendar, asked: Away, stamp: Stamp, *, form: Form = None
) -> dict[str, Any]:
    """Enter an absence of somebody whom the viewer sees, and return it; raises as `absences.add`."""
    with db.writing(engine) as connection:
        sent_forms.take(connection, viewer, form, stamp.at)
        key = _entered(connection, viewer, calendar, asked, stamp)
        actor = viewer if viewer.user_id is not None else stamp.actor
        audit.note(connection, actor, "absence entered", at=stamp.at, kind="agent", number=asked.agent_no)
        return _kept(connection, viewer, key, stamp, form)


def preview_absence(engine: Database, viewer: Viewer, calendar: Calendar, asked: Away, stamp: Stamp) -> Moves:
    """Say what an absence would move, and enter nothing; raises as `add_absence`."""
    with db.writing(engine) as connection, connection.begin_nested() as tried:
        found = _moves(connection, _entered(connection, viewer, calendar, asked, stamp), stamp.as_of)
        tried.rollback()
        return found


def withdraw_absence(engine: Database, viewer: Viewer, key: int, stamp: Stamp, *, form: Form = None) -> dict[str, Any]:
    """Take an absence back as if it had never been; raises AbsenceNotFoundError, as for one out of sight."""
    with db.writing(engine) as connection:
        sent_forms.take(connection, viewer, form, stamp.at)
        found = _one(connection, _own(viewer, stamp.as_of), key, stamp.as_of)
        absences.withdraw(connection, key, stamp)
        actor = viewer if viewer.user_id is not None else stamp.actor
        audit.note(connection, actor, "absence withdrawn", at=stamp.at, kind="agent", number=found["agent_no"])
        return _kept(connection, viewer, key, stamp, form)


def list_absences(
    engine: Database, viewer: Viewer, *, as_of: date, every: bool = False, most: int = 500, after: int = 0
) -> list[dict[str, Any]]:
    """List absences of agents whom the viewer sees, and those whom they stand in for; the newest key last.

    `every`: also those that are over or withdrawn. Fields: `absence_id`, `agent_no`, `first_day`, `last_day`,
    `back_on`, `substitute_no` (None: the manager above), `stand_in_no` (who does the work on `as_of`, while it lasts),
    `status`, `entered_by`, `entered_at`, `withdrawn_by`, `withdrawn_at`; names: `name`, `substitute`, `stand_in`.
    """
    lasting = and_(ABSENCES.c.withdrawn_at.is_(None), ABSENCES.c.last_day >= as_of)
    query = _listed(or_(_own(viewer, as_of), _stood_in_for(viewer, as_of)), as_of)
    query = query.where(ABSENCES.c.id > after, true() if every else lasting).limit(most)
    with db.reading(engine) as connection:
        return [_row(row, as_of) for row in connection.execute(query).mappings()]


def moves_of(engine: Database, viewer: Viewer, key: int, *, as_of: date) -> tuple[dict[str, Any], Moves]:
    """Return an absence, and the work that it moves now: what comes back where it is withdrawn."""
    with db.reading(engine) as connection:
        found = _one(connection, _own(viewer, as_of), key, as_of)
        return found, _moves(connection, key, as_of)


def _entered(connection: Connection, viewer: Viewer, calendar: Calendar, asked: Away, stamp: Stamp) -> int:
    for number in (asked.agent_no, asked.substitute_no):
        try:
            if number is not None:
                scope.check_agent(connection, viewer, number, stamp.as_of)
        except NotFoundError as missing:
            raise PolicyserveError(missing.sentence) from missing  # it was typed
    keep_pressing(connection, current_standard(connection, stamp.as_of))
    return absences.add(connection, asked, calendar, stamp)


def _kept(connection: Connection, viewer: Viewer, key: int, stamp: Stamp, form: Form) -> dict[str, Any]:
    row = _one(connection, true(), key, stamp.as_of)
    sent_forms.keep(connection, viewer, form, row)
    return row


def _own(viewer: Viewer, as_of: date) -> ColumnElement[bool]:
    agents = scope.agents_of(viewer.scope, as_of)
    return true() if agents is None else ABSENCES.c.agent_id.in_(agents)


def _stood_in_for(viewer: Viewer, as_of: date) -> ColumnElement[bool]:
    agents = scope.agents_of(viewer.scope, as_of)
    if agents is None:
        return true()
    away = stand_ins.away(as_of)
    now = select(away.c.absent_id).where(away.c.who.in_(agents))
    lasting = and_(ABSENCES.c.first_day <= as_of, ABSENCES.c.last_day >= as_of)
    return or_(ABSENCES.c.substitute_id.in_(agents), and_(lasting, ABSENCES.c.agent_id.in_(now)))


def _listed(whose: ColumnElement[bool], as_of: date) -> Select[Any]:
    c, away, who = ABSENCES.c, stand_ins.away(as_of), AGENTS.alias("who")
    shown = [c[name] for name in ("first_day", "last_day", "back_on", "entered_by", "entered_at")]
    return (
        select(
            c.id.label("absence_id"), AGENTS.c.agent_no, AGENTS.c.name, *shown, c.withdrawn_by, c.withdrawn_at,
            SUBSTITUTES.c.agent_no.label("substitute_no"), SUBSTITUTES.c.name.label("substitute"),
            who.c.agent_no.label("stand_in_no"), who.c.name.label("stand_in"),
        )
        .join_from(ABSENCES, AGENTS, AGENTS.c.id == c.agent_id)
        .outerjoin(SUBSTITUTES, SUBSTITUTES.c.id == c.substitute_id)
        .outerjoin(away, and_(away.c.agent_id == c.agent_id, c.first_day <= as_of, c.last_day >= as_of))
        .outerjoin(who, who.c.id == away.c.who)
        .where(whose)
        .order_by(c.id)
    )  # fmt: skip


def _one(connection: Connection, whose: ColumnElement[bool], key: int, as_of: date) -> dict[str, Any]:
    row = connection.execute(_listed(whose, as_of).where(ABSENCES.c.id == key)).mappings().first()
    if row is None:
        raise AbsenceNotFoundError(key)
    return _row(row, as_of)


def _row(row: Any, as_of: date) -> dict[str, Any]:
    found = dict(row)
    if found["withdrawn_at"] is not None:
        return {**found, "status": "withdrawn", "stand_in_no": None, "stand_in": None}
    over, begun = found["last_day"] < as_of, found["first_day"] <= as_of
    return {**found, "status": "over" if over else "away" if begun else "coming"}


def _moves(connection: Connection, key: int, as_of: date) -> Moves:
    """Count the open work that an absence moves on the days that are left of it."""
    one = connection.execute(select(ABSENCES).where(ABSENCES.c.id == key)).one()
    first = max(one.first_day, as_of)
    away, c = stand_ins.away(first, max(first, one.last_day)), TASKS.c
    in_time = and_(c.earliest <= away.c.day, c.latest >= away.c.day, c.status == "open", c.performer == "agent")
    of_absence = and_(away.c.absent_id == one.agent_id, away.c.day >= one.first_day, away.c.day <= one.last_day)
    joined = TASKS.join(away, away.c.agent_id == c.agent_id)
    count = func.count(c.id.distinct())
    with_whom, customers = func.coalesce(away.c.who, c.agent_id), func.count(c.customer_id.distinct())
    shares = (
        select(AGENTS.c.agent_no, AGENTS.c.name, count.label("tasks"), customers.label("customers"))
        .select_from(joined.join(AGENTS, AGENTS.c.id == with_whom))
        .where(in_time, of_absence, stand_ins.pressing(away))
        .group_by(AGENTS.c.agent_no, AGENTS.c.name)
        .order_by(count.desc(), AGENTS.c.agent_no)
    )  # fmt: skip
    waits = and_(stand_ins.planned_day() <= away.c.last_day, ~stand_ins.pressing(away))
    waiting = select(count).select_from(joined).where(in_time, of_absence, waits)
    return Moves(
        shares=tuple(Share(**row) for row in connection.execute(shares).mappings()),
        waiting=connection.scalar(waiting) or 0, back_on=one.back_on,
    )  # fmt: skip
