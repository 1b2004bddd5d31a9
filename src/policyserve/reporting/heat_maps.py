"""Heat maps of the report: years against months, and groups against cohorts."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.locale import N_, say
from policyserve.metrics.figure import Kind
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.percents import number
from policyserve.metrics.persistency.persistency import persistency, policy_results
from policyserve.metrics.profiles.profile import MONTHS
from policyserve.metrics.targets import KEPT
from policyserve.reporting.groups import group_names
from policyserve.reporting.headings import coded
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import of_cohorts
from policyserve.reporting.pictures import HeatMap
from policyserve.reporting.sections import Section, columns, compared, marks_of, several, without
from policyserve.reporting.tables import Table, main_currency, of_currency

FITTING = 24
"""Rows of a heat map that can still be read."""

BY_COHORT = {
    "team": N_("Teams by cohort"),
    "agent": N_("Agents by cohort"),
    "branch": N_("Branches by cohort"),
}
"""Titles of heat maps, by what the groups are."""


def heat_section(material: Material) -> Section:
    """Show years against months, and groups against cohorts."""
    language = material.question.language
    years = _years(material)
    groups, part = _groups(material)
    made = [(years, N_("Months by year"), _map_of_years), (groups, BY_COHORT[part], _map_of_groups)]
    told = [(frame, words, draw) for frame, words, draw in made if frame.height]
    if not told:
        return Section(
            title=say(language, "Heat maps"),
            sentences=(say(language, "No cohort has a premium of month 13 that fell due."),),
        )
    return Section(
        title=say(language, "Heat maps"),
        pictures=tuple(draw(frame, language) for frame, _, draw in told),
        tables=tuple(_heat_table(frame, say(language, words), language) for frame, words, _ in told),
    )


def _years(material: Material) -> pl.DataFrame:
    """Return months 13 to 61 by year: `row`, `column` and the figure."""
    as_of, book = material.question.as_of, material.written
    found = []
    for month in MONTHS:
        results = material.results if month == 13 else policy_results(book, month=month, as_of=as_of)
        found.append(persistency(results, by=["year"], book=book))
    names = {month: say(material.question.language, "month {month}", month=month) for month in MONTHS}
    return (
        pl.concat(found)
        .filter(pl.col("ratio").is_not_null())
        .with_columns(
            row=pl.col("year").cast(pl.String), column=pl.col("month").replace_strict(names, return_dtype=pl.String)
        )
        .sort("year", "month")
    )


def _groups(material: Material) -> tuple[pl.DataFrame, str]:
    """Return month 13 of the groups one level down by cohort: `row`, `column`, the figure; and what the groups are."""
    question, book = material.question, material.written
    results = of_cohorts(material.results, question.first_cohort, question.last_cohort)
    for part in reversed(question.scope.parts):
        figures = persistency(results, by=[part, "cohort"], book=book).filter(pl.col("ratio").is_not_null())
        fields = fields_of([part], [part])
        if part == question.scope.parts[0] or figures.select(fields).n_unique() <= FITTING:
            break
    figures = question.scope.within(figures) if "branch" in figures.columns else figures
    largest = figures.group_by(fields).agg(pl.col("denominator").sum()).sort("denominator", descending=True)
    shown = figures.join(largest.head(FITTING), on=fields, how="semi", nulls_equal=True)
    named = shown.with_columns(row=group_names(material, shown, part), column=pl.col("cohort"))
    return named.sort("row", "cohort"), part


def _map_of_years(frame: pl.DataFrame, language: str) -> HeatMap:
    order = [say(language, "month {month}", month=month) for month in MONTHS]
    return _map(
        frame,
        say(
            language,
            "Persistency by premium of months 13 to 61, by year of the effective date, in per cent; darker is higher.",
        ),
        order,
    )


def _map_of_groups(frame: pl.DataFrame, language: str) -> HeatMap:
    return _map(
        frame,
        say(language, "Persistency of month 13 by premium, in per cent; darker is higher."),
        sorted(set(frame["column"])),
    )


def _map(frame: pl.DataFrame, title: str, order: list[str]) -> HeatMap:
    own = frame.filter(of_currency(main_currency(frame, "denominator")))
    cells = {(row["row"], row["column"]): row for row in own.to_dicts()}
    rows = list(dict.fromkeys(own["row"]))
    across = [name for name in order if name in set(own["column"])]
    return HeatMap(
        title=title,
        rows=tuple(rows),
        columns=tuple(across),
        ratios=tuple(tuple(cells.get((row, name), {}).get("ratio") for name in across) for row in rows),
        numbers=tuple(tuple(_heat_number(cells.get((row, name))) for name in across) for row in rows),
        marks=tuple(tuple(_heat_marks(cells.get((row, name))) for name in across) for row in rows),
    )


def _heat_number(row: dict[str, Any] | None) -> str:
    return "" if row is None else number(row["ratio"], target=_target(row), places=1)


def _heat_marks(row: dict[str, Any] | None) -> str:
    return "" if row is None else marks_of(row, target=_target(row)).replace(" ", "")


def _target(row: dict[str, Any]) -> float | None:
    """Only month 13 has a target."""
    return KEPT if row["month"] == 13 else None


def _heat_table(frame: pl.DataFrame, title: str, language: str) -> Table:
    rows = frame.to_dicts()
    for row in rows:
        row["marks"] = marks_of(row, target=_target(row))
        row["status"] = coded(row["status"], language)
        row["group"] = row["row"]
    by_year = "year" in frame.columns
    labels: dict[str, Kind] = {"year": "text", "month": "count"} if by_year else {"group": "text", "cohort": "text"}
    every = columns(
        **labels, currency="text", numerator="money", denominator="money", ratio="ratio", marks="text",
        numerator_count="count", denominator_count="count", ratio_count="ratio", status="text",
    )  # fmt: skip
    every = compared(every, KEPT, "ratio")
    shown = every if several(rows) else without(every, "currency")
    return Table(title=title, columns=shown, rows=tuple(rows), paper=0)
