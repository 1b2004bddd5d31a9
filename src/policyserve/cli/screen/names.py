"""The names of people and policies, beside their numbers in a table of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from policyserve.cli.screen.output import Row
from policyserve.metrics.columns import COLUMNS
from policyserve.metrics.figure import Kind
from policyserve.metrics.referrals.figures import REFERRED_NO
from policyserve.operations.database import Database
from policyserve.operations.figures import names_of

BESIDE = {"customer": "name", "policy": "product"}
"""Columns that say the name already, by what they name."""

KNOWN = {**COLUMNS, REFERRED_NO.name: REFERRED_NO}


def with_names(engine: Database, rows: Sequence[Row], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Put the name of whom, or what, a number in one of the columns stands for behind it."""
    kinds = [{name: kind for name in columns if (kind := _kind(name, row, columns))} for row in rows]
    numbers: dict[Kind, set[str]] = {}
    for row, known in zip(rows, kinds, strict=True):
        for name, kind in known.items():
            numbers.setdefault(kind, set()).add(row[name])
    names = names_of(engine, numbers) if numbers else {}
    return [
        {**row, **{name: f"{row[name]} {names[kind].get(row[name]) or ''}".rstrip() for name, kind in known.items()}}
        for row, known in zip(rows, kinds, strict=True)
    ]


def _kind(name: str, row: Row, columns: Sequence[str]) -> Kind | None:
    """Return what the number in a column of a row names; None of other columns, and where the name stands beside it."""
    kind = row.get("subject_kind") if name == "subject" else KNOWN[name].kind if name in KNOWN else None
    named = kind in {"customer", "agent", "policy"} and row.get(name) is not None
    return cast("Kind", kind) if named and BESIDE.get(str(kind)) not in columns else None
