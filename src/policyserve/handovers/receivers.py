"""Receivers: the agents of a branch who can take households, and how much room they have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.snapshot import load_agents
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days

DAYS: Final = 90
"""How many days ahead loads are counted, today included."""

PER_DAY: Final = 6
"""What an agent does on a working day where no list says otherwise."""

SOON: Final = 30
"""Days ahead, today included, within which customers are told and visited first."""

AWAY: Final = 10
"""Who is away on more of them takes nothing."""

_PEOPLE = "SELECT id, daily_capacity, region, languages FROM agents"
_PERSON: Final = pl.Schema(
    {"agent_id": pl.Int32(), "daily_capacity": pl.Int32(), "region": pl.String(), "languages": pl.String()}
)
_ABSENCES = "SELECT agent_id, first_day, last_day FROM absences WHERE withdrawn_at IS NULL"
_ABSENCE: Final = pl.Schema({"agent_id": pl.Int32(), "first_day": pl.Date(), "last_day": pl.Date()})


def days_ahead(as_of: date) -> Days:
    """Return the days whose work counts."""
    return Days.between(as_of, as_of + timedelta(days=DAYS - 1))


def staff(connection: Connection, calendar: Calendar, as_of: date) -> pl.DataFrame:
    """Return every agent, in the order of their keys.

    `agent_id`, `agent_no`, `team`, `branch`, `joined_on`, `left_on`, `region`, `languages` (a list), `capacity`
    (visits of the days ahead), `away` (days of the next SOON on which an absence is entered).
    """
    people = db.read_frame(connection, _PEOPLE, _PERSON).with_columns(pl.col("languages").str.split(","))
    workdays = int(calendar.days(days_ahead(as_of))["workday"].sum())
    agents = (
        load_agents(connection, as_of)
        .join(people, on="agent_id")
        .join(days_away(db.read_frame(connection, _ABSENCES, _ABSENCE), as_of), on="agent_id", how="left")
    )
    return agents.select(
        "agent_id", "agent_no", "team", "branch", "joined_on", "left_on", "region", "languages",
        capacity=(pl.col("daily_capacity").fill_null(PER_DAY) * workdays).cast(pl.Int32),
        away=pl.col("away").fill_null(0),
    ).sort("agent_id")  # fmt: skip


def days_away(absences: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Count the days of the next SOON within absences (`agent_id`, `first_day`, `last_day`): `agent_id`, `away`."""
    last = as_of + timedelta(days=SOON - 1)
    soon = absences.filter(pl.col("first_day") <= last, pl.col("last_day") >= as_of)
    days = pl.date_ranges(pl.max_horizontal("first_day", pl.lit(as_of)), pl.min_horizontal("last_day", pl.lit(last)))
    each = soon.select("agent_id", day=days).explode("day")
    return each.group_by("agent_id").agg(away=pl.col("day").n_unique().cast(pl.Int32))


def able(agents: pl.DataFrame, leavers: Collection[int], as_of: date) -> pl.DataFrame:
    """Return the agents of `staff` who can take households of `leavers`: of their branches, there and staying.

    Who is away on more than AWAY of the next SOON days could not visit whom they get, and takes nothing.
    """
    own = pl.col("agent_id").is_in(list(leavers))
    branches = agents.filter(own).select("branch").unique()
    here = pl.col("left_on").is_null() & (pl.col("joined_on") <= as_of).fill_null(value=True)
    free = agents.filter(~own, here, pl.col("capacity") > 0, pl.col("away") <= AWAY)
    return free.join(branches, on="branch", how="semi", nulls_equal=True, maintain_order="left")
