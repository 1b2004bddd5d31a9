"""What groups are called in a report: branches and teams by name, agents by number and name."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.locale import say
from policyserve.metrics.columns import COLUMNS
from policyserve.metrics.figure import Column
from policyserve.reporting.material import Material


def group_column(part: str) -> Column:
    """Return the column that tells the groups of a grouping apart."""
    return COLUMNS["agent_no" if part == "agent" else part]


def group_name(material: Material, row: dict[str, Any], part: str) -> str:
    """Name one group; a team stands with its branch where there are several."""
    nobody = say(material.question.language, "not assigned")
    if part == "agent":
        return material.agent(row["agent_no"])
    if part == "branch":
        return row["branch"] or nobody
    names = [row["team"]] if material.question.scope.branch is not None else [row["branch"], row["team"]]
    return " ".join(name for name in names if name) or nobody


def group_names(material: Material, frame: pl.DataFrame, part: str) -> pl.Series:
    """Name the group of every row."""
    return pl.Series([group_name(material, row, part) for row in frame.to_dicts()], dtype=pl.String)
