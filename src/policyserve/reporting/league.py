"""League tables of the report: the groups one level down by persistency, with the other targets beside."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.locale import N_, say
from policyserve.metrics.add_ons.add_ons import add_ons, calendar_year
from policyserve.metrics.figure import Kind
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.persistency.persistency import persistency
from policyserve.metrics.referrals.referrals import referrals
from policyserve.metrics.targets import KEPT
from policyserve.reporting.groups import group_name
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import of_cohorts, year_of_final
from policyserve.reporting.sections import Section, columns, compared, marks_of
from policyserve.reporting.services import rates
from policyserve.reporting.tables import Table, main_currency, of_currency

TITLES = {
    "branch": N_("League of branches"),
    "team": N_("League of teams"),
    "agent": N_("League of agents"),
}
"""Titles of the tables, by what is ranked."""


def league_section(material: Material) -> Section:
    """Rank the groups."""
    language, (first, last) = material.question.language, year_of_final(material)
    said = say(
        language,
        "Ranked by 13-month persistency by premium of cohorts {first} to {last} (by who wrote the "
        "policy); referrals and add-ons of {year} and the service rate of twelve months by who serves. "
        "Groups over fewer than 30 policies (*) come last, and so do those without a figure.",
        first=f"{first:%Y-%m}",
        last=f"{last:%Y-%m}",
        year=material.question.as_of.year,
    )
    tables = [_league(material, part) for part in material.question.scope.parts]
    return Section(title=say(language, "League table"), sentences=(said,), tables=tuple(tables))


def _league(material: Material, part: str) -> Table:
    language, fields = material.question.language, fields_of([part], [part])
    frame = _kept(material, part)
    for other in (referred(material, part), added(material, part), _served(material, part, fields)):
        frame = frame.join(other, on=fields, how="full", coalesce=True, nulls_equal=True)
    mine = material.agents.select(fields).unique()
    known = frame.join(mine, on=fields, how="semi", nulls_equal=True)
    ranked = known.sort("small", "kept", *fields, descending=[False, True, *(False for _ in fields)], nulls_last=True)
    rows = [_row(material, row, part, place) for place, row in enumerate(ranked.to_dicts(), 1)]
    labels: dict[str, Kind] = {"rank": "count", part: "text"}
    shown = columns(
        **labels, denominator_count="count", kept="ratio", marks="text",
        referred="count", referred_target="count", single="count", bought="count", add_on_rate="ratio",
        service_rate="ratio",
    )  # fmt: skip
    shown = compared(shown, KEPT, "kept")
    return Table(title=say(language, TITLES[part]), columns=shown, rows=tuple(rows))


def _row(material: Material, row: dict[str, Any], part: str, place: int) -> dict[str, Any]:
    marks = marks_of(row, ratio="kept", target=KEPT)
    return {**row, "rank": place, part: group_name(material, row, part), "marks": marks}


def _kept(material: Material, part: str) -> pl.DataFrame:
    results = of_cohorts(material.results, *year_of_final(material))
    figures = persistency(results, by=[part], book=material.written)
    own = figures.filter(of_currency(main_currency(figures, "denominator")))
    return own.select(*fields_of([part], [part]), "denominator_count", "status", "small", kept="ratio")


def referred(material: Material, part: str) -> pl.DataFrame:
    """Return the people referred this year by group, with the target."""
    as_of = material.question.as_of
    found = referrals(material.book, as_of.year, by=[part], as_of=as_of)
    return found.select(*fields_of([part], [part]), "referred", referred_target="target")


def added(material: Material, part: str) -> pl.DataFrame:
    """Return the add-ons of this year by group."""
    as_of = material.question.as_of
    found = add_ons(material.book, calendar_year(as_of.year), by=[part], as_of=as_of)
    fields = fields_of([part], [part])
    return found.select(*fields, "bought", single="single_policy_customers", add_on_rate="ratio")


def _served(material: Material, part: str, fields: list[str]) -> pl.DataFrame:
    return rates(material, part).select(*fields, service_rate="ratio")
