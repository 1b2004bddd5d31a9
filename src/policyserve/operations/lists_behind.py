"""Lists behind the figures of a viewer: of each figure the policies, tasks or people that it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from policyserve.dates import add_months
from policyserve.metrics.figure import Figure
from policyserve.metrics.forecast.figures import forecast_policies_figure
from policyserve.metrics.forecast.forecast import forecast_policies
from policyserve.metrics.persistency.figures import policies_figure
from policyserve.metrics.persistency.persistency import policy_results
from policyserve.metrics.targets import COHORTS, last_cohort
from policyserve.operations.figures import Reading

Make = Callable[[Reading], Figure]

GROUPS = ("branch", "team", "agent_no")
"""The fields by which a list of policies is filtered."""


def _persistency(facts: Reading) -> Figure:
    last = last_cohort(facts.as_of)
    results = policy_results(
        facts.book, month=13, as_of=facts.as_of, cohort_from=add_months(last, 1 - COHORTS), cohort_to=last
    )
    return policies_figure(results, facts.book, GROUPS)


def _forecast(facts: Reading) -> Figure:
    made = forecast_policies(facts.book_with_services, as_of=facts.as_of)
    return forecast_policies_figure(made, facts.book_with_services, GROUPS)


PERSISTENCY = ("teams", "agents", "cohorts", "own")
"""Figures that count the same policies."""

LISTS: Mapping[str, str] = {
    **dict.fromkeys((*PERSISTENCY, "forecast", "collection", "collection-agents", "collected", "orphans"), "policies"),
    **dict.fromkeys(("services", "callbacks", "satisfaction"), "tasks"),
    "obligations": "all", "referrals": "people", "add-ons": "customers", "funnel": "leads",
}  # fmt: skip
"""What each figure counts, for those that have a list."""

CODES = ("fate", "state", "kept", "bought")
"""The fields of which several values can be asked for, joined by `+`."""

ASKED = (*GROUPS, "cohort", "obligation", *CODES)
"""The fields by which a list can be narrowed."""


def list_behind(name: str, make: Make) -> Make:
    """Return what makes the list behind the figure `name`, which `make` makes."""
    if name in PERSISTENCY:
        return _persistency
    return _forecast if name == "forecast" else lambda facts: make(facts).lists[LISTS[name]]()


def narrowed(figure: Figure, asked: Mapping[str, str]) -> Figure:
    """Return the rows with the values that are asked for; an empty one is a value that is not known."""
    wanted = [
        _is(pl.col(name).cast(pl.String), value.split("+") if name in CODES else [value])
        for name, value in asked.items()
        if name in ASKED and name in figure.rows.columns
    ]
    return replace(figure, rows=figure.rows.filter(*wanted)) if wanted else figure


def _is(field: pl.Expr, values: list[str]) -> pl.Expr:
    return pl.any_horizontal(field.eq_missing(pl.lit(value or None, dtype=pl.String)) for value in values)
