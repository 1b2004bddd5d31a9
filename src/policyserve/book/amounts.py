"""Amounts of a list in minor units, once their currency is known."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from policyserve.book.cells import MANY_DECIMALS
from policyserve.book.list_columns import Column, ListKind
from policyserve.book.money import step
from policyserve.book.rows import Rows
from policyserve.locale import N_


def settle(rows: Rows, kind: ListKind, currency: pl.Expr) -> Rows:
    """Turn amounts from ten-thousandths to minor units of `currency`, an expression over the rows.

    Amounts with too many decimals and those below the lowest possible are rejected where the column is required,
    else left empty with a warning.
    """
    columns = [column for column in kind.columns if column.form == "money" and rows.has(column.name)]
    for column in columns:
        rows = _refuse(rows, pl.col(column.name) % step(currency) != 0, column, MANY_DECIMALS)
    values = rows.values.with_columns(pl.col(column.name) // step(currency) for column in columns)
    return _refuse_low(rows.with_values(values), columns)


def _refuse_low(rows: Rows, columns: Sequence[Column]) -> Rows:
    for column in columns:
        if column.lowest is not None:
            reason = N_("must be more than zero") if column.lowest else N_("must not be less than zero")
            rows = _refuse(rows, pl.col(column.name) < column.lowest, column, reason)
    return rows


def _refuse(rows: Rows, where: pl.Expr, column: Column, reason: str) -> Rows:
    if column.required or column.decisive:
        return rows.reject(where, column.name, reason)
    return rows.leave_empty(where, column.name, reason)
