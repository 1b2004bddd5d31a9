"""Changes of the agent, kept as events: of a policy, and of a customer.

The agent of a customer is the customer's own one, else who serves most of the customer's policies (riders left out),
ties to the lowest number. A first agent is no change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.event_numbers import record
from policyserve.book.stored_rows import read_matching

KIND = "agent_changed"

_SERVING = """
    SELECT p.customer_id AS customer_id, a.agent_no AS agent_no, p.main_policy_id AS main_policy_id
    FROM policies p JOIN agents a ON a.id = p.agent_id
"""
_OWN = "SELECT c.id AS customer_id, a.agent_no AS agent_no FROM customers c JOIN agents a ON a.id = c.agent_id"
_PAIRS: dict[str, DataType] = {"customer_id": pl.Int32, "agent_no": pl.String}


@contextmanager
def watched(
    connection: Connection, customers: pl.DataFrame, as_of: date, *, days: pl.DataFrame | None = None
) -> Iterator[None]:
    """Record the changes of the customers' agents that the work inside a `with` block brings.

    `customers` has the column `customer_id`. The change has come on `as_of`, or on the day `on` that `days` has for
    the `customer_id`.
    """
    before = agents_of(connection, customers)
    yield
    if not before.is_empty():
        _record_of_customers(connection, before, agents_of(connection, customers), as_of, days)


def holders(connection: Connection, customers: pl.DataFrame) -> pl.DataFrame:
    """Return those of `customers` (a column `customer_id`) who hold a stored policy."""
    query = "SELECT customer_id FROM policies"
    stored = read_matching(connection, query, {"customer_id": pl.Int32}, customers)
    return customers.join(stored, on="customer_id", how="semi")


def agents_of(connection: Connection, customers: pl.DataFrame) -> pl.DataFrame:
    """Return the agent of each customer who has one: the columns `customer_id` and `agent_no`."""
    if customers.is_empty():
        return pl.DataFrame(schema=_PAIRS)
    own = read_matching(connection, _OWN, _PAIRS, customers)
    policies = read_matching(connection, _SERVING, _PAIRS | {"main_policy_id": pl.Int32}, customers)
    serving = policies.filter(pl.col("main_policy_id").is_null()).group_by("customer_id", "agent_no").len()
    most = serving.sort(["len", "agent_no"], descending=[True, False]).unique(
        "customer_id", keep="first", maintain_order=True
    )
    found = pl.concat([own, most.select("customer_id", "agent_no")])
    return found.unique("customer_id", keep="first", maintain_order=True).join(customers, on="customer_id", how="semi")


def _record_of_customers(
    connection: Connection, before: pl.DataFrame, after: pl.DataFrame, as_of: date, days: pl.DataFrame | None
) -> None:
    changes = before.join(after, on="customer_id", suffix="_now").filter(pl.col("agent_no") != pl.col("agent_no_now"))
    if changes.is_empty():
        return
    dated = changes.with_columns(on=pl.lit(as_of)) if days is None else changes.join(days, on="customer_id")
    events = dated.select(
        "customer_id",
        policy_id=pl.lit(None, dtype=pl.Int32),
        kind=pl.lit(KIND),
        occurred_on="on",
        detail="agent_no_now",
        previous="agent_no",
    )
    record(connection, _without_known(connection, events), as_of)


def _without_known(connection: Connection, events: pl.DataFrame) -> pl.DataFrame:
    """Leave out what the last event of the kind tells already: a list that goes there and back tells it again."""
    key = ["customer_id", "policy_id", "kind", "occurred_on", "detail"]
    schema = {name: events.schema[name] for name in key} | {"number": pl.Int32, "retracted_on": pl.Date}
    stored = read_matching(connection, f"SELECT {', '.join(schema)} FROM events", schema, events.select("customer_id"))
    standing = stored.filter(pl.col("kind") == KIND, pl.col("policy_id").is_null(), pl.col("retracted_on").is_null())
    last = standing.sort("occurred_on", "number").unique("customer_id", keep="last")
    return events.join(last, on=key, how="anti", nulls_equal=True)


def record_of_policies(connection: Connection, moved: pl.DataFrame, as_of: date) -> None:
    """Record that policies got another agent: `customer_id`, `policy_id`, `agent_id`, and `agent_before`.

    The change has come on the day `on` where `moved` has one, else on `as_of`.
    """
    if moved.is_empty():
        return
    numbers = db.read_frame(
        connection, "SELECT id, agent_no FROM agents", pl.Schema({"id": pl.Int32, "agent_no": pl.String})
    )
    named = moved.join(numbers.rename({"agent_no": "detail"}), left_on="agent_id", right_on="id").join(
        numbers.rename({"agent_no": "previous"}), left_on="agent_before", right_on="id"
    )
    on = pl.col("on") if "on" in named.columns else pl.lit(as_of)
    record(
        connection,
        named.select("customer_id", "policy_id", "detail", "previous", kind=pl.lit(KIND), occurred_on=on),
        as_of,
    )
