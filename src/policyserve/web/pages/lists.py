"""Lists behind figures: which policies, tasks or people a number counts, and where each number leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from policyserve.metrics.collection.dues import FATES
from policyserve.metrics.figure import Column, Figure, Row
from policyserve.operations.lists_behind import ASKED, GROUPS, LISTS, PERSISTENCY
from policyserve.web.tables import LINKS, Behind, table_of
from policyserve.web.visit import Answer, Screen, Visit

SHOWN = 300
"""Rows that a page shows; the file has all of them."""

OF_POLICIES = {
    "": {"state": "counted"}, "numerator_count": {"state": "counted", "kept": "both+count"},
    "pending": {"state": "pending"}, "excluded": {"state": "excluded"},
}  # fmt: skip

OF_FATES = {one: {"fate": one} for one in ("late", "missed", "open", "skipped", "pending", "not_reached", *FATES)}

NARROWED: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    **dict.fromkeys(PERSISTENCY, OF_POLICIES),
    "services": {**OF_FATES, "numerator": {"fate": "on_time"}, "denominator": {"fate": "on_time+late+missed"}},
    **dict.fromkeys(("collection", "collection-agents"), OF_FATES),
    "add-ons": {"bought": {"bought": "true"}},
}  # fmt: skip
"""By figure and column, what else a list is narrowed by where a number leads to it; the nameless one is any other."""

ELSEWHERE = {"gap": "/gap", "overdue": "/overdue"}
"""Figures whose numbers lead to pages of their own."""


def behind(name: str, figure: Figure) -> Behind:
    """Return where the numbers of a figure lead."""
    fields = [one for one in (*GROUPS, "cohort") if one in figure.rows.columns]

    def link(row: Row, column: Column) -> str | None:
        if column.name == "target":
            return None
        narrowing = NARROWED.get(name, {})
        more = narrowing.get(column.name, narrowing.get("", {}))
        asked = {**{field: row[field] or "" for field in fields}, **more}
        return f"{ELSEWHERE.get(name, f'/lists/{name}')}?{urlencode(asked)}"

    return link if name in LISTS or (name in ELSEWHERE and figure.nested is None) else lambda *_: None


def show(visit: Visit) -> Answer:
    """Show the list behind a figure, of the group that is asked for."""
    asked = {name: visit.query[name][:200] for name in ASKED if name in visit.query}
    found = visit.house.targets.behind(visit.viewer, str(visit.path["name"]), asked, as_of=visit.as_of)
    return list_screen(visit, found, asked)


def list_screen(visit: Visit, found: Figure, asked: Mapping[str, str]) -> Screen:
    """Return the page of a list, which begins with whose it is."""
    links = LINKS if visit.viewer.role == "manager" else {kind: LINKS[kind] for kind in ("customer", "policy")}
    table = table_of(replace(found, rows=found.rows.head(SHOWN)), visit.language, links)
    values = {
        "table": table, "more": max(found.rows.height - SHOWN, 0), "count": found.rows.height,
        "whose": " · ".join(value for name, value in asked.items() if name in {*GROUPS, "cohort"} and value),
    }  # fmt: skip
    return Screen(template="list", values=values, figures=lambda: [found])
