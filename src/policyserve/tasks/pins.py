"""Pins: days on which people fixed visits. A pin never moves; it ends with its task, its window or its agent.

A pin is `planned_on` with the reason `PINNED`, and `planned_at` where an hour was agreed. What became of one is the
change `pinned_on` of a transition: the day, with the hour behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.tasks.transitions import CHANGES, TASKS, TRANSITIONS, Stamp, record

PINNED: Final = "pinned"
"""Why a task stands on its day: somebody fixed it."""

FIELD: Final = "pinned_on"
"""What a transition calls the change of a pin."""

UNPLANNED: Final = {"planned_on": None, "planned_why": None, "planned_at": None}
"""What becomes of the day that was planned when a task begins anew: the next release plans it again."""

_READ = pl.Schema({"id": pl.Int32(), "planned_on": pl.Date(), "planned_at": pl.String(), "agent_id": pl.Int32()})


def pinned_on(task: Mapping[str, Any] | RowMapping) -> str | None:
    """Return the day of a task's pin, with its hour; None where it has none."""
    if task["planned_why"] != PINNED:
        return None
    return f"{task['planned_on']} {task['planned_at'] or ''}".rstrip()


def ended(task: RowMapping) -> dict[str, tuple[object, object]]:
    """Return the change of a transition that ends the pin of a task; nothing where it has none."""
    return {FIELD: (pinned_on(task), None)}


def pin(connection: Connection, tasks: Sequence[RowMapping], stamp: Stamp, *, on: date, at: str | None) -> int:
    """Fix the day of open tasks; return of how many: what somebody closed meanwhile stays closed."""
    values = {"planned_on": on, "planned_why": PINNED, "planned_at": at}
    return _changed(connection, tasks, stamp, "pinned", {**values, "snoozed_to": None})


def unpin(connection: Connection, tasks: Sequence[RowMapping], stamp: Stamp) -> int:
    """Take pins back; the next release plans the days again."""
    return _changed(connection, tasks, stamp, "unpinned", UNPLANNED)


def _changed(
    connection: Connection, tasks: Sequence[RowMapping], stamp: Stamp, action: str, values: Mapping[str, object]
) -> int:
    changed = 0
    for task in tasks:
        still = TASKS.c.id == task["id"], TASKS.c.status == "open", TASKS.c.agent_id == task["agent_id"]
        if connection.execute(update(TASKS).where(*still).values(values)).rowcount:
            changes = {FIELD: (pinned_on(task), pinned_on(values))}
            record(connection, task["id"], action, stamp, from_status="open", to_status="open", changes=changes)
            changed += 1
    return changed


def held(connection: Connection, tasks: pl.Series) -> pl.DataFrame:
    """Return the pins of open tasks (by key): `id`, `planned_on`, `planned_at`, `agent_id`."""
    query = f"SELECT {', '.join(_READ)} FROM tasks WHERE status = 'open' AND planned_why = '{PINNED}'"
    return db.read_frame(connection, query, _READ).filter(pl.col("id").is_in(tasks.implode()))


def kept(pins: pl.DataFrame, tasks: pl.DataFrame) -> pl.DataFrame:
    """Return the pins that stand in tasks as they are now (`id`, `agent_id`, `earliest`, `latest`): rows to store."""
    now = pins.join(tasks.select("id", "agent_id", "earliest", "latest"), on=["id", "agent_id"])
    inside = now.filter(pl.col("planned_on").is_between("earliest", "latest"))
    return inside.select("id", "planned_on", "planned_at", planned_why=pl.lit(PINNED))


def endings(pins: pl.DataFrame) -> pl.DataFrame:
    """Return the changes of the transitions that end pins: `task_id`, `field`, `old`, `new`."""
    old = pl.concat_str("planned_on", "planned_at", separator=" ", ignore_nulls=True)
    return pins.select(task_id="id", field=pl.lit(FIELD), old=old, new=pl.lit(None, dtype=pl.String))


def returns(pins: pl.DataFrame) -> pl.DataFrame:
    """Return the changes of the transitions that give pins back: `task_id`, `field`, `old`, `new`."""
    return endings(pins).rename({"old": "new", "new": "old"}).select("task_id", "field", "old", "new")


def given_back(connection: Connection, moves: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the pins that tasks lost when they went from one agent to another and that stand again, as rows to store.

    `moves`: the way back, `subject_id` (the task), `before` (who has it), `agent_id` (who had it). A pin that ended
    otherwise, that is before `day`, or outside the window of its task by now, stays ended.
    """
    c = CHANGES.c
    query = (
        select(TRANSITIONS.c.task_id, TRANSITIONS.c.id, c.field, c.old, c.new, TASKS.c.earliest, TASKS.c.latest)
        .join(TRANSITIONS, TRANSITIONS.c.id == c.transition_id)
        .join(TASKS, TASKS.c.id == TRANSITIONS.c.task_id)
        .where(c.field.in_((FIELD, "agent_id")), TRANSITIONS.c.task_id.in_(moves["subject_id"].to_list()))
        .order_by(TRANSITIONS.c.id)
    )
    steps = connection.execute(query).all()
    last = {row.task_id: row for row in steps if row.field == FIELD}
    went = {row.id: (row.old, row.new) for row in steps if row.field == "agent_id"}
    ways = {key: (str(to), str(taker)) for key, taker, to in moves.select("subject_id", "before", "agent_id").rows()}
    lost = [
        (key, date.fromisoformat(row.old[:10]), row.old[11:] or None, row.earliest, row.latest)
        for key, row in last.items()
        if row.new is None and went.get(row.id) == ways[key]
    ]
    names = {"planned_on": pl.Date, "planned_at": pl.String, "earliest": pl.Date, "latest": pl.Date}
    found = pl.DataFrame(lost, schema={"id": pl.Int32, **names}, orient="row")
    inside = pl.col("planned_on").is_between("earliest", "latest") & (pl.col("planned_on") >= day)
    return found.filter(inside).select("id", "planned_on", "planned_at", planned_why=pl.lit(PINNED))
