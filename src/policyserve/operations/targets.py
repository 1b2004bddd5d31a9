"""Targets of a viewer: the figures of the whole book, worked out once for its facts, and of each the rows in scope.

The parts of the book do not tell the figures of the whole (a person whom two customers name counts for the first), so
the whole is read, by one request at a time, and kept until the facts change.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, text

from policyserve import db
from policyserve.access.scope import check_agent, check_customer
from policyserve.access.viewer import Viewer
from policyserve.book.facts_stamp import facts_stamp
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days, add_months
from policyserve.errands import held, while_waited_for
from policyserve.errors import NotFoundError
from policyserve.metrics.add_ons.figures import add_ons_figure
from policyserve.metrics.collection.figures import collected_figure, collection_figure
from policyserve.metrics.figure import Figure
from policyserve.metrics.forecast.figures import forecast_figure
from policyserve.metrics.persistency.figures import persistency_figure
from policyserve.metrics.persistency.gap_figure import gap_figure
from policyserve.metrics.referrals.figures import funnel_figure, influence_figure, referrals_figure, tree_figure
from policyserve.metrics.services.figures import callbacks_figure, satisfaction_figure, services_figure
from policyserve.metrics.services.orphans_figure import orphans_figure
from policyserve.metrics.targets import COHORTS, KEPT, last_cohort
from policyserve.obligations.figures import Question, obligations_figure, overview
from policyserve.operations.appraisal import appraisal, month_of
from policyserve.operations.database import Database
from policyserve.operations.figures import Reading
from policyserve.operations.lists_behind import LISTS, Make, list_behind, narrowed
from policyserve.operations.obligations import owed
from policyserve.operations.seen_figures import agents_seen, list_in_scope, named, of_agents, of_customers, worst_first


def _persistency(*by: str) -> Make:
    def make(facts: Reading) -> Figure:
        last = last_cohort(facts.as_of)
        return persistency_figure(
            facts.book, by=by, cohort_from=add_months(last, 1 - COHORTS), cohort_to=last, as_of=facts.as_of
        )

    return make


def _collection(*by: str) -> Make:
    def make(facts: Reading) -> Figure:
        return collection_figure(facts.book, _year(facts), by=by, as_of=facts.as_of)

    return make


def _gap(facts: Reading, *by: str, **asked: Any) -> Figure:
    return gap_figure(facts.book, facts.open_tasks, by=by, target=str(KEPT), as_of=facts.as_of, **asked)


CONFIDENCE = 0.95
"""Of the intervals of forecasts."""

CENTRES = 500
"""Centres of influence of the whole book; of them a viewer sees those in scope."""


def _year(facts: Reading) -> Days:
    """The days of the year until the day."""
    return Days.between(facts.as_of.replace(month=1, day=1), facts.as_of)


FIGURES: Mapping[str, Make] = {
    "teams": _persistency("team"),
    "agents": _persistency("team", "agent"),
    "cohorts": _persistency("team", "cohort"),
    "own": _persistency("agent"),
    "gap": lambda facts: _gap(facts, "agent"),
    "gap-teams": lambda facts: _gap(facts, "team"),
    "gap-agents": lambda facts: _gap(facts, "team", "agent"),
    "collection": _collection("team"),
    "collection-agents": _collection("team", "agent"),
    "forecast": lambda facts: forecast_figure(
        facts.book_with_services, by=("team",), confidence=CONFIDENCE, as_of=facts.as_of
    ),
    "influence": lambda facts: influence_figure(facts.book, top=CENTRES, as_of=facts.as_of),
    "referrals": lambda facts: referrals_figure(facts.book, facts.as_of.year, by=("agent",), as_of=facts.as_of),
    "add-ons": lambda facts: add_ons_figure(facts.book, facts.as_of.year, by=("agent",), as_of=facts.as_of),
    "funnel": lambda facts: funnel_figure(facts.book, by=("agent",), as_of=facts.as_of),
    "collected": lambda facts: collected_figure(facts.book, _year(facts), by=("agent",), as_of=facts.as_of),
    "services": lambda facts: services_figure(facts.work(_year(facts)), by=("agent",)),
    "callbacks": lambda facts: callbacks_figure(facts.work(_year(facts)), by=("agent",)),
    "satisfaction": lambda facts: satisfaction_figure(facts.work(_year(facts), of="done_on"), by=("agent",)),
    "orphans": lambda facts: orphans_figure(facts.book, facts.work(_year(facts)), by=("agent",)),
    "obligations": lambda facts: obligations_figure(*owed(facts, _year(facts)), by=("agent",)),
}  # fmt: skip
"""Figures by the names that pages ask for, of the rolling year or the calendar year of the day."""

BEHIND = "/list"
"""What follows the name of a figure for the list behind it."""

APPRAISAL = "appraisal"
"""The figure of a month; its name goes on with the month and what it is by."""

OF_WORK = (
    "gap", "gap-teams", "gap-agents", "forecast", "services", "callbacks", "satisfaction", "orphans",
    "obligations", APPRAISAL,
)  # fmt: skip
"""The figures that also look at tasks, and so change with every deed."""

_NEWEST_DEED = text(
    "SELECT coalesce((SELECT max(id) FROM transitions), 0) + coalesce((SELECT max(id) FROM complaint_steps), 0)"
)
"""Moves with every deed and every step of a complaint: both are added to alone."""


class Targets:
    """The figures of a database, each kept until its facts change."""

    def __init__(self, engine: Database, calendar: Calendar, zone: str) -> None:
        """Nothing is read yet; `zone` is the business time zone."""
        self._engine, self._calendar, self._zone = engine, calendar, zone
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Any, Figure]] = {}

    def of_agent(self, viewer: Viewer, agent_no: str, names: tuple[str, ...], *, as_of: date) -> list[Figure]:
        """Return the rows of an agent; raises NotFoundError for one whom the viewer does not see."""
        with db.reading(self._engine) as connection:
            check_agent(connection, viewer, agent_no, as_of)
            found = self._figures(connection, names, as_of)
            return [named(connection, viewer, one.of("agent_no", agent_no)) for one in found]

    def in_scope(self, viewer: Viewer, names: tuple[str, ...], *, as_of: date) -> list[Figure]:
        """Return the rows of the agents that a viewer sees, and of the teams seen whole, the worst first."""
        with db.reading(self._engine) as connection:
            found = self._figures(connection, names, as_of)
            seen = agents_seen(connection, viewer, as_of)
            return [named(connection, viewer, worst_first(of_agents(one, seen))) for one in found]

    def behind(self, viewer: Viewer, name: str, asked: Mapping[str, str], *, as_of: date) -> Figure:
        """Return the list behind a figure, as far as the viewer sees it, narrowed to what is asked (see `narrowed`).

        Raises NotFoundError for a figure without one.
        """
        if name not in LISTS:
            raise NotFoundError("list", name)
        with db.reading(self._engine) as connection:
            (found,) = self._figures(connection, (name + BEHIND,), as_of)
            return named(connection, viewer, list_in_scope(connection, viewer, narrowed(found, asked), as_of))

    def gap(
        self,
        viewer: Viewer,
        *,
        by_agent: bool,
        month: int = 13,
        cohort_from: str | None = None,
        cohort_to: str | None = None,
        where: Mapping[str, str],
        as_of: date,
    ) -> Figure:
        """Return the gaps of the teams or agents in scope, and the policies that decide them, of some cohorts.

        Raises QuestionError for months that are none.
        """
        by = ("team", "agent") if by_agent else ("team",)
        with db.reading(self._engine) as connection:
            if month == 13 and not (cohort_from or cohort_to):
                (found,) = self._figures(connection, (f"gap-{by[-1]}s",), as_of)
            else:
                asked = {"month": month, "cohort_from": cohort_from, "cohort_to": cohort_to}
                with held(self._lock):
                    found = _gap(Reading(connection, as_of), *by, **asked)
            seen = agents_seen(connection, viewer, as_of)
            return named(connection, viewer, worst_first(narrowed(of_agents(found, seen), where)))

    def of_customers(self, viewer: Viewer, name: str, *, as_of: date) -> Figure:
        """Return the rows of the customers that a viewer sees."""
        with db.reading(self._engine) as connection:
            (found,) = self._figures(connection, (name,), as_of)
            return named(connection, viewer, of_customers(connection, viewer, found, as_of))

    def obligations(self, viewer: Viewer, *, as_of: date) -> list[Figure]:
        """Return what is about to break, the shares and what is broken, of the agents that a viewer sees.

        To an agent what the office owes is not told.
        """
        with db.reading(self._engine) as connection:
            (found,) = self._figures(connection, ("obligations" + BEHIND,), as_of)
            rows = of_agents(found, agents_seen(connection, viewer, as_of)).rows
            facts = Reading(connection, as_of)
            asked = Question(standard=facts.standard, days=_year(facts), as_of=as_of)
            own = rows.filter(pl.col("owner") == "agent") if viewer.role == "agent" else rows
            return [named(connection, viewer, one) for one in overview(own, asked, teams=viewer.role != "agent")]

    def tree(self, viewer: Viewer, customer_no: str, *, as_of: date) -> Figure:
        """Return the referral tree of a customer, of it whom the viewer sees; raises NotFoundError."""
        with db.reading(self._engine) as connection:
            check_customer(connection, viewer, customer_no, as_of)
            found = tree_figure(load_book(connection), customer_no, as_of=as_of)
            seen = of_customers(connection, viewer, found, as_of)
            whole = seen.rows.height == found.rows.height
            return named(connection, viewer, seen if whole else replace(seen, lines=()))

    def appraisal(self, viewer: Viewer, typed: str | None, *, teams: bool, as_of: date) -> Figure:
        """Return the appraisal of a month, written 2026-11, of the agents in scope, or of the teams seen whole.

        Raises QuestionError for a month that is none.
        """
        month, by = month_of(typed, as_of), ("team",) if teams else ("team", "agent")
        name = f"{APPRAISAL}/{month:%Y-%m}/{by[-1]}"
        with db.reading(self._engine) as connection:
            (found,) = self._made(connection, {name: lambda facts: appraisal(facts, month, by)}, as_of)
            return named(connection, viewer, of_agents(found, agents_seen(connection, viewer, as_of)))

    def _figures(self, connection: Connection, names: tuple[str, ...], as_of: date) -> list[Figure]:
        return self._made(connection, {name: _maker(name) for name in names}, as_of)

    def _made(self, connection: Connection, makers: Mapping[str, Make], as_of: date) -> list[Figure]:
        """Return figures, those that do not hold any more made anew out of one reading."""
        facts, deed = (as_of, *facts_stamp(connection)), connection.scalar(_NEWEST_DEED)
        reading = Reading(connection, as_of, self._calendar, self._zone)
        with held(self._lock):
            for name in while_waited_for([*makers]):
                stamp = (*facts, deed) if name.partition("/")[0] in OF_WORK else facts
                if name not in self._kept or self._kept[name][0] != stamp:
                    self._kept[name] = (stamp, makers[name](reading))
            return [self._kept[name][1] for name in makers]


def _maker(name: str) -> Make:
    figure = name.removesuffix(BEHIND)
    return FIGURES[name] if name == figure else list_behind(figure, FIGURES[figure])
