"""Crowded days: whose capacity the coming visits go beyond, by how much, from when, and which services make it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl
from sqlalchemy import Date, case, func, select, type_coerce

from policyserve import db
from policyserve.access import scope
from policyserve.access.scope import AGENTS, CUSTOMERS, TASKS
from policyserve.access.stand_ins import planned_day
from policyserve.access.viewer import Viewer
from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import columns
from policyserve.metrics.figure import Column, Figure
from policyserve.operations.database import Database
from policyserve.operations.seen_figures import named
from policyserve.settings_file import VisitSettings
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard

CROWDED: Final = N_("Days over capacity")
MEANING: Final = N_(
    "Visits of the next {days} days beyond what an agent makes a day, by the days on which they stand now; what is "
    "late stands on today. A household is one visit however much is done there."
)

_READ: Final = pl.Schema({
    "agent_no": pl.String(), "capacity": pl.Float64(), "day": pl.Date(), "door": pl.String(), "service": pl.String(),
    "channels": pl.String(), "task_id": pl.Int64(),
})  # fmt: skip

_SERVICES_NAMED: Final = 3


def crowded_days(
    engine: Database, viewer: Viewer, settings: VisitSettings, language: str, *, as_of: date, days: int = 30
) -> Figure:
    """Return the agents in scope with days over capacity, most of all first."""
    c = TASKS.c
    stands = planned_day()
    day = case((stands < as_of, as_of), else_=stands)
    door = func.coalesce(CUSTOMERS.c.family_no, CUSTOMERS.c.customer_no)
    query = (
        select(
            AGENTS.c.agent_no, AGENTS.c.daily_capacity, type_coerce(day, Date()),
            CUSTOMERS.c.customer_no if settings.together == "customer" else door, c.service, c.channels, c.id,
        )
        .join_from(TASKS, CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .join(AGENTS, AGENTS.c.id == c.agent_id)
        .where(c.status == "open", c.performer == "agent", c.latest >= as_of, day <= as_of + timedelta(days=days))
        .where(scope.sees_tasks(viewer.scope, as_of))
    )  # fmt: skip
    with db.reading(engine) as connection:
        rows = pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=_READ, orient="row")
        standard = current_standard(connection, as_of)
        return named(connection, viewer, _figure(_crowded(rows, standard, settings, language), days, as_of))


def _crowded(rows: pl.DataFrame, standard: Standard, settings: VisitSettings, language: str) -> pl.DataFrame:
    takes = [(one.code, "+".join(one.channels), one.takes, one.joins == "alone") for one in standard.services]
    rules = pl.DataFrame(
        takes, {"service": pl.String, "channels": pl.String, "takes": pl.Float64, "alone": pl.Boolean}, orient="row"
    ).unique(["service", "channels"])
    names = {one.code: str(one.said("name", language)) for one in standard.services}
    work = rows.join(rules, on=["service", "channels"]).filter(pl.col("takes") > 0)
    own = pl.when("alone").then(pl.col("task_id")).otherwise(0)
    visits = work.group_by("agent_no", "capacity", "day", "door", own=own).agg(pl.col("takes").max())
    load = visits.group_by("agent_no", "day", pl.col("capacity").fill_null(settings.capacity)).agg(
        pl.col("takes").sum()
    )
    crowded = load.with_columns(over=pl.col("takes") - pl.col("capacity")).filter(pl.col("over") > 0)
    making = (
        work.join(crowded, on=["agent_no", "day"], how="semi")
        .group_by("agent_no", "service").len()
        .sort("len", "service", descending=[True, False])
        .group_by("agent_no", maintain_order=True)
        .agg(services=pl.col("service").replace_strict(names, default=None).head(_SERVICES_NAMED).str.join(", "))
    )  # fmt: skip
    return (
        crowded.group_by("agent_no")
        .agg(from_day=pl.col("day").min(), days=pl.len().cast(pl.Int64), over=pl.col("over").sum(),
             most=pl.col("takes").max())
        .join(making, on="agent_no")
        .sort("over", "agent_no", descending=[True, False])
    )  # fmt: skip


def _figure(rows: pl.DataFrame, days: int, as_of: date) -> Figure:
    return Figure(
        title=Sentence(CROWDED),
        columns=(
            *columns("agent_no"),
            Column(name="from_day", title=N_("From"), kind="day"),
            Column(name="days", title=N_("Days"), kind="count"),
            Column(name="over", title=N_("Visits over"), kind="number", places=1),
            Column(name="most", title=N_("Most on a day"), kind="number", places=1),
            Column(name="services", title=N_("Mostly"), kind="text"),
        ),
        rows=rows,
        as_of=as_of,
        definition=(Sentence(MEANING, days=days),),
        empty=Sentence(N_("No day is over capacity.")),
    )
