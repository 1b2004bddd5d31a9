"""Grades that are kept: the grade of each customer as the last release worked it out, for lists and agendas."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from policyserve import db

_STORED = pl.Schema({"id": pl.Int32(), "grade": pl.String()})


def changed(connection: Connection, grades: pl.DataFrame) -> pl.DataFrame:
    """Return the customers whose grade is another one than is kept: `id`, `grade`; `grades` as `plan.grades.grades`."""
    kept = db.read_frame(connection, "SELECT id, grade FROM customers WHERE grade IS NOT NULL", _STORED)
    graded = grades.filter(pl.col("grade").is_not_null()).select(id="customer_id", now="grade")
    both = kept.join(graded, on="id", how="full", coalesce=True)
    return both.filter(pl.col("grade").ne_missing(pl.col("now"))).select("id", grade="now").sort("id")


def keep(connection: Connection, rows: pl.DataFrame) -> None:
    """Keep the grades that changed, as `changed` says."""
    db.update_frame(connection, "customers", rows, keys=["id"])
