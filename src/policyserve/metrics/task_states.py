"""Tasks as they stood on a day: what was changed later is taken back, so that a figure of that day never changes.

A stored task says what it is now. Its transitions say what it was: the status in so many words, and the days and the
agent in the text of a move ("due 2026-05-01 -> 2026-05-08; agent 1002 -> 1007", see `tasks.reconciling`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book import columns
from policyserve.book.loading import AGENTS
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
    }
)
"""A task with what was done for it; without a contact the last four are null."""

CHANGES = pl.Schema(
    {
        "number": pl.Int32(),
        "task_id": pl.Int32(),
        "as_of": pl.Date(),
        "action": pl.String(),
        "to_status": pl.String(),
        "why": pl.String(),
    }
)
"""A transition; `number` gives the order in which they were made."""

_CONTACT = ("done_on", "channel", "outcome", "satisfaction")
_DAY = r"(\d{4}-\d\d-\d\d)"

_TASKS = """
SELECT t.id, t.service, t.customer_id, t.policy_id, t.agent_id, t.performer, t.due, t.latest, t.status,
    c.done_on, c.channel, c.outcome, c.satisfaction
FROM tasks t
LEFT JOIN contacts c ON c.task_id = t.id
"""

_LATER = "SELECT task_id FROM transitions WHERE as_of > '{day}'"

_CHANGES = "SELECT id, task_id, as_of, action, to_status, why FROM transitions WHERE task_id IN ({later})"


def read_tasks(
    connection: Connection, days: Days, as_of: date, *, of: Literal["due", "done_on"] = "due"
) -> pl.DataFrame:
    """Read the tasks that fell due, or were done, in `days`, as they stood on `as_of`: columns as TASKS."""
    later = _LATER.format(day=as_of.isoformat())
    day = "t.due" if of == "due" else "c.done_on"
    within = f"{day} BETWEEN '{days.start.isoformat()}' AND '{days.last.isoformat()}'"
    tasks = db.read_frame(connection, f"{_TASKS} WHERE {within} OR t.id IN ({later})", TASKS)
    changes = db.read_frame(connection, _CHANGES.format(later=later), CHANGES)
    stood = as_they_stood(tasks, changes, read_agents(connection).select("agent_id", "agent_no"), as_of)
    return stood.filter(pl.col(of).is_between(days.start, days.last))


def read_agents(connection: Connection) -> pl.DataFrame:
    """Read the agents with their teams and branches, in the columns of the book."""
    return db.read_frame(connection, AGENTS, columns.AGENTS)


def as_they_stood(tasks: pl.DataFrame, changes: pl.DataFrame, agents: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Take back what happened to tasks after `as_of`; those that were not there yet are left out.

    `changes`: all transitions (CHANGES) at least of the tasks that have one after `as_of`; a task without stands as it
    is stored. `agents`: `agent_id`, `agent_no`.
    """
    later = changes.filter(pl.col("as_of") > as_of).sort("number")
    if later.is_empty():
        return tasks
    changed = later.select("task_id").unique()
    known = changes.filter(pl.col("as_of") <= as_of).sort("number").join(changed, on="task_id", how="semi")
    before = (
        tasks.join(changed, on="task_id", how="semi")
        .drop("status")
        .join(_statuses(known), on="task_id")
        .pipe(_with_old_days, later)
        .pipe(_with_old_agent, later, agents)
        .pipe(_with_old_contact, known)
    )
    return pl.concat([tasks.join(changed, on="task_id", how="anti"), before.select(TASKS.names())])


def _statuses(known: pl.DataFrame) -> pl.DataFrame:
    return known.group_by("task_id", maintain_order=True).agg(status=pl.col("to_status").last())


def _with_old_days(tasks: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Put back the days from which the first later move took the task."""
    moves = later.filter(pl.col("action") == "moved")
    for name in ("due", "latest"):
        said = moves.select("task_id", old=pl.col("why").str.extract(rf"(?:^|; ){name} {_DAY} -> ").str.to_date())
        first = said.drop_nulls().unique("task_id", keep="first", maintain_order=True)
        tasks = tasks.join(first, on="task_id", how="left").with_columns(pl.coalesce("old", name).alias(name))
        tasks = tasks.drop("old")
    return tasks


def _with_old_agent(tasks: pl.DataFrame, later: pl.DataFrame, agents: pl.DataFrame) -> pl.DataFrame:
    """Put back the agent from whom the first later move or person took the task; 'nobody' is null."""
    handed = later.filter(pl.col("action").is_in(["moved", "assigned"])).select(
        "task_id", agent_no=pl.col("why").str.extract(r"(?:^|; )agent (\S+) -> ")
    )
    first = handed.drop_nulls().unique("task_id", keep="first", maintain_order=True)
    named = first.join(agents.rename({"agent_id": "old_id"}), on="agent_no", how="left")
    found = tasks.join(named, on="task_id", how="left")
    agent = pl.when(pl.col("agent_no").is_null()).then("agent_id").otherwise("old_id")
    return found.with_columns(agent_id=agent).drop("agent_no", "old_id")


def _with_old_contact(tasks: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Put back day and channel of a task that was done by then; what else was noted is kept if it is the same contact.

    A contact goes when a task is reopened, but its transition stays: "by visit on 2026-05-01".
    """
    said = known.filter(pl.col("action") == "done").select(
        "task_id",
        was_on=pl.col("why").str.extract(rf" on {_DAY}$").str.to_date(),
        was_by=pl.col("why").str.extract(r"^by (\S+) on "),
    )
    last = said.unique("task_id", keep="last", maintain_order=True)
    found = tasks.join(last, on="task_id", how="left")
    done = pl.col("status") == "done"
    same = done & (pl.col("done_on") == pl.col("was_on")) & (pl.col("channel") == pl.col("was_by"))
    return found.with_columns(
        done_on=pl.when(done).then("was_on"),
        channel=pl.when(done).then("was_by"),
        outcome=pl.when(same).then("outcome"),
        satisfaction=pl.when(same).then("satisfaction"),
    ).drop("was_on", "was_by")
