"""Figures of what policies became of, by agent, from columns in memory, against SQL by hand over the same."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from benchmarks.figures_desk import AS_OF, YEAR, Asked, Desk, Rows, generated, measured, sql
from benchmarks.measuring import Figure
from policyserve.metrics.collection.collection import collection
from policyserve.metrics.collection.dues import FATES
from policyserve.metrics.collection.steps import STEPS, collected_by
from policyserve.metrics.commission.value import OF_AGENT, agent_value
from policyserve.metrics.forecast.survival import survival
from policyserve.metrics.persistency.gap import gaps


def run(size: int) -> Iterator[Figure]:
    """Measure a generated book of `size` policies; both sides must find the same."""
    desk = generated(size)
    sized = f"{size:,} policies"
    due = ("in_force", "due")
    figures: list[Asked] = [
        (f"survival by mode, {sized}", lambda: kept(desk), sql("in_force", "survival")),
        (f"gap by agent, the fewest policies that suffice, {sized}", lambda: missing(desk), sql("gap_policies", "gap")),
        (
            f"premiums collected by agent and month, {sized}",
            lambda: collected(desk),
            sql(*due, "collected"),
        ),
        (f"what became of premiums by agent, {sized}", lambda: became(desk), sql(*due, "collection")),
        (f"value of agents' books, {sized}", lambda: worth(desk), sql("in_force", "value")),
    ]
    yield from measured(desk, figures)


def kept(desk: Desk) -> Rows:
    """Draw the survival curve of each mode with its limits."""
    found = survival(desk.book, by=["mode"], as_of=AS_OF)
    shares = [pl.col(name).round(6, mode="half_away_from_zero") for name in ("survival", "lower", "upper")]
    return found.select("mode", "days", "at_risk", "lost", "left", *shares).rows()


def missing(desk: Desk) -> Rows:
    """Find what is missing to the target of each agent, and how few policies would bring it."""
    groups = gaps(desk.book, by=["agent"], as_of=AS_OF).groups
    columns = ("agent_no", "currency", "numerator", "denominator", "missing", "open", "fewest", "by")
    return groups.select(columns).rows()


def collected(desk: Desk) -> Rows:
    """Say when the second premiums of the year came in."""
    found = collected_by(desk.book, YEAR, by=["agent"], as_of=AS_OF)
    amounts = [pl.when(pl.col(step) > 0).then(step) for step in STEPS]
    return found.select("agent_no", "month", "currency", "due", *amounts, "due_count").rows()


def became(desk: Desk) -> Rows:
    """Add up what became of the second premiums of the year."""
    found = collection(desk.book, YEAR, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", "currency", "due", *FATES, "due_count", *(f"{fate}_count" for fate in FATES)).rows()


def worth(desk: Desk) -> Rows:
    """Add up the commission of each agent's book."""
    found = agent_value(desk.book, desk.rates, as_of=AS_OF)
    return found.select("agent_no", "currency", "customers", "policies", *OF_AGENT).rows()
