"""The appraisal of a month: everybody side by side, and a sheet of paper for each agent or team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from policyserve.errors import QuestionError
from policyserve.locale import translated
from policyserve.metrics.appraisal import SHOWN, VERDICTS, verdict_word
from policyserve.metrics.cells import cell
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import OF_AGENTS, fields_of
from policyserve.metrics.percents import percent
from policyserve.metrics.targets import ADDED_ON, KEPT
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Screen, Visit

MOST: Final = 200
"""Rows and sheets that a page draws; the file has all."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A number of a sheet."""

    title: str
    text: str
    target: str
    """Empty where nothing is asked for."""
    verdict: str
    """In words."""
    missed: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What an agent or a team has come to."""

    whose: str
    lines: list[Line]
    verdict: str


def show(visit: Visit) -> Answer:
    """Show the appraisal of a month, by agent or by team."""
    teams = visit.query.get("by") == "team"
    now, refusal = f"{visit.as_of:%Y-%m}", None
    typed = visit.query.get("month") or now
    try:
        found = visit.house.targets.appraisal(visit.viewer, typed, teams=teams, as_of=visit.as_of)
    except QuestionError as wrong:
        typed, refusal = now, wrong
        found = visit.house.targets.appraisal(visit.viewer, typed, teams=teams, as_of=visit.as_of)
    drawn = replace(found, rows=found.rows.head(MOST))
    values = {
        "table": table_of(drawn, visit.language, LINKS), "sheets": sheets(drawn, teams, visit.language),
        "month": typed, "teams": teams, "this_month": now,
        "more": found.rows.height > MOST, "most": MOST,
    }  # fmt: skip
    return Screen(template="appraisal", values=values, refusal=refusal, figures=lambda: [found])


def sheets(figure: Figure, teams: bool, language: str) -> list[Sheet]:
    """Write each row of an appraisal as a sheet."""
    keys = fields_of(("team",) if teams else ("team", "agent"), OF_AGENTS)
    whose = [one for one in figure.columns if one.name in keys]
    return [
        Sheet(
            whose=", ".join(cell(one, row, language, figure.names) for one in reversed(whose)),
            lines=_lines(row, figure, language), verdict=verdict_word(row["reached"], language),
        )
        for row in figure.rows.to_dicts()
    ]  # fmt: skip


def _lines(row: Mapping[str, Any], figure: Figure, language: str) -> list[Line]:
    targets = {
        "persistency": percent(KEPT), "added_on": percent(ADDED_ON),
        "referred": "" if row["to_refer"] is None else f"{row['to_refer']:g}",
    }  # fmt: skip
    return [
        Line(
            title=translated(language, one.title), text=cell(one, row, language, figure.names),
            target=targets.get(one.name, ""), missed=row.get(VERDICTS.get(one.name, "")) == "no",
            verdict=verdict_word(row[VERDICTS[one.name]], language) if one.name in VERDICTS else "",
        )
        for one in SHOWN
        if one.name != "reached"
    ]  # fmt: skip
