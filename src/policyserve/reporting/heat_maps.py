"""Heat maps of the report: years against months, and groups against cohorts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from policyserve.locale import N_, Sentence, say
from policyserve.metrics.columns import COLUMNS, column
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.percents import number
from policyserve.metrics.persistency.figures import results_figure
from policyserve.metrics.persistency.persistency import policy_results
from policyserve.metrics.profiles.profile import MONTHS
from policyserve.metrics.targets import KEPT
from policyserve.reporting.groups import group_column, group_names
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import of_cohorts
from policyserve.reporting.pictures import HeatMap
from policyserve.reporting.sections import Section, marks_of
from policyserve.reporting.tables import Table, main_currency, of_currency, titled, within

FITTING = 24
"""Rows of a heat map that can still be read."""


def heat_section(material: Material) -> Section:
    """Show years against months, and groups against cohorts."""
    language = material.question.language
    years = _years(material)
    part, groups = _groups(material)
    title = say(language, "Heat maps")
    if years.rows.is_empty() and groups.rows.is_empty():
        none = say(language, "No cohort has a premium of month 13 that fell due.")
        return Section(title=title, sentences=(none,))
    maps = []
    if years.rows.height:
        maps.append(_map_of_years(years.rows, language))
    if groups.rows.height:
        maps.append(_map_of_groups(_largest(material, groups.rows, part), language))
    tables = [Table(figure=material.named(one), paper=0) for one in (years, groups) if one.rows.height]
    return Section(title=title, pictures=tuple(maps), tables=tuple(tables))


def _years(material: Material) -> Figure:
    """Return months 13 to 61 by year; only month 13 has a target."""
    as_of, book = material.question.as_of, material.written
    figures = [
        results_figure(
            material.results if month == 13 else policy_results(book, month=month, as_of=as_of), book, by=["year"]
        )
        for month in MONTHS
    ]
    first = figures[0]
    rows = pl.concat([figure.rows for figure in figures]).with_columns(
        target=pl.when(pl.col("month") == 13).then(pl.lit(KEPT))
    )
    month = column("month", N_("Month"), kind="count")
    columns = [replace(one, target="target") if one.target else one for one in first.columns]
    return replace(
        first,
        title=Sentence(N_("Persistency of months 13 to 61")),
        columns=(columns[0], month, *columns[1:]),
        rows=rows.filter(pl.col("ratio").is_not_null()).sort("year", "month", "currency"),
    )


def _groups(material: Material) -> tuple[str, Figure]:
    """Return what the groups one level down are, and month 13 of each by cohort; a map must hold them all."""
    question = material.question
    results = of_cohorts(material.results, question.first_cohort, question.last_cohort)
    for part in reversed(question.scope.parts):
        figure = within(results_figure(results, material.written, by=[part, "cohort"]), pl.col("ratio").is_not_null())
        if part == question.scope.parts[0] or figure.rows.select(fields_of([part], [part])).n_unique() <= FITTING:
            break
    return part, titled(titled(figure, group_column(part)), COLUMNS["cohort"])


def _largest(material: Material, figures: pl.DataFrame, part: str) -> pl.DataFrame:
    """Keep the groups that a map has room for: `group`, `cohort` and the figure."""
    fields = fields_of([part], [part])
    largest = figures.group_by(fields).agg(pl.col("denominator").sum()).sort("denominator", descending=True)
    shown = figures.join(largest.head(FITTING), on=fields, how="semi", nulls_equal=True)
    return shown.with_columns(group=group_names(material, shown, part), target=KEPT).sort("group", "cohort")


def _map_of_years(frame: pl.DataFrame, language: str) -> HeatMap:
    names = {month: say(language, "month {month}", month=month) for month in MONTHS}
    return _map(
        frame.select(
            "currency", "denominator", "ratio", "target", "small", "status", row=pl.col("year").cast(pl.String),
            column=pl.col("month").replace_strict(names, return_dtype=pl.String),
        ),
        say(
            language,
            "Persistency by premium of months 13 to 61, by year of the effective date, in per cent; darker is higher.",
        ),
        list(names.values()),
    )  # fmt: skip


def _map_of_groups(frame: pl.DataFrame, language: str) -> HeatMap:
    return _map(
        frame.rename({"group": "row", "cohort": "column"}),
        say(language, "Persistency of month 13 by premium, in per cent; darker is higher."),
        sorted(set(frame["cohort"])),
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
    return "" if row is None else number(row["ratio"], target=row["target"], places=1)


def _heat_marks(row: dict[str, Any] | None) -> str:
    return "" if row is None else marks_of(row, target=row["target"]).replace(" ", "")
