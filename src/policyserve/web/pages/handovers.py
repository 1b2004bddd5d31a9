"""Hand-overs: who takes the households of an agent, proposed, looked at, changed, applied, undone, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.handovers.records import HandoverSet
from policyserve.metrics.figure import Figure
from policyserve.metrics.handovers import (
    STATE,
    export_figure,
    households_figure,
    lines_figure,
    loads_figure,
    sets_figure,
)
from policyserve.operations import handovers
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit

MOST: Final = 300
"""Households that a page draws; the files have all."""


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show the sets, and the form that proposes another one."""
    rows = handovers.list_sets(visit.house.engine, as_of=visit.as_of, viewer=visit.viewer)
    figure = sets_figure(rows, as_of=visit.as_of)
    values = {
        "table": table_of(figure, visit.language, {"handover": LINKS["handover"]}),
        "typed": lambda name: visit.form.get(name, visit.query.get(name, "")),
    }
    return Screen(template="handovers", values=values, refusal=refusal, figures=lambda: [figure])


def propose(visit: Visit) -> Answer:
    """Propose a set for the agents whose numbers were typed, and show it."""
    agents, without = (visit.form.get(name, "").replace(",", " ").split() for name in ("agents", "without"))
    try:
        if not agents:
            raise PolicyserveError("Type the number of the agent whose households are handed over.")
        found = handovers.propose_set(
            visit.house.engine, visit.house.calendar, visit.stamp, agents, without=without, viewer=visit.viewer,
            form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        return Move(to="/handovers")
    except NotFoundError:
        return show(visit, PolicyserveError("There is no such agent whom you see."))
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Move(to=f"/handovers/{found.key}")


def one(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show a set: every desk before and after, its households, and what can be done with it."""
    found = _found(visit)
    figures = _figures(visit, found)
    drawn = [figures[0], replace(figures[1], rows=figures[1].rows.head(MOST))]
    values = {
        "key": found.key, "status": found.row["status"], "state": STATE(found.row["status"], visit.language),
        "set": found.row, "tables": [table_of(figure, visit.language, _links(visit)) for figure in drawn],
        "more": figures[1].rows.height > MOST, "most": MOST, "decides": visit.viewer.role == "manager",
        "households": _households(figures[1]), "agents": _takers(found, figures[0]),
        "who": handovers.who_decided(visit.house.engine, found),
        "typed": lambda name: visit.form.get(name, ""), "ownerless": found.ownerless,
    }  # fmt: skip
    return Screen(template="handover", values=values, refusal=refusal, figures=lambda: figures)


def _households(figure: Figure) -> list[tuple[str, str]]:
    """Return the number of each household, and what people choose it by: with the name of its first customer."""
    names = figure.names.get("customer", {})
    rows = figure.rows.select("household", "customer_no").iter_rows()
    return [(number, f"{number} {names.get(customer) or ''}".rstrip()) for number, customer in rows]


def _takers(found: HandoverSet, figure: Figure) -> list[tuple[str, str]]:
    """Return number and name of the agents who may take something."""
    names, free = figure.names.get("agent", {}), found.members.filter(~found.members["leaves"])
    return [(number, names.get(number) or "") for number in free["agent_no"]]


def _found(visit: Visit) -> HandoverSet:
    return handovers.read_set(visit.house.engine, visit.path["set"], as_of=visit.as_of, viewer=visit.viewer)


def _links(visit: Visit) -> Mapping[str, str]:
    return LINKS if visit.viewer.role == "manager" else {kind: LINKS[kind] for kind in ("customer", "policy")}


def _figures(visit: Visit, found: HandoverSet) -> list[Figure]:
    made = (loads_figure, households_figure, lines_figure, export_figure)
    return [
        handovers.figure_named(visit.house.engine, make(found, as_of=visit.as_of), viewer=visit.viewer) for make in made
    ]


def act(visit: Visit) -> Answer:
    """Change a household of the set by hand, apply the set or undo it, and show it again."""
    deed = DEEDS.get(visit.form.get("deed", ""))
    _found(visit)
    try:
        if deed is not None:
            deed(visit, visit.path["set"])
    except SentBeforeError:
        pass
    except NotFoundError:
        return one(visit, PolicyserveError("There is no such agent whom you see."))
    except PolicyserveError as refusal:
        return one(visit, refusal)
    return Move(to=f"/handovers/{visit.path['set']}")


def _choose(visit: Visit, key: int) -> None:
    handovers.choose_agent(
        visit.house.engine, key, visit.form.get("household", ""), visit.form.get("agent_no", "").strip(), visit.stamp,
        viewer=visit.viewer, form=visit.form_key,
    )  # fmt: skip


def _apply(visit: Visit, key: int) -> None:
    house = visit.house
    handovers.apply_set(house.engine, house.calendar, key, visit.stamp, viewer=visit.viewer, form=visit.form_key)


def _undo(visit: Visit, key: int) -> None:
    handovers.undo_set(
        visit.house.engine, key, visit.stamp, why=visit.form.get("why", ""), viewer=visit.viewer, form=visit.form_key
    )


DEEDS: Final[Mapping[str, Callable[[Visit, int], None]]] = {"choose": _choose, "apply": _apply, "undo": _undo}
"""What can be done with a set, by the value of its button."""
