"""The service rate of the report: what was promised, fell due and was done."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.locale import say
from policyserve.metrics.figure import Figure
from policyserve.metrics.services.figures import services_figure
from policyserve.metrics.services.work import FATE, LEVEL
from policyserve.reporting.groups import group_column
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Stacks
from policyserve.reporting.sections import Section
from policyserve.reporting.tables import Table, titled, within
from policyserve.standard.vocabulary import word

FATES = ("on_time", "late", "open", "missed")


def rates(material: Material, part: str) -> Figure:
    """Return the service rate by level, or by the groups one level down."""
    return within(services_figure(material.work, by=[part]), pl.col("denominator") + pl.col("open") > 0)


def work_section(material: Material) -> Section:
    """Show the service rate by level, and by group."""
    question, language = material.question, material.question.language
    days = {"first": question.served.start, "last": question.served.last}
    title, levels = say(language, "Service rate"), rates(material, "level")
    if levels.rows.is_empty():
        none = say(
            language, "No service fell due from {first} to {last}: release tasks and record what is done.", **days
        )
        return Section(title=title, sentences=(none,))
    part = question.scope.parts[0]
    groups = titled(material.named(rates(material, part)), group_column(part))
    return Section(
        title=title,
        sentences=(say(language, "Services that fell due from {first} to {last}.", **days),),
        pictures=(_stacks(levels.rows.to_dicts(), language),),
        tables=(Table(figure=titled(levels, LEVEL)), Table(figure=groups)),
    )


def assessed(material: Material) -> dict[str, Any] | None:
    """Return the rate of the services that are assessed; None where none fell due."""
    found = rates(material, "level").rows.filter(pl.col("level") == "assessed")
    return found.to_dicts()[0] if found.height else None


def _stacks(rows: list[dict[str, Any]], language: str) -> Stacks:
    return Stacks(
        title=say(language, "What became of the services that fell due, by level."),
        rows=tuple(word(row["level"] or "–", language) for row in rows),
        parts=tuple(FATE(fate, language) for fate in FATES),
        counts=tuple((row["numerator"], row["late"], row["open"], row["missed"]) for row in rows),
    )
