"""Figures of work done from columns in memory, against SQL by hand over the same."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from benchmarks.figures_desk import AS_OF, TASKS_OF_A_POLICY, YEAR, Asked, Desk, Rows, generated, measured, sql
from benchmarks.measuring import Figure
from policyserve.metrics.services.callback_rate import callbacks
from policyserve.metrics.services.orphans import COUNTS as OF_ORPHANS
from policyserve.metrics.services.orphans import orphan_service
from policyserve.metrics.services.service_rate import ALLOWED, satisfaction, service_rate

FIELDS = ("company", "branch", "team", "agent_no", "level", "service", "message_class")
COUNTS = ("numerator", "denominator", "late", "missed", "open", "pending", "skipped")


def run(size: int) -> Iterator[Figure]:
    """Measure a year's tasks of the agents of a generated book of `size` policies; both sides must find the same."""
    desk = generated(size)
    busy = f"{TASKS_OF_A_POLICY * size:,} tasks"
    figures: list[Asked] = [
        (f"service rate by all {len(ALLOWED)} groupings, {busy}", lambda: by_all(desk), sql("fates", "services")),
        (f"call-backs by agent, {busy}", lambda: called(desk), sql("fates", "callbacks")),
        (f"satisfaction by agent, {busy}", lambda: liked(desk), sql("satisfaction")),
        (f"orphans by agent, {busy}, {size:,} policies", lambda: orphaned(desk), sql("in_force", "fates", "orphans")),
    ]
    yield from measured(desk, figures)


def by_all(desk: Desk) -> Rows:
    """Count the tasks of the year by every grouping; fields that a grouping does not have are null."""
    ask = (desk.tasks, desk.standard, desk.book.agents, YEAR)
    figures = [service_rate(*ask, by=[name], as_of=AS_OF) for name in ALLOWED]
    return pl.concat(figures, how="diagonal").select(*FIELDS, *COUNTS).rows()


def called(desk: Desk) -> Rows:
    """Count the call-backs of the year that reached somebody."""
    found = callbacks(desk.tasks, desk.standard, desk.book.agents, YEAR, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", "numerator", "denominator", "not_reached", "open").rows()


def liked(desk: Desk) -> Rows:
    """Average what customers said of the services of the year."""
    found = satisfaction(desk.tasks, desk.standard, desk.book.agents, YEAR, by=["agent"])
    shares = [pl.col(name).round(6, mode="half_away_from_zero") for name in ("mean", "satisfied")]
    return found.select("agent_no", "services", "answers", *shares).rows()


def orphaned(desk: Desk) -> Rows:
    """Count hand-over work of the year, and the policies whose agents have left."""
    found = orphan_service(desk.book, desk.tasks, desk.standard, YEAR, by=["agent"], as_of=AS_OF)
    return found.select("agent_no", *OF_ORPHANS).rows()
