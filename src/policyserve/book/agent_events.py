"""The events `agent_changed` of a list: checked, and carried out where they are the latest of their subject."""

from __future__ import annotations

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.agent_changes import KIND
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


def apply(connection: Connection, changes: pl.DataFrame) -> None:
    """Give subjects the agent of their latest change, where one of `changes` is that, and note who came before."""
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
    _reassign(connection, latest)


def _with_agents(connection: Connection, history: pl.DataFrame) -> pl.DataFrame:
    """Add `agent_no`: the agent whom the policy, or the customer, has now."""
    of_policy = (
        "SELECT p.id AS policy_id, a.agent_no AS policy_agent FROM policies p JOIN agents a ON a.id = p.agent_id"
    )
    of_customer = (
        "SELECT c.id AS customer_id, a.agent_no AS own_agent FROM customers c JOIN agents a ON a.id = c.agent_id"
    )
    policies = read_matching(
        connection, of_policy, {"policy_id": pl.Int32, "policy_agent": pl.String}, history.select("policy_id")
    )
    customers = read_matching(
        connection, of_customer, {"customer_id": pl.Int32, "own_agent": pl.String}, history.select("customer_id")
    )
    joined = history.join(policies, on="policy_id", how="left").join(customers, on="customer_id", how="left")
    agent = pl.when(pl.col("policy_id").is_null()).then("own_agent").otherwise("policy_agent")
    return joined.with_columns(agent_no=agent)


def _note_previous(connection: Connection, history: pl.DataFrame) -> None:
    """Fill `previous` where it is not known yet: the change before, else the agent whom the latest change replaces."""
    replaced = pl.when(pl.col("latest") & (pl.col("agent_no") != pl.col("detail"))).then("agent_no")
    previous = history.filter(pl.col("previous").is_null()).select("id", previous=pl.coalesce("before", replaced))
    db.update_frame(connection, "events", previous.drop_nulls(), keys=["id"])


def _reassign(connection: Connection, latest: pl.DataFrame) -> None:
    ids = known_ids(connection, "agents", "agent_no", latest["detail"])
    assigned = latest.join(ids.select(agent_id="id", detail="number"), on="detail")
    of_policies = assigned.filter(pl.col("policy_id").is_not_null()).select("agent_id", id="policy_id")
    of_customers = assigned.filter(pl.col("policy_id").is_null()).select("agent_id", id="customer_id")
    db.update_frame(connection, "policies", of_policies, keys=["id"])
    db.update_frame(connection, "customers", of_customers, keys=["id"])
