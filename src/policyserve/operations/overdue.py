"""Overdue tasks: work whose due day is over and that is still in time, by agent and one by one."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Subquery, func, select

from policyserve import db
from policyserve.access import scope, stand_ins
from policyserve.access.scope import AGENTS, CUSTOMERS, POLICIES, TASKS
from policyserve.access.viewer import Viewer
from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import columns
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.services.work import service_column
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.tasks.stored_standard import current_standard

OVERDUE = N_("Overdue tasks")
MEANING = N_(
    "Open tasks of agents whose due day, or the day they were put off to, is over; the latest day of each is still to "
    "come."
)


def _overdue(viewer: Viewer, as_of: date) -> Subquery:
    """Select the overdue tasks in a viewer's scope, with the `agent_no` of whom each stands with."""
    c, away = TASKS.c, stand_ins.away(as_of)
    day = stand_ins.day_to_do(away)
    whose = AGENTS.c.id == stand_ins.with_whom(away)
    joined = TASKS.outerjoin(away, away.c.agent_id == c.agent_id).join(AGENTS, whose)
    late = (c.status == "open", c.performer == "agent", c.latest >= as_of, as_of > day)
    return (
        select(AGENTS.c.agent_no, c.id, c.service, c.customer_id, c.policy_id, day.label("due"), c.latest)
        .select_from(joined)
        .where(*late, scope.sees_tasks(viewer.scope, as_of))
        .subquery()
    )


def overdue_by_agent(engine: Database, viewer: Viewer, *, as_of: date) -> Figure:
    """Return how many tasks of each agent in scope are overdue, most first, and the longest time in days."""
    late = _overdue(viewer, as_of).c
    query = select(late.agent_no, func.count(), func.min(late.due)).group_by(late.agent_no)
    with db.reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
        found = Figure(
            title=Sentence(OVERDUE),
            columns=(
                *columns("agent_no"), Column(name="overdue", title=N_("Overdue"), kind="count"),
                Column(name="since", title=N_("Oldest due on"), kind="day"),
            ),
            rows=pl.DataFrame(
                sorted(rows, key=lambda row: (-row[1], row[0])),
                {"agent_no": pl.String(), "overdue": pl.Int64(), "since": pl.Date()}, orient="row",
            ),
            as_of=as_of,
            definition=(Sentence(MEANING),),
            empty=Sentence(N_("Nothing is overdue.")),
        )  # fmt: skip
        return named(connection, viewer, found)


LISTED = pl.Schema({
    "agent_no": pl.String(), "service": pl.String(), "customer_no": pl.String(), "policy_no": pl.String(),
    "due": pl.Date(), "latest": pl.Date(),
})  # fmt: skip


def overdue_tasks(engine: Database, viewer: Viewer, *, as_of: date, agent_no: str | None = None) -> Figure:
    """List the overdue tasks in scope, those due longest ago first; `agent_no`: of one agent alone."""
    overdue = _overdue(viewer, as_of)
    late = overdue.c
    query = (
        select(late.agent_no, late.service, CUSTOMERS.c.customer_no, POLICIES.c.policy_no, late.due, late.latest)
        .join_from(overdue, CUSTOMERS, CUSTOMERS.c.id == late.customer_id)
        .outerjoin(POLICIES, POLICIES.c.id == late.policy_id)
        .where(*([] if agent_no is None else [late.agent_no == agent_no]))
        .order_by(late.due, late.id)
    )
    with db.reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
        service = service_column(current_standard(connection, as_of))
        found = Figure(
            title=Sentence(OVERDUE),
            columns=(
                *columns("agent_no"), service,
                *columns("customer_no", "phone_of_customer", "policy_no", "due", "latest"),
            ),
            rows=pl.DataFrame(rows, LISTED, orient="row"),
            as_of=as_of,
            definition=(Sentence(MEANING),),
            empty=Sentence(N_("Nothing is overdue.")),
        )  # fmt: skip
        return named(connection, viewer, found)
