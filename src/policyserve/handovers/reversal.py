"""The reversal of a set: agents and open tasks are as they were before it; work that was done stays.

What its customers had not been told is retracted. Where they had been told of the new agent, the way back is another
change of the agent, of which the standard has them told as well.
"""

from __future__ import annotations

from typing import Final

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.event_numbers import record
from policyserve.book.listed_agents import LISTED, named_still
from policyserve.book.stored_rows import read_matching
from policyserve.errors import PolicyserveError
from policyserve.handovers import open_tasks
from policyserve.handovers.records import HandoverSet, enter_state, read_set
from policyserve.plan.handovers import KIND
from policyserve.tasks import pins
from policyserve.tasks.told_customers import told_of
from policyserve.tasks.transitions import Stamp

_EVENT: Final = pl.Schema(
    {
        "id": pl.Int32(),
        "customer_id": pl.Int32(),
        "policy_id": pl.Int32(),
        "number": pl.Int32(),
        "occurred_on": pl.Date(),
        "kind": pl.String(),
        "detail": pl.String(),
        "previous": pl.String(),
        "retracted_on": pl.Date(),
    }
)
_EVENTS = f"SELECT {', '.join(_EVENT)} FROM events"

_TABLES: Final = {"customer": "customers", "policy": "policies"}

_SUBJECT: Final = ["subject_kind", "subject_id"]


def undo(connection: Connection, key: int, stamp: Stamp, *, why: str) -> HandoverSet:
    """Take an applied set back, and return it with the `outcome` of each line; raises PolicyserveError."""
    if not why.strip():
        raise PolicyserveError("Say why the set is taken back: the reason stays in the records.")
    found = read_set(connection, key)
    values = {"status": "undone", "undone_on": stamp.as_of, "undone_by": stamp.actor, "undone_why": why.strip()}
    enter_state(connection, key, "applied", **values)
    lines = found.lines.filter(pl.col("subject_kind") != "task")
    last = _last_events(connection, lines)
    judged = _judged(connection, lines, last, stamp)
    _restore(connection, judged.filter(pl.col("outcome") != "moved-on"))
    _retract(connection, judged.filter(outcome="restored"), stamp, why)
    _correct(connection, judged.filter(outcome="corrected"), stamp)
    tasks = _give_tasks_back(connection, found.lines.filter(subject_kind="task"), judged, stamp)
    outcomes = pl.concat([judged.select(*_SUBJECT, "outcome"), tasks.select(*_SUBJECT, "outcome")])
    rows = outcomes.with_columns(handover_id=pl.lit(key))
    db.update_frame(connection, "handover_lines", rows, keys=["handover_id", *_SUBJECT])
    return read_set(connection, key)


def _last_events(connection: Connection, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the last change of the agent of each subject that stands: of customers and of policies."""
    events = read_matching(connection, _EVENTS, _EVENT, lines.select("customer_id").unique())
    standing = events.filter(pl.col("kind") == KIND, pl.col("retracted_on").is_null())
    own = pl.col("policy_id").is_null()
    named = standing.with_columns(
        subject_kind=pl.when(own).then(pl.lit("customer")).otherwise(pl.lit("policy")),
        subject_id=pl.coalesce("policy_id", "customer_id"),
    )
    return named.sort("occurred_on", "number").unique(_SUBJECT, keep="last")


def _judged(connection: Connection, lines: pl.DataFrame, last: pl.DataFrame, stamp: Stamp) -> pl.DataFrame:
    """Add what undoing does to each line: `outcome`, and `event_id` and `number` of the event that gave it away."""
    own = last.select(*_SUBJECT, "number", "detail", event_id="id")
    told = told_of(connection, lines["customer_id"].unique(), stamp.as_of)
    joined = lines.join(own, on=_SUBJECT, how="left", maintain_order="left")
    heard = joined.filter(subject_kind="customer").join(told, on=["customer_id", "number"], how="semi")["customer_id"]
    there = (pl.col("now_agent_id") == pl.col("to_agent_id")) & (pl.col("detail") == pl.col("to_no"))
    return joined.with_columns(
        outcome=pl.when(~there.fill_null(value=False))
        .then(pl.lit("moved-on"))
        .when(pl.col("customer_id").is_in(heard.implode()))
        .then(pl.lit("corrected"))
        .otherwise(pl.lit("restored"))
    )


def _restore(connection: Connection, lines: pl.DataFrame) -> None:
    """Give customers and policies whom they named before; lists that name the one of now are late from here on."""
    listed = named_still(pl.col("now_agent_id"), pl.col("before_agent_id"))
    for kind, name in _TABLES.items():
        own = lines.filter(subject_kind=kind)
        rows = own.select(listed.alias(LISTED), id="subject_id", agent_id="before_agent_id")
        db.update_frame(connection, name, rows, keys=["id"])


def _retract(connection: Connection, lines: pl.DataFrame, stamp: Stamp, why: str) -> None:
    rows = lines.select(id="event_id", retracted_on=pl.lit(stamp.as_of), retracted_why=pl.lit(why.strip()))
    db.update_frame(connection, "events", rows, keys=["id"])


def _correct(connection: Connection, lines: pl.DataFrame, stamp: Stamp) -> None:
    """Enter the way back as changes of their own, so that the customers are told of it."""
    if lines.is_empty():
        return
    ordered = lines.sort("subject_kind", "subject_id")
    policy = pl.when(pl.col("subject_kind") == "policy").then("subject_id")
    record(
        connection,
        ordered.select(
            "customer_id", policy_id=policy, kind=pl.lit(KIND), occurred_on=pl.lit(stamp.as_of), detail="from_no",
            previous="to_no",
        ),
        stamp.as_of,
    )  # fmt: skip


def _give_tasks_back(connection: Connection, tasks: pl.DataFrame, judged: pl.DataFrame, stamp: Stamp) -> pl.DataFrame:
    """Give the open tasks back that are still with whom the set gave them; return them with their `outcome`."""
    there = open_tasks.open_of(connection, tasks["to_agent_id"].unique().to_list())
    still = there.select("subject_id", to_agent_id="from_agent_id")
    kept = (
        judged.filter(outcome="moved-on")
        .select(customer_id=pl.when(subject_kind="customer").then("customer_id"))
        .drop_nulls()
    )
    back = tasks.join(still, on=["subject_id", "to_agent_id"], how="semi").join(kept, on="customer_id", how="anti")
    moves = back.select("subject_id", "assigned", before="to_agent_id", agent_id="from_agent_id")
    open_tasks.give(connection, moves, stamp, fixed=pins.given_back(connection, moves, stamp.as_of))
    returned = pl.col("subject_id").is_in(back["subject_id"].implode())
    return tasks.with_columns(outcome=pl.when(returned).then(pl.lit("restored")).otherwise(pl.lit("closed")))
