"""References between lists: the number in a cell, the id in the database."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from policyserve.book.rows import Rows, cleared
from policyserve.book.stored_rows import known_ids
from policyserve.locale import N_

TABLES = {
    "agent": ("agents", "agent_no"),
    "customer": ("customers", "customer_no"),
    "policy": ("policies", "policy_no"),
}
"""For each thing that a number can name: its table, and the number's column there."""

NOT_STORED = {
    "agent": N_("is a number that no agent has; import the list that holds it first"),
    "customer": N_("is a number that no customer has; import the list that holds it first"),
    "policy": N_("is a number that no policy has; import the list that holds it first"),
}
_NOWHERE = {
    "agent": N_("is a number that no agent has, neither stored nor in this file"),
    "customer": N_("is a number that no customer has, neither stored nor in this file"),
    "policy": N_("is a number that no policy has, neither stored nor in this file"),
}
_REJECTED = {
    "agent": N_("names an agent whose own row in this file is rejected"),
    "customer": N_("names a customer whose own row in this file is rejected"),
    "policy": N_("names a policy whose own row in this file is rejected"),
}


def resolve(connection: Connection, rows: Rows, name: str, noun: str, into: str) -> Rows:
    """Add the column `into` with the ids of the numbers in column `name`, and reject rows with an unknown one.

    `noun` is a key of `TABLES`. A column that the file does not have is left out.
    """
    if not rows.has(name):
        return rows
    table, number = TABLES[noun]
    return attach(rows, name, into, known_ids(connection, table, number, rows.values[name]), noun)


def attach(rows: Rows, name: str, into: str, known: pl.DataFrame, noun: str) -> Rows:
    """As `resolve`, with the known numbers (`number`, `id`) at hand."""
    found = _with_ids(rows, name, into, known)
    return found.reject(_unknown(name, into), name, NOT_STORED[noun])


def attach_own(rows: Rows, name: str, into: str, *, key: str, stored: pl.DataFrame, noun: str) -> Rows:
    """As `attach`, for a column that names rows of the same list: those stored, and good ones of this file.

    Rows of this file that have no id yet get null in `into`; `fill_own` follows when they have one.
    """
    found = _with_ids(rows, name, into, stored)
    if found.values[name].null_count() == found.values.height:
        return found
    here = found.values.select(pl.col(key))
    missing = _unknown(name, into) & ~pl.col(name).is_in(here[key].drop_nulls().implode())
    found = found.reject(missing, name, _NOWHERE[noun])
    return _reject_dependants(found, name, into, key=key, noun=noun)


def _reject_dependants(rows: Rows, name: str, into: str, *, key: str, noun: str) -> Rows:
    """Reject the rows that name a rejected row of the same file, and those that name these, to the end of the chain."""
    waiting = rows.values.filter(_unknown(name, into)).select("line", key, name)
    bad = rows.rejected
    gone = rows.values.filter(pl.col("line").is_in(bad.implode()))[key].drop_nulls()
    while not waiting.is_empty() and not gone.is_empty():
        hit = waiting.filter(pl.col(name).is_in(gone.implode()))
        waiting = waiting.join(hit, on="line", how="anti")
        fresh = hit.filter(~pl.col("line").is_in(bad.implode()))
        rows = (
            rows
            if hit.is_empty()
            else rows.noted(
                hit.select(
                    "line",
                    severity=pl.lit("rejected"),
                    field=pl.lit(name),
                    reason=pl.lit(_REJECTED[noun]),
                )
            )
        )
        gone = fresh[key].drop_nulls()
    return rows


def fill_own(good: pl.DataFrame, name: str, into: str, known: pl.DataFrame) -> pl.DataFrame:
    """Fill the ids in `into` that were not known before the rows of this file had theirs (`known`: number, id)."""
    if name not in good.columns or good.select(_unknown(name, into).any()).item() is not True:
        return good
    late = good.join(known.rename({"number": name, "id": "late"}), on=name, how="left", maintain_order="left")
    return late.with_columns(pl.coalesce(into, "late").alias(into)).drop("late")


def _unknown(name: str, into: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(into).is_null()


def _with_ids(rows: Rows, name: str, into: str, known: pl.DataFrame) -> Rows:
    ids = known.rename({"number": name, "id": into})
    values = rows.values.join(ids, on=name, how="left", maintain_order="left")
    if rows.has(cleared(name)):
        values = values.with_columns(pl.col(cleared(name)).alias(cleared(into)))
    return rows.with_values(values)
