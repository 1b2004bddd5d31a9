"""The forecast and the curves of survival of the report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from policyserve.errors import PolicyserveError
from policyserve.metrics.forecast import CONFIDENCE, forecast, forecast_policies
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.persistency import persistency
from policyserve.metrics.survival import DAYS_A_MONTH, at_months, survival
from policyserve.metrics.worth import Worth, effect, worth
from policyserve.reporting.kept import KEPT, of_cohorts
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Curve, Curves, Fan
from policyserve.reporting.sections import Section, columns, marks_of, several, without
from policyserve.reporting.tables import Table, amounts, main_currency
from policyserve.reporting.words import text

EXTRA = "forecast"
"""The extra that brings lifelines."""

FEWEST = 10
"""A curve ends where fewer policies are still observed: beyond, single policies move it."""

MARKED = (14, 26, 38, 50, 62)
"""Months by which a lapse over the premiums of months 13, 25, ... shows."""


def forecast_section(material: Material) -> Section:
    """Show what the cohorts that are not final are expected to end at."""
    language, title = material.question.language, text("forecast", material.question.language)
    try:
        made = forecast_policies(material.book, as_of=material.question.as_of)
    except PolicyserveError:
        return Section(title=title, sentences=(text("forecast.none", language),))
    mine = material.written.policies.select("policy_id")
    own = replace(made, policies=made.policies) if mine.height == material.book.policies.height else None
    figures = _of_scope(material, made) if own is None else forecast(made, book=material.book)
    if figures.is_empty():
        return Section(title=title, sentences=(text("kept.none", language),))
    said = text("forecast.learnt", language, count=f"{made.learnt_from:,}", method=text(made.method, language))
    return Section(
        title=title,
        sentences=(said,),
        pictures=(_fan(material, figures),),
        tables=(_forecast_table(figures, language),),
    )


def _of_scope(material: Material, made: Any) -> pl.DataFrame:
    """Learn from the whole book, add up the scope alone."""
    scope = material.question.scope
    by = "team" if scope.team is not None else "branch"
    figures = scope.within(forecast(made, by=[by, "cohort"], book=material.book))
    return figures.drop(fields_of([by], [by]))


def _fan(material: Material, figures: pl.DataFrame) -> Fan:
    """Put the final cohorts before those expected."""
    question, language = material.question, material.question.language
    currency = main_currency(figures, "denominator")
    ahead = {row["cohort"]: row for row in figures.filter(pl.col("currency") == currency).to_dicts()}
    results = of_cohorts(material.results, question.first_cohort, question.last_cohort)
    past = persistency(results, by=["cohort"], book=material.written).filter(
        pl.col("currency") == currency, pl.col("ratio").is_not_null(), ~pl.col("cohort").is_in(list(ahead))
    )
    known = {row["cohort"]: row["ratio"] for row in past.to_dicts()}
    labels = sorted([*known, *ahead])
    level = f"{CONFIDENCE:.0%}"
    return Fan(
        title=text("forecast.chart", language, confidence=level),
        labels=tuple(labels),
        expected=tuple(known.get(label) if label in known else ahead[label]["ratio"] for label in labels),
        **{name: tuple(ahead.get(label, {}).get(name) for label in labels) for name in _LIMITS},
        known=tuple(label in known for label in labels),
        target=KEPT,
        words=(
            text("forecast.final", language), text("forecast.expected", language),
            text("forecast.interval", language, confidence=level), text("forecast.possible", language),
            text("target_line", language, target=f"{KEPT:.0%}"),
        ),
    )  # fmt: skip


_LIMITS = ("lower", "upper", "floor", "ceiling")


def _forecast_table(figures: pl.DataFrame, language: str) -> Table:
    rows = amounts(figures, ("denominator", "expected"))
    for row in rows:
        row["expected_ratio"] = row["ratio"]
        row["marks"] = marks_of(row, target=KEPT)
    every = columns(
        language, cohort="text", currency="text", expected="money", denominator="money", expected_ratio="percent",
        marks="text", lower="percent", upper="percent", floor="percent", ceiling="percent", open_policies="count",
        policies="count",
    )  # fmt: skip
    shown = every if several(rows) else without(every, "currency")
    return Table(title=text("forecast", language), columns=shown, rows=tuple(rows))


def survival_section(material: Material) -> Section:
    """Show how long policies are kept: all of them, and by the first-year services done."""
    language, title = material.question.language, text("survival", material.question.language)
    curve = survival(material.written, as_of=material.question.as_of)
    if curve.is_empty():
        return Section(title=title, sentences=(text("survival.none", language),))
    every = Curves(
        title=text("survival.chart", language),
        curves=(_curve(text("survival.all", language), curve),),
        across=text("survival.months", language),
        marked=MARKED,
    )
    by_service = _worth(material)
    return Section(
        title=title,
        sentences=by_service.sentences,
        pictures=(every, *by_service.pictures),
        tables=(_months(curve, language), *by_service.tables),
        notes=by_service.notes,
    )


def _curve(name: str, curve: pl.DataFrame) -> Curve:
    """Take a curve as far as enough policies are observed, in months, from 1 at the start."""
    seen = curve.filter(pl.col("at_risk") >= FEWEST)
    months = [0.0, *(seen["days"] / DAYS_A_MONTH)]
    return Curve(
        name=name,
        months=tuple(months),
        **{
            field: (1.0, *seen[column])
            for field, column in (("share", "survival"), ("lower", "lower"), ("upper", "upper"))
        },
    )


def _months(curve: pl.DataFrame, language: str) -> Table:
    rows = at_months(curve.filter(pl.col("at_risk") >= FEWEST)).rename({"month": "at_month"}).to_dicts()
    shown = columns(
        language, at_month="count", at_risk="count", lost="count", survival="percent", lower="percent", upper="percent"
    )
    return Table(title=text("survival.table", language), columns=shown, rows=tuple(rows))


def _worth(material: Material) -> Section:
    """Compare policies by service; a section of sentences alone where that cannot be done."""
    language, title = material.question.language, text("worth", material.question.language)
    try:
        found = worth(material.written, as_of=material.question.as_of)
    except ImportError:
        return Section(title=title, sentences=(text("extra", language, extra=EXTRA),))
    except PolicyserveError:
        return Section(title=title, sentences=(text("worth.unknown", language),))
    names = [str(name) for name in found.groups["services"]]
    curves = [
        _curve(text(name, language), found.curves.filter(pl.col("services") == name))
        for name in names
        if found.curves.filter(pl.col("services") == name, pl.col("at_risk") >= FEWEST).height
    ]
    picture = Curves(
        title=text("worth.chart", language, landmark=found.landmark),
        curves=tuple(curves),
        across=text("worth.months", language, landmark=found.landmark),
    )
    return Section(
        title=title,
        sentences=(_worth_said(found, language),),
        pictures=(picture,) if curves else (),
        tables=(_worth_table(found, language),),
        notes=(text("worth.caveat", language),),
    )


def _worth_said(found: Worth, language: str) -> str:
    rows = found.ratios.filter(pl.col("services") == "all").to_dicts()
    values = {name: f"{rows[0][name]:.2f}" for name in ("ratio", "lower", "upper")} if rows else {}
    return text(f"worth.{effect(found)}", language, **values)


def _worth_table(found: Worth, language: str) -> Table:
    ratios = {row["services"]: row for row in found.ratios.to_dicts()}
    rows = []
    for row in found.groups.with_columns(pl.col("services").cast(pl.String)).to_dicts():
        hazard = ratios.get(row["services"], {})
        rows.append(
            {**row, "services": text(row["services"], language), "hazard": hazard.get("ratio"), "p": hazard.get("p")}
        )
    shown = columns(
        language, services="text", policies="count", lost="count", survival="percent", lower="percent",
        upper="percent", hazard="number", p="number",
    )  # fmt: skip
    return Table(title=text("worth", language), columns=shown, rows=tuple(rows))
