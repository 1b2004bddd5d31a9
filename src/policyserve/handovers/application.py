"""The application of a set: its events are entered, and everything goes to its new agent, in one transaction."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.events import take
from policyserve.book.lists import EVENT_LIST
from policyserve.book.problems import problem
from policyserve.book.rows import Rows
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.handovers import open_tasks
from policyserve.handovers.proposals import ground_of
from policyserve.handovers.records import HandoverSet, enter_state, read_set
from policyserve.locale import N_, Counted, Listed
from policyserve.plan.handovers import KIND
from policyserve.tasks.transitions import Stamp


def apply(connection: Connection, calendar: Calendar, key: int, stamp: Stamp) -> HandoverSet:
    """Carry a proposed set out, and return it as it is then.

    Raises PolicyserveError where the facts have moved since it was proposed, or where households have nobody yet.
    """
    found = read_set(connection, key)
    enter_state(connection, key, "proposed", status="applied", applied_on=stamp.as_of, applied_by=stamp.actor)
    _check(connection, calendar, found, stamp.as_of)
    _keep_what_was(connection, found)
    _enter(connection, found, stamp.as_of)
    tasks = open_tasks.along(connection, open_tasks.open_of(connection, found.leavers), found.lines)
    tasks = tasks.filter(pl.col("to_agent_id").is_not_null())
    db.insert_frame(connection, "handover_lines", tasks.with_columns(handover_id=pl.lit(key)))
    moves = tasks.select("subject_id", before="from_agent_id", agent_id="to_agent_id", assigned=pl.lit(value=False))
    open_tasks.give(connection, moves, stamp)
    return read_set(connection, key)


def _check(connection: Connection, calendar: Calendar, found: HandoverSet, day: date) -> None:
    ground = ground_of(connection, calendar, found.leavers, day)
    if ground.stamp != found.row["stamp"]:
        raise PolicyserveError(
            "Who serves whom, or who could take it, has changed since set {key} was proposed. Nothing was changed; "
            "propose it anew.",
            key=found.key,
        )
    if found.ownerless:
        raise PolicyserveError(
            "{households} of set {key} have nobody yet; choose an agent for each first.",
            households=Counted("{n} household", "{n} households", found.ownerless),
            key=found.key,
        )
    gone = ground.agents.filter(pl.col("left_on") <= day).join(
        found.lines, left_on="agent_id", right_on="to_agent_id", how="semi"
    )
    if not gone.is_empty():
        raise PolicyserveError("Agent {agent_no} has left; choose somebody who is there.", agent_no=gone["agent_no"][0])


def _keep_what_was(connection: Connection, found: HandoverSet) -> None:
    """Keep with each line whom the customer or the policy itself named before."""
    key = ["handover_id", "subject_kind", "subject_id"]
    rows = found.lines.with_columns(handover_id=pl.lit(found.key)).select(*key, before_agent_id="now_agent_id")
    db.update_frame(connection, "handover_lines", rows, keys=key)


def _enter(connection: Connection, found: HandoverSet, day: date) -> None:
    """Enter the events of a set as a list of them would: of each customer, and of policies that do not go along."""
    customers = found.lines.filter(subject_kind="customer")
    carried = customers.select("customer_id", "from_agent_id")
    policies = found.lines.filter(subject_kind="policy").join(carried, on=["customer_id", "from_agent_id"], how="anti")
    own = pl.concat([customers, policies]).sort("household", "subject_kind", "subject_id")
    named = pl.col("subject_kind") == "customer"
    number = pl.concat_str(pl.lit(f"handover-{found.key}-"), "subject_kind", pl.lit("-"), "subject")
    rows = own.select(
        line=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        event_no=number,
        customer_no=pl.when(named).then("subject"),
        policy_no=pl.when(~named).then("subject"),
        kind=pl.lit(KIND, dtype=EVENT_LIST.column("kind").dtype),
        occurred_on=pl.lit(day),
        detail="to_no",
    )
    entered(connection, rows, day)


def entered(connection: Connection, rows: pl.DataFrame, day: date) -> None:
    """Take in events like rows of a list; raises PolicyserveError where one is rejected."""
    taken = take(connection, Rows(values=rows), day)
    if wrong := [problem(EVENT_LIST.name, row) for row in taken.rows.all_problems.to_dicts()]:
        raise PolicyserveError("The event was not entered: {reasons}.", reasons=Listed(wrong[:3], N_("; ")))
