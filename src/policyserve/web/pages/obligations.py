"""Obligations: what is about to break, what was kept, and what is broken."""

from __future__ import annotations

from dataclasses import replace

from policyserve.metrics.figure import Column, Figure, Row
from policyserve.web.addresses import part
from policyserve.web.pages.lists import SHOWN
from policyserve.web.tables import LINKS, OF_AGENT, table_of
from policyserve.web.visit import Answer, Screen, Visit


def show(visit: Visit) -> Answer:
    """Show the obligations of the agents in scope; the files have all rows."""
    found = visit.house.targets.obligations(visit.viewer, as_of=visit.as_of)
    links = OF_AGENT if visit.viewer.role == "agent" else LINKS
    tables = [table_of(_head(one), visit.language, links, _of_task) for one in found]
    values = {"tables": tables, "cut": [one.rows.height > SHOWN for one in found], "shown_rows": SHOWN}
    return Screen(template="obligations", values=values, figures=lambda: found)


def _of_task(row: Row, column: Column) -> str | None:
    """Say where the number of a task leads those who open no tasks: to its policy, or its customer."""
    if column.kind != "task":
        return None
    kind = "policy" if row["policy_no"] else "customer"
    return LINKS[kind].format(part(row[f"{kind}_no"]))


def _head(figure: Figure) -> Figure:
    return replace(figure, rows=figure.rows.head(SHOWN))
