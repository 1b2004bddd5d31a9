"""Open tasks of leavers: they go along with their customer or policy, and come back when the set is undone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.agent_changes import agents_of
from policyserve.handovers.holdings import listed, numbers_of_agents
from policyserve.tasks import pins
from policyserve.tasks.transitions import Stamp, record_all

_OPEN: Final = pl.Schema(
    {
        "subject_id": pl.Int32(),
        "customer_id": pl.Int32(),
        "policy_id": pl.Int32(),
        "from_agent_id": pl.Int32(),
        "assigned": pl.Boolean(),
        "household": pl.String(),
    }
)


def open_of(connection: Connection, agents: Collection[int]) -> pl.DataFrame:
    """Return the open tasks of agents, in order, and hold them: `subject_id`, and what a line keeps of them."""
    own = f"status = 'open' AND agent_id IN ({listed(agents)})"
    if not db.is_sqlite(connection):
        connection.exec_driver_sql(f"SELECT id FROM tasks WHERE {own} ORDER BY id FOR UPDATE")
    query = (
        "SELECT t.id, t.customer_id, t.policy_id, t.agent_id, t.assigned, coalesce(c.family_no, c.customer_no) "
        f"FROM (SELECT * FROM tasks WHERE {own}) t JOIN customers c ON c.id = t.customer_id"
    )
    return db.read_frame(connection, query, _OPEN).sort("subject_id")


def along(connection: Connection, tasks: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Say where each task goes: to whom its policy goes, else its customer, else to who serves that customer by now.

    Returns lines of tasks: with `to_agent_id` (empty where nobody serves the customer) and `why`.
    """
    policies = lines.filter(subject_kind="policy").select(policy_id="subject_id", of_policy="to_agent_id")
    customers = lines.filter(subject_kind="customer").select("customer_id", of_customer="to_agent_id")
    serving = agents_of(connection, tasks.select("customer_id").unique()).join(
        numbers_of_agents(connection), on="agent_no"
    )
    joined = (
        tasks.join(policies, on="policy_id", how="left", maintain_order="left")
        .join(customers, on="customer_id", how="left", maintain_order="left")
        .join(serving.select("customer_id", serves="agent_id"), on="customer_id", how="left", maintain_order="left")
    )
    goes = pl.coalesce("of_policy", "of_customer")
    return joined.with_columns(
        subject_kind=pl.lit("task"),
        to_agent_id=pl.coalesce(goes, "serves"),
        why=pl.when(goes.is_not_null()).then(pl.lit("goes-along")).otherwise(pl.lit("not-theirs")),
        load=pl.lit(0.0),
    ).select(
        "subject_kind", "subject_id", "customer_id", "household", "from_agent_id", "to_agent_id", "load", "why",
        "assigned",
    )  # fmt: skip


def give(connection: Connection, tasks: pl.DataFrame, stamp: Stamp, *, fixed: pl.DataFrame | None = None) -> None:
    """Give open tasks that `open_of` holds to other agents: `subject_id`, `before` and `agent_id`, `assigned`.

    `fixed`: pins that stand again with them, rows to store.
    """
    if tasks.is_empty():
        return
    unplanned = {name: pl.lit(None, dtype=pl.String) for name in ("planned_why", "planned_at")}
    rows = tasks.select("agent_id", "assigned", id="subject_id", planned_on=pl.lit(None, dtype=pl.Date), **unplanned)
    ended = pins.endings(pins.held(connection, rows["id"]))
    db.update_frame(connection, "tasks", rows, keys=["id"])
    if fixed is not None:
        db.update_frame(connection, "tasks", fixed, keys=["id"])
        ended = pl.concat([ended, pins.returns(fixed)])
    steps = tasks.select(
        task_id="subject_id",
        action=pl.lit("moved"),
        from_status=pl.lit("open"),
        to_status=pl.lit("open"),
        reason=pl.lit(None, dtype=pl.String),
        arguments=pl.lit(None, dtype=pl.String),
    )
    changed = tasks.select(
        task_id="subject_id",
        field=pl.lit("agent_id"),
        old=pl.col("before").cast(pl.String),
        new=pl.col("agent_id").cast(pl.String),
    )
    record_all(connection, steps, stamp, pl.concat([changed, ended]))
