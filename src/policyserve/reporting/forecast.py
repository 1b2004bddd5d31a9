"""The forecast of the report: what the cohorts that are not final will come to."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from policyserve.errors import PolicyserveError
from policyserve.locale import say
from policyserve.metrics.figure import Figure
from policyserve.metrics.forecast.figures import made_figure
from policyserve.metrics.forecast.forecast import CONFIDENCE, Forecast, forecast_policies
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.persistency.persistency import persistency
from policyserve.metrics.targets import KEPT
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import of_cohorts
from policyserve.reporting.pictures import Fan
from policyserve.reporting.sections import Section
from policyserve.reporting.tables import Table, main_currency, of_currency, within


def forecast_section(material: Material) -> Section:
    """Show what the cohorts that are not final are expected to end at."""
    language, title = material.question.language, say(material.question.language, "Forecast of month 13")
    try:
        made = forecast_policies(material.book, as_of=material.question.as_of)
    except PolicyserveError:
        return Section(
            title=title,
            sentences=(say(language, "No policy's grace is over yet, so there is nothing to learn a forecast from."),),
        )
    figure = _of_scope(material, made)
    if figure.rows.is_empty():
        return Section(title=title, sentences=(say(language, "No cohort has a premium of month 13 that fell due."),))
    band = say(
        language, "The band shows what chance and the past leave open; the pale one what is possible at all."
    )  # fmt: skip
    return Section(
        title=title,
        sentences=(band,),
        pictures=(_fan(material, figure.rows),),
        tables=(Table(figure=figure),),
    )


def _of_scope(material: Material, made: Forecast) -> Figure:
    """Learn from the whole book, add up the scope alone."""
    scope = material.question.scope
    figure = made_figure(made, material.book, by=[scope.whole, "cohort"], confidence=CONFIDENCE)
    groups = fields_of([scope.whole], [scope.whole])
    columns = tuple(column for column in figure.columns if column.name not in groups)
    return replace(within(figure, scope.condition), columns=columns)


def _fan(material: Material, figures: pl.DataFrame) -> Fan:
    """Put the cohorts in which nothing is open, final or still provisional, before those expected."""
    question, language = material.question, material.question.language
    currency = main_currency(figures, "denominator")
    results = of_cohorts(material.results, question.first_cohort, question.last_cohort)
    past = persistency(results, by=["cohort"], book=material.written).filter(pl.col("ratio").is_not_null())
    known = {row["cohort"]: row for row in past.filter(of_currency(currency)).to_dicts()}
    made = figures.filter(of_currency(currency)).to_dicts()
    ahead = {row["cohort"]: row for row in made if row["open_policies"] or row["cohort"] not in known}
    labels = sorted({*known, *ahead})
    rows = [ahead.get(label) or known[label] for label in labels]
    level = f"{CONFIDENCE:.0%}"
    return Fan(
        title=say(
            language,
            "What cohorts that are not final yet are expected to end at, with an interval of {confidence}.",
            confidence=level,
        ),
        labels=tuple(labels),
        expected=tuple(row["ratio"] for row in rows),
        **{name: tuple(row.get(name) for row in rows) for name in _LIMITS},
        stages=tuple("expected" if label in ahead else known[label]["status"] for label in labels),
        target=KEPT,
        words=(
            say(language, "final"),
            say(language, "provisional"),
            say(language, "expected"),
            say(language, "interval {confidence}", confidence=level),
            say(language, "possible"),
            say(language, "target {target}", target=f"{KEPT:.0%}"),
        ),
    )


_LIMITS = ("lower", "upper", "floor", "ceiling")
