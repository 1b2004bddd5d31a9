"""The planned days of tasks: chosen in a release where levelling is on, kept until a fact or a person changes them.

`due`, `latest` and the identity of a task never change here; a move, a reopening or another agent clears the planned
day. `access.stand_ins.DAY` is the one expression for the day to do a task.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.calendars.calendar import Calendar
from policyserve.locale import N_, Sentence
from policyserve.settings_file import VisitSettings
from policyserve.solver import check_solver
from policyserve.standard.model import Standard
from policyserve.tasks.columns import CONTENT
from policyserve.tasks.pins import PINNED
from policyserve.tasks.transitions import Stamp, record_all

WHY: Final = {
    "as-due": N_("the day it is meant for"),
    "joined": N_("one visit with others of the household"),
    "eased": N_("the day it was meant for was too full"),
    PINNED: N_("somebody fixed it"),
}
"""What the reasons of days are called."""

_SHOWN = {"household": "coalesce('f' || c.family_no, 'c' || c.id)", "customer": "'c' || c.id"}

_READ = pl.Schema(
    {
        "id": pl.Int32(), "agent_id": pl.Int32(), "household": pl.String(), "service": pl.String(),
        "channels": pl.String(), "earliest": pl.Date(), "due": pl.Date(), "latest": pl.Date(), "planned_on": pl.Date(),
        "snoozed_to": pl.Date(), "by_hand": pl.Boolean(), "release_id": pl.Int32(),
    }
)  # fmt: skip


def day_of(task: Any) -> date:
    """Return the day to do a task that was read: put off to, else planned, else due, at most the latest."""
    day: date = min(task.snoozed_to or task.planned_on or task.due, task.latest)
    return day


def planned_why(code: str) -> Sentence:
    """Say why a task stands on its planned day."""
    return Sentence(WHY[code])


def reach(settings: VisitSettings) -> int:
    """Return how many days after a release are looked at as well: none without levelling."""
    if not settings.level:
        return 0
    check_solver()
    from policyserve.visits.days import REACH

    return REACH


def choose(
    connection: Connection,
    standard: Standard,
    calendar: Calendar,
    settings: VisitSettings,
    *,
    ahead: pl.DataFrame | None,
    stamp: Stamp,
) -> None:
    """Choose and store the day of every open task of agents; without levelling take back what was chosen before.

    A transition `planned` tells of each day that people had seen and that is another one now. The tasks are held from
    the reading on, so that whatever somebody did before stands, and what comes later finds the new day.
    """
    if not settings.level:
        stored = _read(connection, settings, f"t.planned_on IS NOT NULL AND t.planned_why <> '{PINNED}'")
        nothing = {"planned_on": pl.lit(None, dtype=pl.Date), "planned_why": pl.lit(None, dtype=pl.String)}
        _keep(connection, stored.rename({"planned_on": "before"}).with_columns(**nothing), stamp)
        return
    from policyserve.visits.days import Staff, planned

    stored = _read(connection, settings, "t.agent_id IS NOT NULL")
    rows = stored if ahead is None else pl.concat([stored, _touches(connection, settings, ahead)], how="diagonal")
    room = db.read_frame(
        connection,
        "SELECT id, daily_capacity FROM agents WHERE daily_capacity IS NOT NULL",
        pl.Schema({"id": pl.Int32(), "daily_capacity": pl.Float64()}),
    )
    away = db.read_frame(
        connection,
        "SELECT agent_id, first_day, back_on FROM absences WHERE withdrawn_at IS NULL",
        pl.Schema({"agent_id": pl.Int32(), "first_day": pl.Date(), "back_on": pl.Date()}),
    )
    staff = Staff(settings.capacity, dict(room.rows()), away.rows())
    chosen = planned(rows, standard, calendar, staff, as_of=stamp.as_of).rows
    _keep(connection, chosen.filter(pl.col("id").is_not_null()), stamp)


def _read(connection: Connection, settings: VisitSettings, condition: str) -> pl.DataFrame:
    query = f"""
        SELECT t.id, t.agent_id, {_SHOWN[settings.together]} AS household, t.service, t.channels, t.earliest, t.due,
            t.latest, t.planned_on, t.snoozed_to,
            t.release_id IS NULL OR coalesce(t.planned_why, '') = '{PINNED}' AS by_hand, t.release_id
        FROM tasks t JOIN customers c ON c.id = t.customer_id
        WHERE t.status = 'open' AND t.performer = 'agent' AND {condition} ORDER BY t.id
    """
    return db.read_frame(connection, query if db.is_sqlite(connection) else f"{query} FOR UPDATE OF t", _READ)


def _touches(connection: Connection, settings: VisitSettings, ahead: pl.DataFrame) -> pl.DataFrame:
    """Return touches that are no tasks yet like the tasks that were read."""
    households = db.read_frame(
        connection,
        f"SELECT c.id AS customer_id, {_SHOWN[settings.together]} AS household FROM customers c",
        pl.Schema({"customer_id": pl.Int32(), "household": pl.String()}),
    )
    own = ["service", *(name for name in CONTENT if name in _READ or name == "customer_id")]
    texts = [pl.col(name).cast(pl.String) for name in ("service", "channels")]
    of_agents = ahead.filter(pl.col("performer").cast(pl.String) == "agent", pl.col("agent_id").is_not_null())
    keys = [pl.col(name).cast(pl.Int32) for name in ("customer_id", "agent_id")]
    known = of_agents.select(own).with_columns(*texts, *keys, by_hand=pl.lit(value=False))
    return known.join(households, on="customer_id").drop("customer_id")


def _keep(connection: Connection, chosen: pl.DataFrame, stamp: Stamp) -> None:
    """Store the days that are other ones than before, and tell of those that people had seen."""
    changed = chosen.filter(pl.col("planned_on").ne_missing(pl.col("before")))
    db.update_frame(connection, "tasks", changed.select("id", "planned_on", "planned_why"), keys=["id"])
    newest = connection.exec_driver_sql("SELECT max(id) FROM releases").scalar()
    old, new = (pl.coalesce(name, "due") for name in ("before", "planned_on"))
    seen = changed.filter(old != new, pl.col("release_id").ne_missing(newest), pl.col("snoozed_to").is_null())
    steps = seen.select(
        task_id="id", action=pl.lit("planned"), from_status=pl.lit("open"), to_status=pl.lit("open"),
        reason=pl.lit(None, dtype=pl.String), arguments=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    told = seen.select(task_id="id", field=pl.lit("planned_on"), old=old.cast(pl.String), new=new.cast(pl.String))
    if not steps.is_empty():
        record_all(connection, steps, stamp, told)
