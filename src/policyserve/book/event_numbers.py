"""New rows of events: each gets the next number of its customer."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.stored_rows import read_matching, with_ids


def record(connection: Connection, events: pl.DataFrame, recorded_on: date) -> pl.DataFrame:
    """Insert events in their order, with `id`, `number` and `recorded_on`, and return them."""
    numbered = with_numbers(connection, events)
    fresh = numbered.with_columns(added=pl.lit(value=True), id=pl.lit(None, dtype=pl.Int32), recorded_on=recorded_on)
    rows = with_ids(connection, "events", fresh).drop("added")
    db.insert_frame(connection, "events", rows)
    return rows


def with_numbers(connection: Connection, events: pl.DataFrame) -> pl.DataFrame:
    """Give events, in their order, the next numbers of their customers."""
    query = "SELECT customer_id, number FROM events"
    stored = read_matching(
        connection, query, {"customer_id": pl.Int32, "number": pl.Int32}, events.select("customer_id")
    )
    last = stored.group_by("customer_id").agg(last=pl.col("number").max())
    joined = events.join(last, on="customer_id", how="left", maintain_order="left")
    rank = pl.col("customer_id").cum_count().over("customer_id").cast(pl.Int32)
    return joined.with_columns(number=pl.col("last").fill_null(0) + rank).drop("last")
