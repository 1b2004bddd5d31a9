"""Tasks as they stood on a day: what was changed later is taken back, so that a figure of that day never changes.

A stored task says what it is now. Its transitions say what it was: the status, and each field of the task and of the
contact for it that they changed, with what it was and what it became.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.dates import Days

TASKS = pl.Schema(
    {
        "task_id": pl.Int32(),
        "service": pl.String(),
        "customer_id": pl.Int32(),
        "policy_id": pl.Int32(),
        "agent_id": pl.Int32(),
        "performer": pl.String(),
        "due": pl.Date(),
        "latest": pl.Date(),
        "status": pl.String(),
        "done_on": pl.Date(),
        "channel": pl.String(),
        "outcome": pl.String(),
        "satisfaction": pl.Int32(),
        "texted_on": pl.Date(),
    }
)
"""A task with what was done for it; without a contact the last five but one are null. `texted_on`: the day on which the
system itself sent the text of the same touch."""

STATUSES = pl.Schema({"number": pl.Int32(), "task_id": pl.Int32(), "as_of": pl.Date(), "to_status": pl.String()})
"""A transition; `number` gives the order in which they were made."""

CHANGES = pl.Schema(
    {
        "number": pl.Int32(),
        "task_id": pl.Int32(),
        "as_of": pl.Date(),
        "field": pl.String(),
        "old": pl.String(),
        "new": pl.String(),
    }
)
"""What the transition `number` changed, as text."""

FIELDS = (
    "customer_id",
    "agent_id",
    "performer",
    "due",
    "latest",
    "done_on",
    "channel",
    "outcome",
    "satisfaction",
)
"""What of a task, and of the contact for it, a transition can change."""

_TASKS = """
SELECT t.id, t.service, t.customer_id, t.policy_id, t.agent_id, t.performer, t.due, t.latest, t.status,
    c.done_on, c.channel, c.outcome, c.satisfaction, m.send_on
FROM tasks t
LEFT JOIN contacts c ON c.task_id = t.id
LEFT JOIN messages m ON m.service = t.service AND m.subject_kind = t.subject_kind AND m.subject_id = t.subject_id
    AND m.ordinal = t.ordinal AND m.customer_id = t.customer_id AND m.channel = 'sms'
    AND m.status IN ('submitting', 'accepted', 'delivered', 'unknown')
"""

_STATUSES = "SELECT id, task_id, as_of, to_status FROM transitions"

_CHANGES = f"""
SELECT h.id, h.task_id, h.as_of, c.field, c.old, c.new
FROM transitions h JOIN changes c ON c.transition_id = h.id AND c.field IN {FIELDS}
"""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What happened to tasks, as far as it must be known to say how they stood on a day."""

    statuses: pl.DataFrame
    """STATUSES: all transitions, at least of the tasks that have one after the day."""
    changes: pl.DataFrame
    """CHANGES: what these transitions changed."""


def read_tasks(
    connection: Connection, days: Days, as_of: date, *, of: Literal["due", "done_on"] = "due"
) -> pl.DataFrame:
    """Read the tasks that fell due, or were done, in `days`, as they stood on `as_of`: columns as TASKS."""
    day = "t.due" if of == "due" else "c.done_on"
    within = f"{day} BETWEEN '{days.start.isoformat()}' AND '{days.last.isoformat()}'"
    stood = read_as_they_stood(connection, f"{within} OR t.id IN ({changed_after(as_of)})", as_of)
    return stood.filter(pl.col(of).is_between(days.start, days.last))


def tracked_since(connection: Connection) -> date | None:
    """Return the first day on which anything was released as work; None where nothing was."""
    first = db.read_frame(connection, "SELECT min(as_of) FROM transitions", pl.Schema({"since": pl.Date()}))
    return first["since"][0] if first.height else None


def changed_after(as_of: date) -> str:
    """Return the query for the keys of the tasks to which something happened after `as_of`."""
    return f"SELECT task_id FROM transitions WHERE as_of > '{as_of.isoformat()}'"


def read_as_they_stood(
    connection: Connection,
    condition: str,
    as_of: date,
    *,
    keys: str | None = None,
    values: Mapping[str, str] = MappingProxyType({}),
) -> pl.DataFrame:
    """Read the tasks for which `condition` holds now, as they stood on `as_of`: columns as TASKS.

    `condition` is SQL over tasks `t` and their contacts `c`; `keys` is a query for their keys where they are few:
    without it every task is looked for that has changed since. `values` are bound to the names in both.
    """
    tasks = db.read_frame(connection, f"{_TASKS} WHERE {condition}", TASKS, values=values)
    changed = f"WHERE task_id IN ({keys or changed_after(as_of)})"
    past = Past(
        statuses=db.read_frame(connection, f"{_STATUSES} {changed}", STATUSES, values=values),
        changes=db.read_frame(connection, f"{_CHANGES} {changed}", CHANGES, values=values),
    )
    return as_they_stood(tasks, past, as_of)


def as_they_stood(tasks: pl.DataFrame, past: Past, as_of: date) -> pl.DataFrame:
    """Take back what happened to tasks after `as_of`; those that were not there yet are left out.

    A task without a later transition stands as it is stored.
    """
    tasks = tasks.with_columns(texted_on=pl.when(pl.col("texted_on") <= as_of).then("texted_on"))
    later = past.statuses.filter(pl.col("as_of") > as_of)
    if later.is_empty():
        return tasks
    changed = later.select("task_id").unique()
    known = past.statuses.filter(pl.col("as_of") <= as_of).sort("number")
    statuses = known.group_by("task_id", maintain_order=True).agg(status=pl.col("to_status").last())
    before = tasks.join(changed, on="task_id", how="semi").drop("status").join(statuses, on="task_id")
    values = _values(past.changes, as_of)
    for name in FIELDS:
        before = _with_value(before, values.filter(field=name).select("task_id", "value"), name)
    return pl.concat([tasks.join(changed, on="task_id", how="anti"), before.select(TASKS.names())])


def _values(changes: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return what the changed fields were on the day, as text: `task_id`, `field`, `value`.

    The last change that was known says what a field became; where none was, the first later one says what it had been.
    """
    known = pl.col("as_of") <= as_of
    values = (
        changes.sort("number")
        .group_by("task_id", "field")
        .agg(became=pl.col("new").filter(known).last(), was=pl.col("old").filter(~known).first(), known=known.any())
        .select("task_id", "field", value=pl.when("known").then("became").otherwise("was"))
    )
    # of what was stored before holders were kept (migration 0005), the earlier one is not known
    return values.filter((pl.col("field") != "customer_id") | pl.col("value").is_not_null())


def _with_value(tasks: pl.DataFrame, values: pl.DataFrame, name: str) -> pl.DataFrame:
    """Put the values in the place of what the column `name` says now."""
    value = pl.col("value")
    was = value.str.to_date() if TASKS[name] == pl.Date else value.cast(TASKS[name])
    typed = values.select("task_id", was=was, changed=pl.lit(value=True))
    found = tasks.join(typed, on="task_id", how="left")
    return found.with_columns(pl.when("changed").then("was").otherwise(name).alias(name)).drop("was", "changed")
