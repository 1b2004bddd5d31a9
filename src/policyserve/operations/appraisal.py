"""The appraisal of a month: the figures that it is made of, of one reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from policyserve.complaints import records
from policyserve.dates import Days, add_months
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.metrics.add_ons.figures import add_ons_figure
from policyserve.metrics.appraisal import appraisal_figure, assessed_cohort
from policyserve.metrics.complaints.figures import complaint_counts
from policyserve.metrics.figure import Figure
from policyserve.metrics.persistency.figures import persistency_figure
from policyserve.metrics.referrals.figures import referrals_figure
from policyserve.metrics.services.figures import callbacks_figure, satisfaction_figure, services_figure
from policyserve.operations.figures import Reading


def month_of(typed: str | None, as_of: date) -> date:
    """Return the first day of a month written 2026-11, of the as-of date's where none is; raises PolicyserveError."""
    if typed is None:
        return as_of.replace(day=1)
    try:
        month = date.fromisoformat(f"{typed}-01")
    except ValueError as error:
        raise QuestionError("'{typed}' is no month; write it as 2026-11.", typed=typed[:20]) from error
    if month > as_of:
        raise PolicyserveError("The month {month} has not begun on {as_of}.", month=typed, as_of=as_of)
    return month


def parts(facts: Reading, month: date, by: Sequence[str]) -> dict[str, Figure]:
    """Return the figures that an appraisal is made of, as their own commands give them."""
    days, cohort = Days(start=month, end=add_months(month, 1)), assessed_cohort(month)
    days = Days.between(days.start, min(days.end - timedelta(days=1), facts.as_of))
    work, done = facts.work(days), facts.work(days, of="done_on")
    return {
        "services": services_figure(work, by=by),
        "callbacks": callbacks_figure(work, by=by),
        "satisfaction": satisfaction_figure(done, by=by),
        "complaints": _complaints(facts, days, by),
        "persistency": persistency_figure(facts.book, by=by, cohort_from=cohort, cohort_to=cohort, as_of=facts.as_of),
        "referrals": referrals_figure(facts.book, month.year, by=by, as_of=facts.as_of),
        "add-ons": add_ons_figure(facts.book, month.year, by=by, as_of=facts.as_of),
    }


def _complaints(facts: Reading, days: Days, by: Sequence[str]) -> Figure:
    """Count the complaints received in `days`, branch by branch, for a team is only known within its branch."""
    homes = {row["agent_no"]: row for row in facts.agents.to_dicts()}
    of_branches: dict[str | None, list[dict[str, Any]]] = {None: []}
    for row in records.listed(facts.connection, facts.as_of):
        home = homes.get(row["agent_no"], {"branch": None, "team": None})
        of_branches.setdefault(home["branch"], []).append({**row, "team": home["team"]})
    found = {branch: complaint_counts(rows, days, by=by, as_of=facts.as_of) for branch, rows in of_branches.items()}
    rows = [one.rows.with_columns(branch=pl.lit(branch, dtype=pl.String)) for branch, one in found.items()]
    return replace(found[None], rows=pl.concat(rows))


def appraisal(facts: Reading, month: date, by: Sequence[str]) -> Figure:
    """Return the appraisal of a month by team, or by team and agent."""
    return appraisal_figure(parts(facts, month, by), month, by=by, as_of=facts.as_of)
