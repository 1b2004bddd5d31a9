"""The service rate of the report: what was promised, fell due and was done."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.locale import say, translated
from policyserve.metrics.figure import Kind
from policyserve.metrics.services.figures import SERVICES_MEAN
from policyserve.metrics.services.service_rate import service_rate
from policyserve.reporting.groups import group_name
from policyserve.reporting.headings import heading
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Stacks
from policyserve.reporting.sections import Section, columns, marks_of
from policyserve.reporting.tables import Table
from policyserve.standard.vocabulary import word

LEVELS = ("assessed", "spot-checked", "encouraged")
FATES = ("on_time", "late", "open", "missed")


def rates(material: Material, part: str) -> pl.DataFrame:
    """Return the service rate by level, or by the groups one level down."""
    question = material.question
    return service_rate(
        material.tasks, material.standard, material.book.agents, question.served, by=[part], as_of=question.as_of
    ).filter(pl.col("denominator") + pl.col("open") > 0)


def work_section(material: Material) -> Section:
    """Show the service rate by level, and by group."""
    question, language = material.question, material.question.language
    days = {"first": question.served.start, "last": question.served.last}
    levels = rates(material, "level")
    if levels.is_empty():
        return Section(
            title=say(language, "Service rate"),
            sentences=(
                say(
                    language,
                    "No service fell due from {first} to {last}: release tasks and record what is done.",
                    **days,
                ),
            ),
        )
    ordered = levels.sort(
        pl.col("level").replace_strict({level: place for place, level in enumerate(LEVELS)}, default=9)
    )
    part = question.scope.parts[0]
    named = [{**row, "level": word(row["level"] or "–", language)} for row in ordered.to_dicts()]
    groups = [{**row, part: group_name(material, row, part)} for row in rates(material, part).to_dicts()]
    return Section(
        title=say(language, "Service rate"),
        sentences=(say(language, "Services that fell due from {first} to {last}.", **days),),
        pictures=(_stacks(named, language),),
        tables=(_table(named, "level", language), _table(groups, part, language)),
        notes=(translated(language, SERVICES_MEAN),),
    )


def assessed(material: Material) -> dict[str, Any] | None:
    """Return the rate of the services that are assessed; None where none fell due."""
    found = rates(material, "level").filter(pl.col("level") == "assessed")
    return found.to_dicts()[0] if found.height else None


def _stacks(rows: list[dict[str, Any]], language: str) -> Stacks:
    return Stacks(
        title=say(language, "What became of the services that fell due, by level."),
        rows=tuple(row["level"] for row in rows),
        parts=tuple(heading(fate, language) for fate in FATES),
        counts=tuple((row["numerator"], row["late"], row["open"], row["missed"]) for row in rows),
    )


def _table(rows: list[dict[str, Any]], part: str, language: str) -> Table:
    for row in rows:
        row["marks"] = marks_of(row)
        row |= {"on_time": row["numerator"], "due": row["denominator"]}
        row |= {"service_rate": row["ratio"], "with_late": row["ratio_with_late"]}
    labels: dict[str, Kind] = {part: "text"}
    shown = columns(
        **labels, due="count", on_time="count", late="count", missed="count", open="count",
        service_rate="ratio", marks="text", with_late="ratio",
    )  # fmt: skip
    return Table(
        title=say(language, "Service rate by {part}", part=heading(part, language)), columns=shown, rows=tuple(rows)
    )
