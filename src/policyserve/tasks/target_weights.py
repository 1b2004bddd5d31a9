"""Weights of the targets as managers give them: the nearest manager above whose weights hold decides an agent's order.

Rows are only added. Weights that are taken back are a row without weights: then those of the next manager above hold,
and where there are none those of the standard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, bindparam, insert, select, text

from policyserve.locale import Sentence
from policyserve.standard.model import Standard
from policyserve.standard.weights import Weights
from policyserve.tables import Agent, TargetWeights, table
from policyserve.tasks.transitions import Stamp

WEIGHTS, AGENTS = table(TargetWeights), table(Agent)

_ABOVE = text("""
    WITH RECURSIVE above(id) AS (
        SELECT id FROM agents WHERE agent_no = :agent_no
        UNION SELECT a.manager_id FROM above JOIN agents a ON a.id = above.id WHERE a.manager_id IS NOT NULL
    ), place(id, manager_id) AS (SELECT a.id, a.manager_id FROM above JOIN agents a ON a.id = above.id)
    SELECT p.id, p.manager_id, a.agent_no, a.name, w.persistency, w.referrals, w.add_ons, w.as_of, w.actor
    FROM place p JOIN agents a ON a.id = p.id LEFT JOIN target_weights w ON w.id = (
        SELECT max(id) FROM target_weights WHERE manager_id = p.id AND as_of <= :day
    )
""").bindparams(bindparam("day", type_=Date())).columns(as_of=Date())  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """The weights by which work is put in order, and where they come from."""

    weights: Weights
    manager_no: str | None = None
    """Whose teams they are for; None: they are the standard's."""
    manager: str | None = None
    as_of: date | None = None
    actor: str | None = None

    @property
    def ratio(self) -> str:
        """The weights of persistency, referrals and add-ons: `2/1/1`."""
        return "/".join(f"{weight:g}" for _, weight in self.weights)

    @property
    def why(self) -> Sentence:
        """Say by what a day is put in order, and who decided it."""
        if self.manager_no is None:
            return Sentence(
                "In order by the last day, duties first, then by what bears most on persistency/referrals/add-ons, "
                "weighed {ratio} by the standard.",
                ratio=self.ratio,
            )
        return Sentence(
            "In order by the last day, duties first, then by what bears most on persistency/referrals/add-ons, "
            "weighed {ratio} for the teams of {manager} since {day} (by {who}).",
            ratio=self.ratio, manager=self.manager or self.manager_no, day=self.as_of, who=self.actor,
        )  # fmt: skip


def weighing(connection: Connection, agent_no: str, standard: Standard, day: date) -> Weighing:
    """Return what an agent's work is weighed by on a day: own weights, those of the nearest manager above, or the
    standard's.
    """
    row = next((one for one in _above(connection, agent_no, day) if one.persistency is not None), None)
    if row is None:
        return Weighing(weights=standard.weights)
    return Weighing(
        weights=Weights(persistency=row.persistency, referrals=row.referrals, add_ons=row.add_ons),
        manager_no=row.agent_no, manager=row.name, as_of=row.as_of, actor=row.actor,
    )  # fmt: skip


def chain(connection: Connection, agent_no: str, day: date) -> list[str]:
    """Return the numbers of an agent and of everybody above, the nearest first."""
    return [row.agent_no for row in _above(connection, agent_no, day)]


def _above(connection: Connection, agent_no: str, day: date) -> Iterator[Any]:
    """Yield an agent and everybody above with the weights that they gave; managers in a circle come once."""
    places = {row.id: row for row in connection.execute(_ABOVE, {"agent_no": agent_no, "day": day})}
    own = next((key for key, row in places.items() if row.agent_no == agent_no), None)
    while own in places:
        row = places.pop(own)
        yield row
        own = row.manager_id


def weighed(standard: Standard, weights: Weights) -> Standard:
    """Return a standard with other weights."""
    return standard.model_copy(update={"weights": weights})


def store(connection: Connection, manager_id: int, weights: Weights | None, stamp: Stamp) -> None:
    """Let weights hold for a manager's teams from the day of the stamp on; None: take them back."""
    given: dict[str, Any] = {} if weights is None else weights.model_dump()
    row = {"manager_id": manager_id, "as_of": stamp.as_of, "actor": stamp.actor, "at": stamp.at, **given}
    connection.execute(insert(WEIGHTS), [row])


def history(connection: Connection, manager_id: int) -> list[dict[str, Any]]:
    """Return what was decided for a manager's teams, the newest first."""
    query = select(WEIGHTS).where(WEIGHTS.c.manager_id == manager_id).order_by(WEIGHTS.c.id.desc())
    return [dict(row) for row in connection.execute(query).mappings()]
