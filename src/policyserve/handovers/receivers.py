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

_PER_DAY = "SELECT id, daily_capacity FROM agents"


def days_ahead(as_of: date) -> Days:
    """Return the days whose work counts."""
    return Days.between(as_of, as_of + timedelta(days=DAYS - 1))


def staff(connection: Connection, calendar: Calendar, as_of: date) -> pl.DataFrame:
    """Return every agent: `agent_id`, `agent_no`, `team`, `branch`, `left_on`, `joined_on`, `capacity` (tasks)."""
    room = db.read_frame(connection, _PER_DAY, pl.Schema({"agent_id": pl.Int32(), "daily_capacity": pl.Int32()}))
    workdays = int(calendar.days(days_ahead(as_of))["workday"].sum())
    agents = load_agents(connection, as_of).join(room, on="agent_id")
    capacity = (pl.col("daily_capacity").fill_null(PER_DAY) * workdays).cast(pl.Int32)
    return agents.select("agent_id", "agent_no", "team", "branch", "joined_on", "left_on", capacity=capacity).sort(
        "agent_id"
    )


def able(agents: pl.DataFrame, leavers: Collection[int], as_of: date) -> pl.DataFrame:
    """Return the agents of `staff` who can take households of `leavers`: of their branches, there and staying."""
    own = pl.col("agent_id").is_in(list(leavers))
    branches = agents.filter(own).select("branch").unique()
    here = pl.col("left_on").is_null() & (pl.col("joined_on") <= as_of).fill_null(value=True)
    free = agents.filter(~own, here, pl.col("capacity") > 0)
    return free.join(branches, on="branch", how="semi", nulls_equal=True, maintain_order="left")
