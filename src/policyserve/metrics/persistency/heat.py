"""The heat map of persistency as a table: a row for each team, a column for each cohort."""

from __future__ import annotations

import polars as pl

from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Figure
from policyserve.metrics.targets import KEPT

HEAT_MEANS = N_(
    "Persistency of each team by the month in which policies took effect, by premium; empty: no policy of that month. "
    "What it is made of stands in the table below."
)


def heat_figure(cohorts: Figure) -> Figure:
    """Lay persistency by team and cohort out as a map; marks, not colours, say what is below the target."""
    rows = cohorts.rows
    months = sorted(rows["cohort"].unique().drop_nulls().to_list())
    lowest = rows.group_by("branch", "team").agg(lowest=pl.col("ratio").min())
    wide = rows.pivot(on="cohort", index=["branch", "team"], values="ratio", aggregate_function="first")
    return Figure(
        title=Sentence(N_("Persistency of teams by cohort")),
        asked=cohorts.asked,
        columns=(*columns("branch", "team"), *(column(name, name, kind="ratio", target=KEPT) for name in months)),
        rows=wide.join(lowest, on=["branch", "team"], nulls_equal=True).sort("lowest", nulls_last=True).drop("lowest"),
        as_of=cohorts.as_of,
        definition=(Sentence(HEAT_MEANS), *cohorts.definition),
    )
