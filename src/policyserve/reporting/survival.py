"""Survival of the report: how long policies are kept, all of them and by the first-year services done."""

from __future__ import annotations

import polars as pl

from policyserve.errors import PolicyserveError
from policyserve.locale import N_, say, translated
from policyserve.metrics.figure import Figure
from policyserve.metrics.forecast.forecast import CONFIDENCE
from policyserve.metrics.forecast.survival import DAYS_A_MONTH, survival
from policyserve.metrics.forecast.survival_figure import curves_figure
from policyserve.metrics.profiles.profile import CN_COMPANY
from policyserve.metrics.services.comparison import GROUPS
from policyserve.metrics.services.worth import LANDMARK, worth
from policyserve.metrics.services.worth_figure import found_figure
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Curve, Curves
from policyserve.reporting.sections import Section
from policyserve.reporting.tables import Table

FEWEST = 10
"""A curve ends where fewer policies are still observed: beyond, single policies move it."""

MARKED = (14, 26, 38, 50, 62)
"""Months by which a lapse over the premiums of months 13, 25, ... shows."""

LIMITS = (("share", "survival"), ("lower", "lower"), ("upper", "upper"))

CALLED = {"all": N_("all services"), "some": N_("some services"), "none": N_("no service")}
"""Groups of policies, as the picture names their curves."""


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
        tables=(Table(figure=_months(material, curve)), *by_service.tables),
    )


def _curve(name: str, curve: pl.DataFrame) -> Curve:
    """Take a curve as far as enough policies are observed, in months, from 1 at the start."""
    seen = curve.filter(pl.col("at_risk") >= FEWEST)
    limits = {field: (1.0, *seen[column]) for field, column in LIMITS}
    return Curve(name=name, months=(0.0, *(seen["days"] / DAYS_A_MONTH)), **limits)


def _months(material: Material, curve: pl.DataFrame) -> Figure:
    return curves_figure(curve, CN_COMPANY, confidence=CONFIDENCE, as_of=material.question.as_of)


def _by_service(material: Material) -> Section:
    """Compare policies by service from the landmark on; a sentence alone where that cannot be done."""
    language, title = material.question.language, say(material.question.language, "Survival by first-year services")
    try:
        found = worth(material.written, as_of=material.question.as_of, landmark=LANDMARK, confidence=CONFIDENCE)
    except PolicyserveError as error:
        return Section(title=title, sentences=(error.told(language),))
    told = [name for name in GROUPS if _observed(found.curves, name).height]
    picture = Curves(
        title=say(
            language,
            "Policies kept at month {landmark}, by the first-year services done until then, followed from there on.",
            landmark=LANDMARK,
        ),
        curves=tuple(_curve(translated(language, CALLED[name]), _observed(found.curves, name)) for name in told),
        across=say(language, "months after month {landmark}", landmark=LANDMARK),
    )
    return Section(
        title=title,
        pictures=(picture,) if told else (),
        tables=(Table(figure=found_figure(found, material.written)),),
    )


def _observed(curves: pl.DataFrame, name: str) -> pl.DataFrame:
    return curves.filter(pl.col("services") == name, pl.col("at_risk") >= FEWEST)
