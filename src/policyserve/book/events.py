"""The list of events: what happened to a policy or to a customer."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve.book import agent_changes, agent_events, mode_changes
from policyserve.book.amounts import settle
from policyserve.book.event_numbers import record, with_numbers
from policyserve.book.import_result import ImportResult
from policyserve.book.lists import EVENT_LIST
from policyserve.book.references import attach, resolve
from policyserve.book.rows import Rows, same_key
from policyserve.book.stored_rows import OLD, beside, change, lay_over, read_matching
from policyserve.locale import N_

_POLICIES = "SELECT policy_no AS number, id, customer_id, currency FROM policies"
_POLICY: dict[str, DataType] = {"number": pl.String, "id": pl.Int32, "customer_id": pl.Int32, "currency": pl.String}

_NAMES = ("event_no", "customer_id", "policy_id", "kind", "occurred_on", "amount", "detail")
_QUERY = f"SELECT id, {', '.join(_NAMES)}, number, retracted_on FROM events"
_STORED: dict[str, DataType] = (
    {"id": pl.Int32}
    | {name: pl.Int32() if name.endswith("_id") else EVENT_LIST.column(name).dtype for name in _NAMES}
    | {"number": pl.Int32, "retracted_on": pl.Date}
)
_NATURAL = ("customer_id", "policy_id", "kind", "occurred_on")


def take(connection: Connection, rows: Rows, as_of: date) -> ImportResult:
    """Take in a list of events; an `agent_changed` event, where it is the latest, also changes the agent."""
    rows = _subjects(connection, rows)
    rows = settle(rows, EVENT_LIST, pl.col("currency"))
    rows = mode_changes.check(agent_events.check(connection, _amounts_told(rows)))
    rows = _each_once(rows)
    good = rows.good
    old = _stored(connection, good)
    laid = lay_over(beside(_found(good, old), old, key=["id"], names=_NAMES), _NAMES)
    changes = laid.filter(pl.col("added") | pl.col("changed"), pl.col("kind") == agent_changes.KIND)
    days = changes.group_by("customer_id").agg(on=pl.col("occurred_on").max())
    with agent_changes.watched(connection, days.select("customer_id"), as_of, days=days):
        record(connection, mode_changes.with_amounts(connection, laid.filter("added").select(*_NAMES), as_of), as_of)
        _change(connection, laid)
        agent_events.apply(connection, changes, as_of)
    return ImportResult.counted(rows, laid)


def _subjects(connection: Connection, rows: Rows) -> Rows:
    """Find policy, holder and currency of each event; one without a policy is its customer's."""
    for name in ("policy_no", "customer_no", "event_no", "amount", "detail"):
        if not rows.has(name):
            rows = rows.with_values(rows.values.with_columns(pl.lit(None, EVENT_LIST.column(name).dtype).alias(name)))
    nobody = pl.col("policy_no").is_null() & pl.col("customer_no").is_null()
    rows = rows.reject(nobody, "policy_no", N_("is missing: an event names a policy or a customer"))
    known = read_matching(connection, _POLICIES, _POLICY, rows.values.select(number="policy_no"))
    rows = attach(rows, "policy_no", "policy_id", known.select("number", "id"), "policy")
    rows = resolve(connection, rows, "customer_no", "customer", "named_id")
    about = known.select(policy_id="id", holder_id="customer_id", currency="currency")
    rows = rows.with_values(rows.values.join(about, on="policy_id", how="left", maintain_order="left"))
    other = pl.col("named_id") != pl.col("holder_id")
    rows = rows.reject(other, "customer_no", N_("is not the holder of the policy; leave one of the two numbers empty"))
    return rows.with_values(
        rows.values.with_columns(
            customer_id=pl.coalesce("holder_id", "named_id"), currency=pl.col("currency").fill_null("CNY")
        ).drop("holder_id", "named_id")
    )


def _amounts_told(rows: Rows) -> Rows:
    needs = pl.col("kind").is_in(["premium_change", "rider_added"]) & pl.col("amount").is_null()
    rows = rows.warn(needs, "amount", N_("is missing: this event has the premium per instalment as its amount"))
    nothing = pl.col("kind").is_in(["premium_change", "rider_added"]) & (pl.col("amount") <= 0)
    return rows.reject(nothing, "amount", N_("must be more than zero: it is the premium per instalment"))


def _each_once(rows: Rows) -> Rows:
    rows = same_key(rows, ["event_no"], "event_no")
    unnumbered = pl.when(pl.col("event_no").is_null()).then("customer_id")
    marked = rows.with_values(rows.values.with_columns(unnumbered=unnumbered, subject=pl.col("policy_id").fill_null(0)))
    marked = same_key(marked, ["unnumbered", "subject", "kind", "occurred_on"], "kind")
    return marked.with_values(marked.values.drop("unnumbered", "subject"))


def _stored(connection: Connection, good: pl.DataFrame) -> pl.DataFrame:
    of_customers = read_matching(connection, _QUERY, _STORED, good.select("customer_id"))
    numbered = read_matching(connection, _QUERY, _STORED, good.select("event_no"))
    return pl.concat([of_customers, numbered]).unique("id", maintain_order=True)


def _found(good: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Add the `id` of the stored event that each row means: by number, else by subject, kind and day."""
    numbers = old.filter(pl.col("event_no").is_not_null()).select("event_no", by_number="id")
    good = good.sort("occurred_on", "line").join(numbers, on="event_no", how="left", maintain_order="left")
    free = old.join(good.select(id="by_number"), on="id", how="anti")
    free = free.sort(pl.col("retracted_on").is_not_null(), pl.col("event_no").is_not_null(), "id")
    natural = free.select(*_NATURAL, by_nature="id").unique(_NATURAL, keep="first", maintain_order=True)
    good = good.join(natural, on=list(_NATURAL), how="left", maintain_order="left", nulls_equal=True)
    nature = pl.when(pl.col("event_no").is_null()).then("by_nature")
    return good.with_columns(id=pl.coalesce("by_number", nature)).drop("by_number", "by_nature")


def _change(connection: Connection, laid: pl.DataFrame) -> None:
    """Update events; one that turns out to be another customer's gets that customer's next number."""
    moved = pl.col("customer_id").ne_missing(pl.col("customer_id" + OLD))
    change(connection, "events", laid.filter(~moved), _NAMES)
    elsewhere = laid.filter("changed", moved).drop("number")
    if not elsewhere.is_empty():
        numbered = with_numbers(connection, elsewhere).with_columns(pl.lit(None, pl.Int32).alias("number" + OLD))
        change(connection, "events", numbered, (*_NAMES, "number"))
