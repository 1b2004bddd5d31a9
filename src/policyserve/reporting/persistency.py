"""Persistency of the report: cohorts against the target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from policyserve.dates import add_months
from policyserve.locale import say
from policyserve.metrics.percents import percent
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.persistency import PolicyResults, persistency
from policyserve.metrics.targets import KEPT
from policyserve.reporting.headings import coded
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Bars, Picture
from policyserve.reporting.sections import Section, columns, compared, marks_of, several, without
from policyserve.reporting.tables import Table, main_currency, of_currency

MONEY = ("numerator", "denominator")


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
    figures = persistency(results, by=["cohort"], book=material.written).filter(pl.col("denominator_count") > 0)
    if figures.is_empty():
        return Section(
            title=say(question.language, "Persistency of month 13 by cohort"),
            sentences=(say(question.language, "No cohort has a premium of month 13 that fell due."),),
        )
    return Section(
        title=say(question.language, "Persistency of month 13 by cohort"),
        sentences=_rolling_said(material),
        pictures=(_bars(figures, question.language),),
        tables=(_cohorts(figures, question.language),),
        notes=(say(question.language, "Restated: with what was reinstated after the cutoff; the final figure stays."),),
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


def _cohorts(figures: pl.DataFrame, language: str) -> Table:
    rows = figures.to_dicts()
    for row in rows:
        row["marks"] = marks_of(row, target=KEPT)
        row["status"] = coded(row["status"], language)
    every = columns(
        cohort="text", currency="text", numerator="money", denominator="money", ratio="ratio", marks="text",
        numerator_count="count", denominator_count="count", ratio_count="ratio", restated_ratio="ratio",
        pending="count", excluded="count", status="text",
    )  # fmt: skip
    every = compared(every, KEPT, "ratio")
    return Table(
        title=say(language, "Persistency of month 13 by cohort"),
        columns=every if several(rows) else without(every, "currency"),
        rows=tuple(rows),
    )
