"""Persistency of the report: cohorts against the target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from policyserve.dates import add_months
from policyserve.locale import say
from policyserve.metrics.columns import COLUMNS
from policyserve.metrics.percents import percent
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.figures import results_figure
from policyserve.metrics.persistency.persistency import PolicyResults, persistency
from policyserve.metrics.targets import KEPT
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Bars, Picture
from policyserve.reporting.sections import Section
from policyserve.reporting.tables import Table, main_currency, of_currency, titled, within


def of_cohorts(results: PolicyResults, first: date, last: date) -> PolicyResults:
    """Keep the cohorts from `first` to `last`, both included."""
    return replace(results, policies=results.policies.filter(pl.col("cohort").is_between(first, last)))


def last_final(material: Material) -> date:
    """Return the last cohort that is final; where none is, the one that should be."""
    shown = persistency(material.results, by=["cohort"], book=material.written)
    done = shown.filter(pl.col("status") == "final", pl.col("ratio").is_not_null())["cohort"].max()
    usual = add_months(material.question.last_cohort, -3)
    return cohort_month(done) if isinstance(done, str) else usual


def year_of_final(material: Material) -> tuple[date, date]:
    """Return the first and the last of the twelve final cohorts that groups are ranked by."""
    last = last_final(material)
    return add_months(last, -11), last


def rolling(material: Material) -> dict[str, Any] | None:
    """Return the figure over the last twelve final cohorts, of the main currency; None over nothing."""
    results = of_cohorts(material.results, *year_of_final(material))
    figures = persistency(results, by=["company"], book=material.written)
    found = figures.filter(of_currency(main_currency(figures, "denominator")))
    return found.to_dicts()[0] if found.height else None


def kept_section(material: Material) -> Section:
    """Show the cohorts against the target."""
    question = material.question
    results = of_cohorts(material.results, question.first_cohort, question.last_cohort)
    figure = within(results_figure(results, material.written, by=["cohort"]), pl.col("denominator_count") > 0)
    title = titled(figure, COLUMNS["cohort"]).title.told(question.language)
    if figure.rows.is_empty():
        none = say(question.language, "No cohort has a premium of month 13 that fell due.")
        return Section(title=title, sentences=(none,))
    return Section(
        title=title,
        sentences=_rolling_said(material),
        pictures=(_bars(figure.rows, question.language),),
        tables=(Table(figure=titled(figure, COLUMNS["cohort"])),),
    )


def _rolling_said(material: Material) -> tuple[str, ...]:
    row = rolling(material)
    if row is None or row["ratio"] is None:
        return ()
    first, last = year_of_final(material)
    said = say(
        material.question.language,
        "The last twelve final cohorts together, {first} to {last}: {ratio} by premium, {count} by count.",
        first=f"{first:%Y-%m}",
        last=f"{last:%Y-%m}",
        ratio=percent(row["ratio"], target=KEPT),
        count=percent(row["ratio_count"]),
    )
    return (said,)


def _bars(figures: pl.DataFrame, language: str) -> Picture:
    rows = figures.filter(of_currency(main_currency(figures, "denominator"))).to_dicts()
    return Bars(
        title=say(language, "Persistency of month 13 by premium, cohort by cohort, in per cent."),
        labels=tuple(row["cohort"] for row in rows),
        ratios=tuple(row["ratio"] for row in rows),
        final=tuple(row["status"] == "final" for row in rows),
        target=KEPT,
        words=(
            say(language, "final"), say(language, "provisional"),
            say(language, "target {target}", target=f"{KEPT:.0%}"),
        ),
    )  # fmt: skip
