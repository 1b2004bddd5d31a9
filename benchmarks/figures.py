"""Figures of add-ons and referrals from columns in memory, against SQL by hand over the same."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from benchmarks.figures_desk import AS_OF, YEAR, Asked, Desk, Rows, generated, measured, sql
from benchmarks.measuring import Figure
from policyserve.metrics.add_ons.add_ons import add_ons
from policyserve.metrics.add_ons.candidates import candidates
from policyserve.metrics.referrals.funnel import funnel
from policyserve.metrics.referrals.referrals import STAGES, referrals
from policyserve.metrics.referrals.tree import centres_of_influence


def run(size: int) -> Iterator[Figure]:
    """Measure a generated book of `size` policies; both sides must find the same."""
    desk = generated(size)
    sized = f"{size:,} policies"
    figures: list[Asked] = [
        (f"add-ons by agent, {sized}", lambda: added(desk), sql("in_force", "add_ons")),
        (f"add-on candidates, {sized}", lambda: listed(desk), sql("in_force", "candidates")),
        (f"people referred by agent, {sized}", lambda: referred(desk), sql("people", "referrals")),
        (f"funnel by agent and year, {sized}", lambda: staged(desk), sql("people", "funnel")),
        (f"centres of influence, {sized}", lambda: influence(desk), sql("people", "influence")),
    ]
    yield from measured(desk, figures)


def added(desk: Desk) -> Rows:
    """Count who bought again in the year."""
    found = add_ons(desk.book, YEAR, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", "single_policy_customers", "bought").rows()


def listed(desk: Desk) -> Rows:
    """Rank everybody who might buy again."""
    found = candidates(desk.book, desk.rules, desk.sums, desk.refusals, as_of=AS_OF)
    return found.select(
        "customer_no", "agent_no", "age", "missing", pl.col("score").round(6, mode="half_away_from_zero")
    ).rows()


def referred(desk: Desk) -> Rows:
    """Count the people referred in the year."""
    found = referrals(desk.book, AS_OF.year, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", "referred", "target").rows()


def staged(desk: Desk) -> Rows:
    """Count how far people came."""
    return funnel(desk.book, by=["agent", "year"], as_of=AS_OF).select("agent_no", "year", *STAGES).rows()


def influence(desk: Desk) -> Rows:
    """Find the hundred largest centres of influence."""
    found = centres_of_influence(desk.book.as_of(AS_OF), 100)
    names = ("policies", "premium", "policies_through", "premium_through")
    return found.select("customer_no", "currency", *names).rows()
