"""Survival of the report: how long policies are kept, all of them and by the first-year services done."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.locale import say
from policyserve.metrics.forecast.covariates import FIRST_YEAR
from policyserve.metrics.forecast.survival import DAYS_A_MONTH, at_months, kaplan_meier, survival
from policyserve.metrics.services.comparison import GROUPS
from policyserve.metrics.services.worth import FOLLOWED, LANDMARK, served
from policyserve.reporting.headings import coded
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Curve, Curves
from policyserve.reporting.sections import Section, columns
from policyserve.reporting.tables import Table

FEWEST = 10
"""A curve ends where fewer policies are still observed: beyond, single policies move it."""

MARKED = (14, 26, 38, 50, 62)
"""Months by which a lapse over the premiums of months 13, 25, ... shows."""

LIMITS = (("share", "survival"), ("lower", "lower"), ("upper", "upper"))


def survival_section(material: Material) -> Section:
    """Show how long policies are kept: all of them, and by the first-year services done."""
    language, title = material.question.language, say(material.question.language, "How long policies are kept")
    curve = survival(material.written, as_of=material.question.as_of)
    if curve.is_empty():
        return Section(title=title, sentences=(say(language, "No policy has been observed yet."),))
    every = Curves(
        title=say(
            language,
            "Share of policies still kept after so many months (Kaplan-Meier, 95 % limits). Dotted lines: "
            "months 13, 25, 37, 49 and 61, by the end of their grace.",
        ),
        curves=(_curve(say(language, "All policies"), curve),),
        across=say(language, "months after the effective date"),
        marked=MARKED,
    )
    by_service = _by_service(material)
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
    limits = {field: (1.0, *seen[column]) for field, column in LIMITS}
    return Curve(name=name, months=(0.0, *(seen["days"] / DAYS_A_MONTH)), **limits)


def _months(curve: pl.DataFrame, language: str) -> Table:
    rows = at_months(curve.filter(pl.col("at_risk") >= FEWEST)).rename({"month": "at_month"}).to_dicts()
    shown = columns(at_month="count", at_risk="count", lost="count", survival="ratio", lower="ratio", upper="ratio")
    return Table(title=say(language, "Survival"), columns=shown, rows=tuple(rows))


def _by_service(material: Material) -> Section:
    """Compare policies by service from the landmark on; sentences alone where that cannot be done."""
    language, title = material.question.language, say(material.question.language, "Survival by first-year services")
    policies = _served(material)
    if policies is None or policies.is_empty():
        return Section(
            title=title,
            sentences=(
                say(
                    language,
                    "What first-year services are worth cannot be said yet: record what is done, or import past "
                    "contacts, and ask again when policies with services have been kept for eleven months; or the "
                    "groups are too small to compare.",
                ),
            ),
        )
    curves = kaplan_meier(policies, by=["services"])
    later = at_months(curves, by=["services"], months=[FOLLOWED])
    told = [name for name in GROUPS if _observed(curves, name).height]
    picture = Curves(
        title=say(
            language,
            "Policies kept at month {landmark}, by the first-year services done until then, followed from there on.",
            landmark=LANDMARK,
        ),
        curves=tuple(_curve(coded(name, language), _observed(curves, name)) for name in told),
        across=say(language, "months after month {landmark}", landmark=LANDMARK),
    )
    return Section(
        title=title,
        sentences=_said(later, language),
        pictures=(picture,) if told else (),
        tables=(_table(policies, later, language),),
        notes=(
            say(
                language,
                "This is association, not proof of cause: an agent may visit those who would have stayed anyway.",
            ),
        ),
    )


def _served(material: Material) -> pl.DataFrame | None:
    """Return the policies by service (see `worth.served`); None before the first service was recorded."""
    as_of = material.question.as_of
    known = material.written.as_of(as_of)
    of_policies = known.contacts.filter(pl.col("subject_kind") == "policy", pl.col("service").is_in(FIRST_YEAR))
    if of_policies.is_empty():
        return None
    since = of_policies.sort("done_on")["done_on"][0]
    return served(known, as_of=as_of, landmark=LANDMARK, since=since)


def _observed(curves: pl.DataFrame, name: str) -> pl.DataFrame:
    return curves.filter(pl.col("services") == name, pl.col("at_risk") >= FEWEST)


def _said(later: pl.DataFrame, language: str) -> tuple[str, ...]:
    """Compare all services with none a year after the landmark, as far as both were followed."""
    found = {str(row["services"]): row for row in later.to_dicts()}
    if not {"all", "none"} <= set(found):
        return (say(language, "The groups cannot be compared yet."),)
    every, none = found["all"], found["none"]
    apart = every["lower"] > none["upper"] or every["upper"] < none["lower"]
    said = say(
        language,
        "Of the policies kept at month {landmark}, {months} months later still kept: with all first-year "
        "services done {all}, with none {none}.",
        months=FOLLOWED,
        landmark=LANDMARK,
        all=_interval(every),
        none=_interval(none),
    )
    return (
        said,
        say(
            language,
            "The two intervals do not touch. Adjusted for premium, mode, kind and agent: policyserve metrics worth."
            if apart
            else "The two intervals overlap. Adjusted for premium, mode, kind and agent: policyserve metrics worth.",
        ),
    )


def _interval(row: dict[str, Any]) -> str:
    return f"{row['survival']:.1%} ({row['lower']:.1%} – {row['upper']:.1%})"


def _table(policies: pl.DataFrame, later: pl.DataFrame, language: str) -> Table:
    counts = policies.group_by("services").agg(policies=pl.len(), lost=pl.col("lost").sum())
    rows = counts.join(later.drop("lost"), on="services", how="left").sort("services").to_dicts()
    for row in rows:
        row["services"] = coded(str(row["services"]), language)
    shown = columns(services="text", policies="count", lost="count", survival="ratio", lower="ratio", upper="ratio")
    return Table(title=say(language, "Survival by first-year services"), columns=shown, rows=tuple(rows))
