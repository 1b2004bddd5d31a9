"""Targets: of an agent, and the manager's board from teams to agents to names."""

from __future__ import annotations

from policyserve.errors import NoPastError
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.persistency.heat import heat_figure
from policyserve.operations.day_visits import visits_in_scope
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Screen, Visit
from policyserve.web.workbooks import list_figure

OF_AGENT = ("own", "gap", "referrals", "add-ons")
COLLECTION = ("collection", "collection-agents")
ON_BOARD = ("teams", "agents", "services", "referrals", "add-ons")

VISITS = (
    Column(name="agent_no", title=N_("Agent"), kind="agent"),
    Column(name="opened_on", title=N_("Last here"), kind="day", nameless=N_in("last visit", "never")),
    Column(name="uploaded", title=N_("Work of that day sent"), kind="code"),
)


def own(visit: Visit) -> Answer:
    """Show the agent's own targets."""
    return _of_agent(visit, visit.viewer.agent_no or "")


def agent(visit: Visit) -> Answer:
    """Show the targets of somebody below a manager."""
    return _of_agent(visit, str(visit.path["agent_no"]))


def _of_agent(visit: Visit, agent_no: str) -> Answer:
    found = visit.house.targets.of_agent(visit.viewer, agent_no, OF_AGENT, as_of=visit.as_of)
    return _screen(visit, "targets", found, agent_no)


def board(visit: Visit) -> Answer:
    """Show the targets of everybody below, the worst first."""
    found = visit.house.targets.in_scope(visit.viewer, ON_BOARD, as_of=visit.as_of)
    return _screen(visit, "board", [*found, _visits(visit)])


def _visits(visit: Visit) -> Figure:
    """Return who opened a day last, and sent what they did, whoever was never here first."""
    rows = visits_in_scope(visit.house.engine, visit.viewer, as_of=visit.as_of)
    names = {row["agent_no"]: row["name"] or "" for row in rows}
    return list_figure(Sentence(N_("Who was here")), VISITS, rows, as_of=visit.as_of).named({"agent": names})


def persistency(visit: Visit) -> Answer:
    """Show the persistency of the teams by cohort."""
    (found,) = visit.house.targets.in_scope(visit.viewer, ("cohorts",), as_of=visit.as_of)
    return _screen(visit, "persistency", [found] if found.rows.is_empty() else [heat_figure(found), found])


def forecast(visit: Visit) -> Answer:
    """Show what the teams are expected to come to."""
    try:
        found = visit.house.targets.in_scope(visit.viewer, ("forecast",), as_of=visit.as_of)
    except NoPastError as lacking:
        return Screen(template="forecast", values={"tables": [], "lacking": lacking.fact.told(visit.language)})
    return _screen(visit, "forecast", found)


def collection(visit: Visit) -> Answer:
    """Show the premiums that fell due this year, and what became of them, the lowest rate first."""
    return _screen(visit, "collection", visit.house.targets.in_scope(visit.viewer, COLLECTION, as_of=visit.as_of))


def referrals(visit: Visit) -> Answer:
    """Show who brings customers, and the tree of one who is asked for."""
    number = visit.query.get("q", "").strip()[:100]
    targets = visit.house.targets
    if number:
        found = [targets.tree(visit.viewer, number, as_of=visit.as_of)]
    else:
        found = [targets.of_customers(visit.viewer, "influence", as_of=visit.as_of)]
    return _screen(visit, "referrals", found, typed=number)


def _screen(visit: Visit, template: str, found: list[Figure], agent_no: str = "", typed: str = "") -> Answer:
    links = LINKS if visit.viewer.role == "manager" else {"customer": LINKS["customer"]}
    tables = [table_of(one, visit.language, links) for one in found]
    return Screen(
        template=template, values={"tables": tables, "agent_no": agent_no, "typed": typed}, figures=lambda: found
    )
