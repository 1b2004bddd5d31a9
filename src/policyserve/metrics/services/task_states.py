"""Tasks as they stood on a day: what was changed later is taken back, so that a figure of that day never changes.

A stored task says what it is now. Its transitions say what it was: the status in so many words, and the days, the
agent and who does it in the text of a move or of a release's reopening ("due 2026-05-01 -> 2026-05-08; agent 1002 ->
1007", see `tasks.reconciling`). A contact that was taken back is kept with the day on which that was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.snapshot import load_agents
from policyserve.dates import Days
from policyserve.tasks.release import ACTOR as RELEASE

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
        "actor": pl.String(),
        "action": pl.String(),
        "to_status": pl.String(),
        "why": pl.String(),
    }
)
"""A transition; `number` gives the order in which they were made."""

_CONTACT = ("done_on", "channel", "outcome", "satisfaction")

WITHDRAWN = pl.Schema(
    {
        "number": pl.Int32(),
        "task_id": pl.Int32(),
        "withdrawn_on": pl.Date(),
        **{name: TASKS[name] for name in _CONTACT},
    }
)
"""A contact that was taken back: it counts no more from `withdrawn_on` on; `number` gives the order."""

_TASKS = """
SELECT t.id, t.service, t.customer_id, t.policy_id, t.agent_id, t.performer, t.due, t.latest, t.status,
    c.done_on, c.channel, c.outcome, c.satisfaction
FROM tasks t
LEFT JOIN contacts c ON c.task_id = t.id
"""

_CHANGES = "SELECT id, task_id, as_of, actor, action, to_status, why FROM transitions"

_WITHDRAWN = "SELECT id, task_id, withdrawn_on, done_on, channel, outcome, satisfaction FROM withdrawn_contacts"


@dataclass(frozen=True, kw_only=True)
class Past:
    """What happened to tasks, as far as it must be known to say how they stood on a day."""

    changes: pl.DataFrame
    """CHANGES: all transitions, at least of the tasks that have one after the day."""
    withdrawn: pl.DataFrame
    """WITHDRAWN: at least the contacts that were taken back after the day."""
    agents: pl.DataFrame
    """`agent_id`, `agent_no`."""


def read_tasks(
    connection: Connection, days: Days, as_of: date, *, of: Literal["due", "done_on"] = "due"
) -> pl.DataFrame:
    """Read the tasks that fell due, or were done, in `days`, as they stood on `as_of`: columns as TASKS."""
    day = "t.due" if of == "due" else "c.done_on"
    within = f"{day} BETWEEN '{days.start.isoformat()}' AND '{days.last.isoformat()}'"
    stood = read_as_they_stood(connection, f"{within} OR t.id IN ({changed_after(as_of)})", as_of)
    return stood.filter(pl.col(of).is_between(days.start, days.last))


def changed_after(as_of: date) -> str:
    """Return the query for the keys of the tasks to which something happened after `as_of`."""
    return f"SELECT task_id FROM transitions WHERE as_of > '{as_of.isoformat()}'"


def read_as_they_stood(connection: Connection, condition: str, as_of: date, *, keys: str | None = None) -> pl.DataFrame:
    """Read the tasks for which `condition` holds now, as they stood on `as_of`: columns as TASKS.

    `condition` is SQL over tasks `t` and their contacts `c`; `keys` is a query for their keys where they are few:
    without it every task is looked for that has changed since.
    """
    tasks = db.read_frame(connection, f"{_TASKS} WHERE {condition}", TASKS)
    past = Past(
        changes=db.read_frame(connection, f"{_CHANGES} WHERE task_id IN ({keys or changed_after(as_of)})", CHANGES),
        withdrawn=db.read_frame(connection, f"{_WITHDRAWN} WHERE withdrawn_on > '{as_of.isoformat()}'", WITHDRAWN),
        agents=load_agents(connection, as_of).select("agent_id", "agent_no"),
    )
    return as_they_stood(tasks, past, as_of)


def as_they_stood(tasks: pl.DataFrame, past: Past, as_of: date) -> pl.DataFrame:
    """Take back what happened to tasks after `as_of`; those that were not there yet are left out.

    A task without a later transition stands as it is stored.
    """
    later = past.changes.filter(pl.col("as_of") > as_of).sort("number")
    if later.is_empty():
        return tasks
    changed = later.select("task_id").unique()
    known = past.changes.filter(pl.col("as_of") <= as_of).sort("number").join(changed, on="task_id", how="semi")
    moves = _moves(later)
    before = (
        tasks.join(changed, on="task_id", how="semi")
        .drop("status")
        .join(_statuses(known), on="task_id")
        .pipe(_with_old_days, moves)
        .pipe(_with_old_performer, moves)
        .pipe(_with_old_agent, moves, past.agents)
        .pipe(_with_old_contact, known, past.withdrawn.filter(pl.col("withdrawn_on") > as_of))
    )
    return pl.concat([tasks.join(changed, on="task_id", how="anti"), before.select(TASKS.names())])


def _statuses(known: pl.DataFrame) -> pl.DataFrame:
    return known.group_by("task_id", maintain_order=True).agg(status=pl.col("to_status").last())


def _moves(later: pl.DataFrame) -> pl.DataFrame:
    """Return the transitions whose text says from where a task went; why a person reopened it is that person's text."""
    reopened = (pl.col("action") == "reopened") & (pl.col("actor") == RELEASE)
    return later.filter(pl.col("action").is_in(["moved", "assigned"]) | reopened)


def _first(moves: pl.DataFrame, label: str) -> pl.DataFrame:
    """Return what the first move that speaks of `label` took each task from: `task_id`, `old`."""
    said = moves.select("task_id", old=pl.col("why").str.extract(rf"(?:^|; ){label} (.+?) -> "))
    return said.drop_nulls().unique("task_id", keep="first", maintain_order=True)


def _with_old_days(tasks: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    for name in ("due", "latest"):
        first = _first(moves, name).with_columns(pl.col("old").str.to_date())
        found = tasks.join(first, on="task_id", how="left")
        tasks = found.with_columns(pl.coalesce("old", name).alias(name)).drop("old")
    return tasks


def _with_old_performer(tasks: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    found = tasks.join(_first(moves, "done by"), on="task_id", how="left")
    return found.with_columns(performer=pl.coalesce("old", "performer")).drop("old")


def _with_old_agent(tasks: pl.DataFrame, moves: pl.DataFrame, agents: pl.DataFrame) -> pl.DataFrame:
    """Put back the agent from whom the first move or person took the task; 'nobody' is null."""
    keys = agents.select(old="agent_no", old_id="agent_id")
    found = tasks.join(_first(moves, "agent"), on="task_id", how="left").join(keys, on="old", how="left")
    agent = pl.when(pl.col("old").is_null()).then("agent_id").otherwise("old_id")
    return found.with_columns(agent_id=agent).drop("old", "old_id")


def _with_old_contact(tasks: pl.DataFrame, known: pl.DataFrame, withdrawn: pl.DataFrame) -> pl.DataFrame:
    """Put back what was done for a task that was done by then: of `withdrawn` the first one, else the one that stands.

    Day and channel are those of its transition ("by visit on 2026-05-01"). Where the contact has others it is not the
    same one: before contacts were kept (migration 0004), the rest of what was taken back is lost.
    """
    said = known.filter(pl.col("action") == "done").select(
        "task_id",
        was_on=pl.col("why").str.extract(r" on (\d{4}-\d\d-\d\d)$").str.to_date(),
        was_by=pl.col("why").str.extract(r"^by (\S+) on "),
    )
    last = said.unique("task_id", keep="last", maintain_order=True)
    found = _with_withdrawn(tasks, withdrawn).join(last, on="task_id", how="left")
    done = pl.col("status") == "done"
    same = done & (pl.col("done_on") == pl.col("was_on")) & (pl.col("channel") == pl.col("was_by"))
    return found.with_columns(
        done_on=pl.when(done).then("was_on"),
        channel=pl.when(done).then("was_by"),
        outcome=pl.when(same).then("outcome"),
        satisfaction=pl.when(same).then("satisfaction"),
    ).drop("was_on", "was_by")


def _with_withdrawn(tasks: pl.DataFrame, withdrawn: pl.DataFrame) -> pl.DataFrame:
    """Put the first contact of `withdrawn` in the place of the one that stands now."""
    first = withdrawn.sort("number").unique("task_id", keep="first", maintain_order=True)
    found = tasks.join(first, on="task_id", how="left", suffix=":then")
    taken_back = pl.col("withdrawn_on").is_not_null()
    return found.with_columns(pl.when(taken_back).then(f"{name}:then").otherwise(name).alias(name) for name in _CONTACT)
