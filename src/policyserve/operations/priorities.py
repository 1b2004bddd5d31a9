"""Priorities: the weights of the targets that managers give for their teams, tried on a day before they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.masks import shown_name
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import agent_id
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database
from policyserve.standard.weights import Weights
from policyserve.tasks import agenda, target_weights
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.target_weights import Weighing
from policyserve.tasks.transitions import Stamp

HIGHEST = 100.0
"""No target weighs more."""


@dataclass(frozen=True, kw_only=True)
class Priority:
    """How the work below a manager is weighed, and what was decided before."""

    weighing: Weighing
    own: bool
    """Whether the manager has weights of their own; else those above hold."""
    history: list[dict[str, Any]]
    """As `target_weights.history`."""


def read_weights(typed: str) -> Weights:
    """Read weights written `2/1/1` (persistency, referrals, add-ons); raises PolicyserveError."""
    try:
        persistency, referrals, add_ons = (float(part) for part in typed.split("/"))
    except ValueError:
        persistency = referrals = add_ons = -1.0
    values = (persistency, referrals, add_ons)
    if not all(0 <= value <= HIGHEST for value in values) or not any(values):
        raise PolicyserveError(
            "'{typed}' are no weights; write those of persistency, referrals and add-ons as 2/1/1, each from 0 to "
            "{highest}, one of them above 0.",
            typed=typed[:40],
            highest=int(HIGHEST),
        )
    return Weights(persistency=persistency, referrals=referrals, add_ons=add_ons)


def priority(engine: Database, viewer: Viewer, manager_no: str, *, as_of: date) -> Priority:
    """Return how the work below a manager is weighed; raises NotFoundError for one whom the viewer does not see."""
    with db.reading(engine) as connection:
        key = _manager(connection, viewer, manager_no, as_of)
        found = target_weights.weighing(connection, manager_no, current_standard(connection, as_of), as_of)
        decided = target_weights.history(connection, key)
        return Priority(weighing=found, own=found.manager_no == manager_no, history=decided)


def preview(
    engine: Database,
    viewer: Viewer,
    manager_no: str,
    weights: Weights,
    agent_no: str,
    *,
    day: date,
    as_of: date,
    language: str,
) -> list[dict[str, Any]]:
    """Return the customers of an agent's day with their places before and under other weights.

    `before`, `after`, `customer_no`, `name`, `service` and `task` (the first, and its name) and `score` under the new
    weights, in the new order. Raises NotFoundError for an agent whom the viewer does not see, PolicyserveError for one
    not below the manager, or whose nearer manager has weights of their own.
    """
    with db.reading(engine) as connection:
        _manager(connection, viewer, manager_no, as_of)
        scope.check_agent(connection, viewer, agent_no, as_of)
        standard = current_standard(connection, day)
        held = target_weights.weighing(connection, agent_no, standard, day)
        _refuse_others(connection, manager_no, agent_no, held, day)
        old, new = (
            agenda.agenda(connection, agent_no, day, target_weights.weighed(standard, one))
            for one in (held.weights, weights)
        )
    places = {one.customer_no: place for place, one in enumerate(old.customers, 1)}
    return [
        {"before": places[one.customer_no], "after": place, "customer_no": one.customer_no,
         "name": shown_name(viewer, one.name), "service": one.tasks[0].service,
         "task": one.tasks[0].name(language), "score": one.score}
        for place, one in enumerate(new.customers, 1)
    ]  # fmt: skip


def set_weights(
    engine: Database, viewer: Viewer, manager_no: str, weights: Weights | None, stamp: Stamp, *, form: Form = None
) -> Weighing:
    """Let weights hold for a manager's teams from the day of the stamp on; None takes them back.

    Return what holds then. Raises NotFoundError for a manager who is not the viewer nor below.
    """
    with db.writing(engine) as connection:
        key = _manager(connection, viewer, manager_no, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        target_weights.store(connection, key, weights, stamp)
        actor = viewer if viewer.user_id is not None else stamp.actor
        action = "weights set" if weights else "weights taken back"
        audit.note(connection, actor, action, at=stamp.at, kind="agent", number=manager_no)
        standard = current_standard(connection, stamp.as_of)
        held = target_weights.weighing(connection, manager_no, standard, stamp.as_of)
        sent_forms.keep(connection, viewer, form, held)
        return held


def _manager(connection: Connection, viewer: Viewer, manager_no: str, day: date) -> int:
    scope.check_agent(connection, viewer, manager_no, day)
    return agent_id(connection, manager_no)


def _refuse_others(connection: Connection, manager_no: str, agent_no: str, held: Weighing, day: date) -> None:
    """Refuse an agent to whom weights of the manager would not apply."""
    chain = target_weights.chain(connection, agent_no, day)
    nearer = chain[: chain.index(manager_no)] if manager_no in chain else None
    if nearer is None:
        raise PolicyserveError("{agent} does not report to {manager}.", agent=agent_no, manager=manager_no)
    if held.manager_no in nearer:
        raise PolicyserveError(
            "The work of {agent} is weighed for the teams of {nearer}; those weights stay.",
            agent=agent_no,
            nearer=held.manager_no,
        )
