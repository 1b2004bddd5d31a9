"""Rolling figures (滚动继续率): each month stands for the cohorts of the months up to it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from policyserve.dates import months_later
from policyserve.errors import QuestionError


def check_rolling(fields: Sequence[str], months: int) -> None:
    """Raise QuestionError unless figures with these fields can roll over so many months."""
    if months < 1:
        raise QuestionError("A figure cannot roll over {months} months. Give 1 or more.", months=months)
    if "year" in fields:
        raise QuestionError("Only figures by cohort can roll. Group by 'cohort' instead of 'year'.")
    if "cohort" not in fields:
        raise QuestionError("Only figures by cohort can roll. Group by 'cohort' as well.")


def rolled(groups: pl.DataFrame, keys: Sequence[str], months: int) -> pl.DataFrame:
    """Let each cohort month of `groups` (`keys`, summed columns, days) stand for the `months` months up to it.

    A policy of May counts in May and in each of the `months` - 1 months after it, as far as the last cohort. Numbers
    are added, of days the last is kept.
    """
    if groups.is_empty():
        return groups
    later = pl.DataFrame({"later": range(months)}, schema={"later": pl.Int32})
    summed = [name for name, kind in groups.schema.items() if kind.is_integer() and name not in keys]
    days = [name for name, kind in groups.schema.items() if kind == pl.Date and name not in keys]
    return (
        groups.join(later, how="cross")
        .with_columns(cohort=months_later(pl.col("cohort"), pl.col("later")))
        .filter(pl.col("cohort") <= groups["cohort"].max())
        .group_by(keys)
        .agg(pl.col(summed).sum(), pl.col(days).max())
        .select(groups.columns)
    )
