"""Targets: of an agent, and the manager's board from teams to agents to names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from policyserve.errors import NoPastError, NotFoundError, PolicyserveError
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.persistency.heat import heat_figure
from policyserve.operations.crowded_days import crowded_days
from policyserve.operations.day_visits import visits_in_scope
from policyserve.operations.overdue import overdue_by_agent, overdue_tasks
from policyserve.web.pages.lists import behind, list_screen
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Screen, Visit
from policyserve.web.workbooks import list_figure

OF_AGENT = ("own", "gap", "referrals", "add-ons")
GAP_MONTHS = ("13", "25", "37", "49", "61")
COLLECTION = ("collection", "collection-agents")
ON_BOARD = ("teams", "agents", "services", "referrals", "add-ons", "gap-teams")

VISITS = (
    Column(name="agent_no", title=N_("Agent"), kind="agent"),
    Column(name="away_until", title=N_("Away until"), kind="day"),
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
    return _screen(visit, "targets", dict(zip(OF_AGENT, found, strict=True)), agent_no)


def board(visit: Visit) -> Answer:
    """Show the targets of everybody below, the worst first."""
    *found, gaps = visit.house.targets.in_scope(visit.viewer, ON_BOARD, as_of=visit.as_of)
    overdue = overdue_by_agent(visit.house.engine, visit.viewer, as_of=visit.as_of)
    figures = {
        **dict(zip(ON_BOARD, found, strict=False)), "gap": replace(gaps, nested=None), "overdue": overdue,
        "visits": _visits(visit),
    }  # fmt: skip
    return _screen(visit, "board", figures)


def _visits(visit: Visit) -> Figure:
    """Return who opened a day last, and sent what they did, whoever was never here first."""
    rows = visits_in_scope(visit.house.engine, visit.viewer, as_of=visit.as_of)
    names = {row["agent_no"]: row["name"] or "" for row in rows}
    return list_figure(Sentence(N_("Who was here")), VISITS, rows, as_of=visit.as_of).named({"agent": names})


def persistency(visit: Visit) -> Answer:
    """Show the persistency of the teams by cohort."""
    (found,) = visit.house.targets.in_scope(visit.viewer, ("cohorts",), as_of=visit.as_of)
    heat = {} if found.rows.is_empty() else {"heat": heat_figure(found)}
    return _screen(visit, "persistency", {**heat, "cohorts": found})


def forecast(visit: Visit) -> Answer:
    """Show what the teams are expected to come to."""
    try:
        (found,) = visit.house.targets.in_scope(visit.viewer, ("forecast",), as_of=visit.as_of)
    except NoPastError as lacking:
        return Screen(template="forecast", values={"tables": [], "lacking": lacking.fact.told(visit.language)})
    return _screen(visit, "forecast", {"forecast": found})


def collection(visit: Visit) -> Answer:
    """Show the premiums that fell due this year, and what became of them, the lowest rate first."""
    found = visit.house.targets.in_scope(visit.viewer, COLLECTION, as_of=visit.as_of)
    return _screen(visit, "collection", dict(zip(COLLECTION, found, strict=True)))


def referrals(visit: Visit) -> Answer:
    """Show who brings customers, and the tree of one who is asked for."""
    number = visit.query.get("q", "").strip()[:100]
    targets = visit.house.targets
    if number:
        found = targets.tree(visit.viewer, number, as_of=visit.as_of)
    else:
        found = targets.of_customers(visit.viewer, "influence", as_of=visit.as_of)
    return _screen(visit, "referrals", {"influence": found}, typed=number)


def gap(visit: Visit) -> Answer:
    """Show the gap to the target and the policies that decide it, of the cohort months that are asked for."""
    asked = {name: visit.query.get(name, "").strip()[:20] for name in ("month", "from", "to")}
    whose = {name: visit.query[name][:200] for name in ("team", "branch", "agent_no") if name in visit.query}
    values = {"asked": asked, "whose": whose, "months": GAP_MONTHS}
    try:
        found = visit.house.targets.gap(
            visit.viewer, by_agent=visit.query.get("by") == "agent" or "agent_no" in whose,
            month=int(asked["month"]) if asked["month"] in GAP_MONTHS else 13, cohort_from=asked["from"] or None,
            cohort_to=asked["to"] or None, where=whose, as_of=visit.as_of,
        )  # fmt: skip
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return Screen(template="gap", values={**values, "tables": []}, refusal=refusal)
    table = table_of(found, visit.language, LINKS)
    return Screen(template="gap", values={**values, "tables": [table]}, figures=lambda: [found])


def overdue(visit: Visit) -> Answer:
    """List the overdue tasks of those below, or of one of them."""
    agent_no = visit.query.get("agent_no", "").strip()[:100] or None
    found = overdue_tasks(visit.house.engine, visit.viewer, as_of=visit.as_of, agent_no=agent_no)
    return list_screen(visit, found, {"agent_no": agent_no} if agent_no else {})


def capacity(visit: Visit) -> Answer:
    """List the agents below whose coming visits go beyond their capacity."""
    settings = visit.house.settings.file.visits
    found = crowded_days(visit.house.engine, visit.viewer, settings, visit.language, as_of=visit.as_of)
    return list_screen(visit, found, {})


def _screen(visit: Visit, template: str, figures: Mapping[str, Figure], agent_no: str = "", typed: str = "") -> Answer:
    links = LINKS if visit.viewer.role == "manager" else {kind: LINKS[kind] for kind in ("customer", "policy")}
    tables = [table_of(one, visit.language, links, behind(name, one)) for name, one in figures.items()]
    names = (one.names.get("agent", {}).get(agent_no) for one in figures.values())
    values = {"tables": tables, "agent_no": agent_no, "agent_name": next(filter(None, names), ""), "typed": typed}
    return Screen(template=template, values=values, figures=lambda: list(figures.values()))
