"""The events `agent_changed` of a list: checked, and carried out where they are the latest of their subject."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.agent_changes import KIND, agents_of
from policyserve.book.carried_policies import carry
from policyserve.book.listed_agents import LISTED, named_still
from policyserve.book.references import NOT_STORED
from policyserve.book.rows import Rows
from policyserve.book.stored_rows import known_ids, read_matching
from policyserve.locale import N_

_HISTORY: dict[str, DataType] = {
    "id": pl.Int32,
    "customer_id": pl.Int32,
    "policy_id": pl.Int32,
    "number": pl.Int32,
    "occurred_on": pl.Date,
    "detail": pl.String,
    "previous": pl.String,
    "kind": pl.String,
    "retracted_on": pl.Date,
}
_QUERY = f"SELECT {', '.join(_HISTORY)} FROM events"
_SUBJECT = ["customer_id", "policy_id"]


def check(connection: Connection, rows: Rows) -> Rows:
    """Reject changes of the agent that do not tell the new agent's number, or an unknown one."""
    changing = pl.col("kind") == KIND
    named = rows.values.filter(changing)["detail"]
    if named.is_empty():
        return rows
    known = known_ids(connection, "agents", "agent_no", named)["number"]
    rows = rows.reject(
        changing & pl.col("detail").is_null(), "detail", N_("is missing: it tells the new agent's number")
    )
    unknown = changing & ~pl.col("detail").is_in(known.implode())
    return rows.reject(unknown, "detail", NOT_STORED["agent"])


def apply(connection: Connection, changes: pl.DataFrame, as_of: date) -> None:
    """Give subjects the agent of their latest change, where one of `changes` is that, and note who came before.

    Policies that a customer's former agent served go along (see `carried_policies`).
    """
    if changes.is_empty():
        return
    subjects = changes.select(_SUBJECT).unique()
    history = read_matching(connection, _QUERY, _HISTORY, subjects.select("customer_id"))
    history = history.filter(pl.col("kind") == KIND, pl.col("retracted_on").is_null())
    history = history.join(subjects, on=_SUBJECT, how="semi", nulls_equal=True).sort("occurred_on", "number")
    history = history.with_columns(
        before=pl.col("detail").shift(1).over(_SUBJECT),
        latest=pl.col("id") == pl.col("id").last().over(_SUBJECT),
    )
    history = _with_agents(connection, history)
    _note_previous(connection, history)
    latest = history.filter("latest", pl.col("agent_no").ne_missing(pl.col("detail"))).join(
        changes.select(*_SUBJECT, "occurred_on", "detail"),
        on=[*_SUBJECT, "occurred_on", "detail"],
        how="semi",
        nulls_equal=True,
    )
    _reassign(connection, latest, as_of)


_OF_POLICY = f"""
    SELECT p.id AS policy_id, a.agent_no AS policy_agent, p.{LISTED} AS policy_listed
    FROM policies p JOIN agents a ON a.id = p.agent_id
"""
_OF_CUSTOMER = f"""
    SELECT c.id AS customer_id, a.agent_no AS own_agent, c.{LISTED} AS own_listed
    FROM customers c JOIN agents a ON a.id = c.agent_id
"""


def _with_agents(connection: Connection, history: pl.DataFrame) -> pl.DataFrame:
    """Add `agent_no`: the agent whom the policy, or the customer, has now; and `listed_agent_id`."""
    policy: dict[str, DataType] = {"policy_id": pl.Int32, "policy_agent": pl.String, "policy_listed": pl.Int32}
    customer: dict[str, DataType] = {"customer_id": pl.Int32, "own_agent": pl.String, "own_listed": pl.Int32}
    policies = read_matching(connection, _OF_POLICY, policy, history.select("policy_id"))
    customers = read_matching(connection, _OF_CUSTOMER, customer, history.select("customer_id"))
    joined = history.join(policies, on="policy_id", how="left").join(customers, on="customer_id", how="left")
    own = pl.col("policy_id").is_null()
    return joined.with_columns(
        pl.when(own).then("own_listed").otherwise("policy_listed").alias(LISTED),
        agent_no=pl.when(own).then("own_agent").otherwise("policy_agent"),
    )


def _note_previous(connection: Connection, history: pl.DataFrame) -> None:
    """Fill `previous` where it is not known yet: the change before, else the agent whom the latest change replaces."""
    replaced = pl.when(pl.col("latest") & (pl.col("agent_no") != pl.col("detail"))).then("agent_no")
    previous = history.filter(pl.col("previous").is_null()).select("id", previous=pl.coalesce("before", replaced))
    db.update_frame(connection, "events", previous.drop_nulls(), keys=["id"])


def _reassign(connection: Connection, latest: pl.DataFrame, as_of: date) -> None:
    if latest.is_empty():
        return
    serving = agents_of(connection, latest.select("customer_id").unique()).rename({"agent_no": "served_by"})
    known = latest.join(serving, on="customer_id", how="left").with_columns(
        served_by=pl.coalesce("agent_no", pl.when(pl.col("policy_id").is_null()).then("served_by"))
    )
    ids = known_ids(connection, "agents", "agent_no", pl.concat([known["detail"], known["served_by"]]))
    assigned = known.join(ids.select(agent_id="id", detail="number"), on="detail").join(
        ids.select(former="id", served_by="number"), on="served_by", how="left"
    )
    marked = assigned.with_columns(named_still(pl.col("former"), pl.col("agent_id")).alias(LISTED))
    of_customers = marked.filter(pl.col("policy_id").is_null())
    of_policies = marked.filter(pl.col("policy_id").is_not_null())
    db.update_frame(connection, "policies", of_policies.select("agent_id", LISTED, id="policy_id"), keys=["id"])
    db.update_frame(connection, "customers", of_customers.select("agent_id", LISTED, id="customer_id"), keys=["id"])
    carry(connection, of_customers.select("customer_id", "agent_id", before="former", on="occurred_on"), as_of)
