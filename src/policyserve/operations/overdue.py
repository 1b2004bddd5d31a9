"""Overdue tasks: work whose due day is over and that is still in time, by agent and one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Select, func, select

from policyserve import db
from policyserve.access import scope
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
_DAY = func.coalesce(TASKS.c.snoozed_to, TASKS.c.due)


def _overdue(viewer: Viewer, as_of: date, *shown: Any) -> Select[Any]:
    """Select of the overdue tasks in a viewer's scope."""
    c = TASKS.c
    open_work = (c.status == "open", c.performer == "agent", c.latest >= as_of, as_of > _DAY)
    joined = TASKS.join(AGENTS, AGENTS.c.id == c.agent_id)
    return select(*shown).select_from(joined).where(*open_work, scope.sees_tasks(viewer.scope, as_of))


def overdue_by_agent(engine: Database, viewer: Viewer, *, as_of: date) -> Figure:
    """Return how many tasks of each agent in scope are overdue, most first, and the longest time in days."""
    agent = AGENTS.c.agent_no
    query = _overdue(viewer, as_of, agent, func.count(), func.min(_DAY)).group_by(agent)
    with db.reading(engine) as connection:
        rows = [(number, count, date.fromisoformat(str(first))) for number, count, first in connection.execute(query)]
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
    c = TASKS.c
    shown = (AGENTS.c.agent_no, c.service, CUSTOMERS.c.customer_no, POLICIES.c.policy_no, _DAY, c.latest)
    query = (
        _overdue(viewer, as_of, *shown)
        .join(CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .outerjoin(POLICIES, POLICIES.c.id == c.policy_id)
        .where(*([] if agent_no is None else [AGENTS.c.agent_no == agent_no]))
        .order_by(_DAY, c.id)
    )
    with db.reading(engine) as connection:
        rows = [(*row[:4], date.fromisoformat(str(row[4])), row[5]) for row in connection.execute(query)]
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
