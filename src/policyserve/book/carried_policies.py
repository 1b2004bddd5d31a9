"""Policies that go along when their holder gets another agent: those that the former agent served."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.agent_changes import record_of_policies
from policyserve.book.listed_agents import LISTED, named_still
from policyserve.book.stored_rows import read_matching

_SERVED = f"SELECT id AS policy_id, customer_id, agent_id AS served_by, {LISTED} FROM policies"
_POLICY: dict[str, DataType] = dict.fromkeys(("policy_id", "customer_id", "served_by", LISTED), pl.Int32())


def carry(connection: Connection, moves: pl.DataFrame, as_of: date) -> None:
    """Give the policies of customers to the agent who follows the one that served them.

    `moves`: `customer_id`, `agent_id`, `before` (keys of agents) and `on`, the day of the change, once for a customer.
    """
    moves = moves.drop_nulls()
    if moves.is_empty():
        return
    held = read_matching(connection, _SERVED, _POLICY, moves.select("customer_id")).join(moves, on="customer_id")
    going = held.filter(pl.col("served_by") == pl.col("before"), pl.col("served_by") != pl.col("agent_id"))
    marked = going.with_columns(named_still(pl.col("before"), pl.col("agent_id")).alias(LISTED))
    db.update_frame(connection, "policies", marked.select("agent_id", LISTED, id="policy_id"), keys=["id"])
    record_of_policies(connection, going.rename({"before": "agent_before"}), as_of)


def of_leavers(connection: Connection, moves: pl.DataFrame, as_of: date) -> None:
    """Carry the policies of customers whom a list gives to somebody else because their agent has left."""
    staff = pl.Schema({"before": pl.Int32(), "left_on": pl.Date()})
    left = db.read_frame(connection, "SELECT id, left_on FROM agents WHERE left_on IS NOT NULL", staff)
    gone = moves.join(left.filter(pl.col("left_on") <= as_of), on="before", how="semi")
    carry(connection, gone.with_columns(on=pl.lit(as_of)), as_of)
