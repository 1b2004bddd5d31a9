"""Figures: what `policyserve metrics` tells, of the agents in one's scope; rows with columns and their kinds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field

from policyserve.locale import translated
from policyserve.metrics.legend import title
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day

FigureName = Literal[
    "teams", "agents", "cohorts", "own", "gap", "referrals", "funnel", "add-ons", "collection", "collection-agents",
    "collected",
    "services", "callbacks", "satisfaction", "forecast", "influence", "orphans",
]  # fmt: skip
"""Of persistency: teams, agents, cohorts (team and month), own (agent), gap; the others by agent."""


OF_CUSTOMERS = ("influence",)
"""Figures whose rows are customers."""


class FigureColumn(Answer):
    """A column of a figure."""

    name: str = Field(description="The field of the rows.", examples=["ratio"])
    title: str = Field(examples=["Ratio"])
    kind: str = Field(
        description="Such as `money` (a decimal in the row's currency), `ratio` (a fraction), `count`, `day`, `agent`.",
        examples=["ratio"],
    )


class Figure(Answer):
    """A figure: the worst rows first."""

    name: str = Field(examples=["agents"])
    title: str
    as_of: Day
    columns: list[FigureColumn] = Field(description="What people see; rows have further fields.")
    rows: list[dict[str, Any]] = Field(examples=[[{"agent_no": "A02", "numerator": 17, "ratio": 0.85}]])
    definition: list[str] = Field(description="What it means, in sentences.")


Named = Annotated[FigureName, Path(examples=["agents"])]


def get_figure(asked: Asked, name: Named) -> Figure:
    """Return a figure of the agents in your scope; of the rolling year, or of the calendar year."""
    language = asked.language
    targets = asked.house.targets
    if name in OF_CUSTOMERS:
        found = targets.of_customers(asked.viewer, name, as_of=asked.as_of)
    else:
        [found] = targets.in_scope(asked.viewer, (name,), as_of=asked.as_of)
    columns = [
        FigureColumn(name=one.name, title=translated(language, one.title), kind=one.kind)
        for one in found.columns
        if not one.name.startswith("_")
    ]
    return Figure(
        name=name, title=title(found, language), as_of=found.as_of, columns=columns, rows=found.exact(),
        definition=[one.told(language) for one in found.definition],
    )  # fmt: skip
