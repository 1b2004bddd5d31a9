"""Rows as they should not be, to show what an import makes of them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

Row = dict[str, str | None]

KINDS = ("no premium", "unknown customer", "impossible date", "a number twice", "bad phone")
"""The faults, in the order in which they are handed out; all are rejected but the last, which is a warning."""


def with_faults(lists: Mapping[str, pl.DataFrame], count: int) -> dict[str, pl.DataFrame]:
    """Return the lists with `count` more rows of policies and customers that are faulty; these two lists become text.

    A fault copies a good row under a number of its own and spoils it, so that no good row suffers; a number that is
    there twice takes two rows.
    """
    policies, customers = (_texts(lists[kind]) for kind in ("policies", "customers"))
    spoilt: dict[str, list[Row]] = {"policies": [], "customers": []}
    for index in range(count):
        policy = _numbered(policies, "policy_no", index)
        customer = _numbered(customers, "customer_no", index)
        fault = KINDS[index % len(KINDS)]
        spoilt["policies"] += _spoilt_policies(fault, policy)
        spoilt["customers"] += _spoilt_customers(fault, customer)
    return {
        **lists,
        "policies": _extended(policies, spoilt["policies"]),
        "customers": _extended(customers, spoilt["customers"]),
    }


def _spoilt_policies(fault: str, row: Row) -> list[Row]:
    spoils: dict[str, Row] = {
        "no premium": {"premium": "0"},
        "unknown customer": {"customer_no": "C999999999"},
        "impossible date": {"issue_date": "2026-02-30"},
    }
    return [{**row, **spoils[fault]}] if fault in spoils else []


def _spoilt_customers(fault: str, row: Row) -> list[Row]:
    if fault == "a number twice":
        return [row, {**row, "name": "某某"}]
    return [{**row, "phone": "12345"}] if fault == "bad phone" else []


def _numbered(rows: pl.DataFrame, key: str, index: int) -> Row:
    """Copy a row under a number that no good row has: `PX0001`."""
    row = rows.row(index % len(rows), named=True)
    return {**row, key: f"{str(row[key])[0]}X{index + 1:04}"}


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.all().cast(pl.String))


def _extended(rows: pl.DataFrame, more: list[Row]) -> pl.DataFrame:
    return pl.concat([rows, pl.DataFrame(more, schema=rows.schema)])
