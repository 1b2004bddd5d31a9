"""League tables of the report: the groups one level down by persistency, with the other targets beside."""

from __future__ import annotations

import polars as pl

from policyserve.locale import N_, Sentence, say
from policyserve.metrics.add_ons.figures import add_ons_figure
from policyserve.metrics.columns import FEW_POLICIES, column, columns
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.persistency.persistency import persistency
from policyserve.metrics.referrals.figures import referrals_figure
from policyserve.metrics.targets import ADDED_ON, KEPT
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import of_cohorts, year_of_final
from policyserve.reporting.sections import Section
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
    tables = [Table(figure=material.named(_league(material, part))) for part in material.question.scope.parts]
    return Section(title=say(language, "League table"), sentences=(said,), tables=tuple(tables))


def _league(material: Material, part: str) -> Figure:
    """Put what the groups came to by each target side by side, and rank them."""
    fields = fields_of([part], [part])
    frame = _kept(material, part)
    for other in (referred(material, part), added(material, part), _served(material, part)):
        frame = frame.join(other, on=fields, how="full", coalesce=True, nulls_equal=True)
    mine = material.agents.select(fields).unique()
    known = frame.join(mine, on=fields, how="semi", nulls_equal=True)
    ranked = known.sort("small", "kept", *fields, descending=[False, True, *(False for _ in fields)], nulls_last=True)
    return Figure(
        title=Sentence(TITLES[part]),
        columns=(
            column("rank", N_("Rank"), kind="count"), *columns(*fields, "denominator_count"),
            column("kept", N_("13-month persistency"), kind="ratio", target=KEPT, small="small", few=FEW_POLICIES),
            *columns("referred"), column("referred_target", N_("Target"), kind="count"),
            *columns("single_policy_customers", "bought"),
            column("add_on_rate", N_("Add-on rate"), kind="ratio", target=ADDED_ON, small="small_add_ons"),
            column("service_rate", N_("Service rate"), kind="ratio", small="small_services"),
        ),
        rows=ranked.with_row_index("rank", offset=1),
        as_of=material.question.as_of,
    )  # fmt: skip


def _kept(material: Material, part: str) -> pl.DataFrame:
    results = of_cohorts(material.results, *year_of_final(material))
    figures = persistency(results, by=[part], book=material.written)
    own = figures.filter(of_currency(main_currency(figures, "denominator")))
    return own.select(*fields_of([part], [part]), "denominator_count", "status", "small", kept="ratio")


def referred(material: Material, part: str) -> pl.DataFrame:
    """Return the people referred this year by group, with the target."""
    as_of = material.question.as_of
    found = referrals_figure(material.book, as_of.year, by=[part], as_of=as_of).rows
    return found.select(*fields_of([part], [part]), "referred", referred_target="target")


def added(material: Material, part: str) -> pl.DataFrame:
    """Return the add-ons of this year by group."""
    as_of = material.question.as_of
    found = add_ons_figure(material.book, as_of.year, by=[part], as_of=as_of).rows
    fields = fields_of([part], [part])
    return found.select(*fields, "bought", "single_policy_customers", add_on_rate="ratio", small_add_ons="small")


def _served(material: Material, part: str) -> pl.DataFrame:
    found = rates(material, part).rows
    return found.select(*fields_of([part], [part]), service_rate="ratio", small_services="small")
