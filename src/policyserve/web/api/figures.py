"""Figures: what `policyserve metrics` tells, of the agents in one's scope; rows with columns and their kinds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field

from policyserve.locale import translated
from policyserve.metrics import figure as metrics
from policyserve.metrics.legend import title
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, Most, Word
from policyserve.web.api.paging import cursor as next_cursor
from policyserve.web.api.paging import place

FigureName = Literal[
    "teams", "agents", "cohorts", "own", "gap", "gap-teams", "gap-agents", "referrals", "funnel", "add-ons",
    "collection", "collection-agents", "collected",
    "services", "callbacks", "satisfaction", "forecast", "influence", "orphans", "obligations",
]  # fmt: skip
"""Of persistency: teams, agents, cohorts (team and month), own (agent), gap, gap-teams, gap-agents (both); the others
by agent."""


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


ListName = Literal[
    "teams", "agents", "cohorts", "own", "referrals", "funnel", "add-ons", "collection", "collection-agents",
    "collected", "services", "callbacks", "satisfaction", "forecast", "orphans", "obligations",
]  # fmt: skip
"""Figures with a list behind them."""


class FigureList(Answer):
    """What a figure counts: policies, tasks or people."""

    name: str = Field(examples=["agents"])
    title: str
    as_of: Day
    columns: list[FigureColumn] = Field(description="What people see; rows have further fields.")
    items: list[dict[str, Any]] = Field(examples=[[{"policy_no": "P00012", "agent_no": "A02", "state": "counted"}]])
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


Group = Annotated[Word | None, Query(description="Only of this one; empty: of those that have none.")]


def get_figure_list(
    asked: Asked,
    name: Annotated[ListName, Path(examples=["agents"])],
    *,
    agent_no: Group = None,
    team: Group = None,
    branch: Group = None,
    cohort: Group = None,
    state: Group = None,
    fate: Group = None,
    most: Most = 50,
    cursor: Cursor = None,
) -> FigureList:
    """List what a figure counts, of the agents in your scope: `state` of policies, `fate` of tasks and premiums."""
    groups = {"agent_no": agent_no, "team": team, "branch": branch, "cohort": cohort, "state": state, "fate": fate}
    given = {field: value for field, value in groups.items() if value is not None}
    found = asked.house.targets.behind(asked.viewer, name, given, as_of=asked.as_of)
    [first] = place(asked, cursor, int) or (0,)
    shown = replace(found, rows=found.rows.slice(max(first, 0), most))
    return FigureList(
        name=name, title=title(found, asked.language), as_of=found.as_of, columns=_columns(found, asked.language),
        items=shown.exact(), next=next_cursor(asked, first + most) if first + most < found.rows.height else None,
    )  # fmt: skip


def get_figure(asked: Asked, name: Named) -> Figure:
    """Return a figure of the agents in your scope; of the rolling year, or of the calendar year."""
    language = asked.language
    targets = asked.house.targets
    if name in OF_CUSTOMERS:
        found = targets.of_customers(asked.viewer, name, as_of=asked.as_of)
    else:
        [found] = targets.in_scope(asked.viewer, (name,), as_of=asked.as_of)
    return _told(name, found, language)


Month = Annotated[str, Path(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-05"])]


def get_appraisal(asked: Asked, month: Month, by: Literal["agent", "team"] = "agent") -> Figure:
    """Return the appraisal of a month, of the agents in your scope: what each has come to, and who has reached what."""
    found = asked.house.targets.appraisal(asked.viewer, month, teams=by == "team", as_of=asked.as_of)
    return _told("appraisal", found, asked.language)


def _told(name: str, found: metrics.Figure, language: str) -> Figure:
    return Figure(
        name=name, title=title(found, language), as_of=found.as_of, columns=_columns(found, language),
        rows=found.exact(),
        definition=[one.told(language) for one in found.definition],
    )  # fmt: skip


def _columns(found: metrics.Figure, language: str) -> list[FigureColumn]:
    return [
        FigureColumn(name=one.name, title=translated(language, one.title), kind=one.kind)
        for one in found.columns
        if not one.name.startswith("_")
    ]
