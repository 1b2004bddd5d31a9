"""Loads: the work ahead of agents, and of what leavers hold, planned from the facts as a release would."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import polars as pl
from sqlalchemy import Connection

from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar
from policyserve.handovers.holdings import customers_of
from policyserve.handovers.receivers import days_ahead
from policyserve.plan.planner import plan
from policyserve.tasks.book_part import narrowed
from policyserve.tasks.nightly_release import work_of
from policyserve.tasks.stored_standard import current_standard

MANY: Final = 20_000
"""From so many customers on the whole book is read at once."""

PLACES: Final = 2
"""Decimals of a load, so that sums of the same work are the same."""

_COLUMNS = ("service", "subject_kind", "subject_id", "agent_id", "performer")


def ahead(connection: Connection, calendar: Calendar, agents: Collection[int], as_of: date) -> pl.DataFrame:
    """Return the touches of the next days that these agents do: `subject_kind`, `subject_id`, `agent_id`, `takes`.

    `takes`: how much of a day each is by the standard (see `Service.takes`), where a visit is 1.
    """
    customers = customers_of(connection, agents)["customer_id"]
    many = customers.len() > MANY
    book = load_book(connection, customers=None if many else customers.to_list())
    part = narrowed(book, customers) if many else book
    standard = work_of(current_standard(connection, as_of))
    touches = plan(part, standard, calendar, days_ahead(as_of), as_of, columns=_COLUMNS)
    done = touches.filter(pl.col("performer") == "agent", pl.col("agent_id").is_in(list(agents)))
    takes = {one.code: float(one.takes) for one in standard.services}
    effort = pl.col("service").cast(pl.String).replace_strict(takes, return_dtype=pl.Float64)
    return done.select(pl.col("subject_kind").cast(pl.String), "subject_id", "agent_id", takes=effort)


def of_agents(touches: pl.DataFrame) -> pl.DataFrame:
    """Add the touches of each agent up: `agent_id`, `load` (visits)."""
    return touches.group_by("agent_id").agg(load=pl.col("takes").sum().round(PLACES))


def of_lines(held: pl.DataFrame, touches: pl.DataFrame) -> pl.DataFrame:
    """Add `load` to what is held: the touches of each customer and policy, and a first visit for each customer."""
    counted = touches.group_by("subject_kind", "subject_id").agg(load=pl.col("takes").sum().round(PLACES))
    joined = held.join(counted, on=["subject_kind", "subject_id"], how="left", maintain_order="left")
    visit = (pl.col("subject_kind") == "customer").cast(pl.Float64)
    return joined.with_columns(load=pl.col("load").fill_null(0) + visit)
