"""Sets as they are stored: found, listed, read with their lines and loads, and changed by hand."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, func, select, update
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, N_all, N_in, Sentence
from policyserve.tables import Agent, Handover, HandoverAgent, HandoverLine, table

AGENTS, HANDOVERS = table(Agent), table(Handover)
MEMBERS, LINES = table(HandoverAgent), table(HandoverLine)

STATES: Final = N_all("what a set of hand-overs is", "proposed", "applied", "undone")

LINE: Final = pl.Schema(
    {
        "subject_kind": pl.String(),
        "subject_id": pl.Int32(),
        "subject": pl.String(),
        "customer_id": pl.Int32(),
        "customer_no": pl.String(),
        "household": pl.String(),
        "from_agent_id": pl.Int32(),
        "from_no": pl.String(),
        "to_agent_id": pl.Int32(),
        "to_no": pl.String(),
        "load": pl.Float64(),
        "why": pl.String(),
        "arguments": pl.String(),
        "before_agent_id": pl.Int32(),
        "assigned": pl.Boolean(),
        "outcome": pl.String(),
        "now_agent_id": pl.Int32(),
        "listed_agent_id": pl.Int32(),
    }
)
"""A line with the numbers of whom it names, who serves its subject now, and whom lists still name."""

_LINES = """
SELECT l.subject_kind, l.subject_id, CASE l.subject_kind WHEN 'customer' THEN c.customer_no
    WHEN 'policy' THEN p.policy_no ELSE CAST(l.subject_id AS text) END, l.customer_id, c.customer_no, l.household,
    l.from_agent_id, f.agent_no, l.to_agent_id, t.agent_no, l.load, l.why, l.arguments, l.before_agent_id, l.assigned,
    l.outcome, CASE l.subject_kind WHEN 'customer' THEN c.agent_id WHEN 'policy' THEN p.agent_id ELSE k.agent_id END,
    CASE l.subject_kind WHEN 'customer' THEN c.listed_agent_id WHEN 'policy' THEN p.listed_agent_id END
FROM handover_lines l
JOIN customers c ON c.id = l.customer_id
JOIN agents f ON f.id = l.from_agent_id
LEFT JOIN agents t ON t.id = l.to_agent_id
LEFT JOIN policies p ON p.id = l.subject_id AND l.subject_kind = 'policy'
LEFT JOIN tasks k ON k.id = l.subject_id AND l.subject_kind = 'task'
WHERE l.handover_id = {key}
"""

MEMBER: Final = pl.Schema(
    {
        "agent_id": pl.Int32(),
        "agent_no": pl.String(),
        "leaves": pl.Boolean(),
        "team": pl.String(),
        "branch": pl.String(),
        "load": pl.Float64(),
        "capacity": pl.Int32(),
    }
)
_MEMBERS = """
SELECT m.agent_id, a.agent_no, m.leaves, m.team, m.branch, m.load, m.capacity
FROM handover_agents m JOIN agents a ON a.id = m.agent_id WHERE m.handover_id = {key}
"""


class HandoverNotFoundError(NotFoundError):
    """A set that is not there, or out of sight."""

    def __init__(self, key: int) -> None:
        """`key` is what the user gave."""
        words = N_("There is no set of hand-overs {key}; 'policyserve handover list' names them.")
        PolicyserveError.__init__(self, words, key=key)
        self.on_pages(Sentence("There is no set of hand-overs {key}.", key=key))


@dataclass(frozen=True, kw_only=True)
class HandoverSet:
    """A set with everything that belongs to it."""

    row: RowMapping
    """Its row of `handovers`."""
    lines: pl.DataFrame
    """Like LINE, in the order of households."""
    members: pl.DataFrame
    """Like MEMBER, with `gets` and `after` (visits); the leavers first."""

    @property
    def key(self) -> int:
        """Its key."""
        return int(self.row["id"])

    @property
    def leavers(self) -> list[int]:
        """The keys of the agents whose households go."""
        return self.members.filter("leaves")["agent_id"].to_list()

    @property
    def ownerless(self) -> int:
        """How many households nobody takes."""
        return self.lines.filter(pl.col("to_agent_id").is_null())["household"].n_unique()


def read_set(connection: Connection, key: int) -> HandoverSet:
    """Return a set; raises HandoverNotFoundError."""
    row = connection.execute(select(HANDOVERS).where(HANDOVERS.c.id == key)).mappings().first()
    if row is None:
        raise HandoverNotFoundError(key)
    lines = db.read_frame(connection, _LINES.format(key=int(key)), LINE)
    lines = lines.sort("household", "subject_kind", "subject_id")
    members = db.read_frame(connection, _MEMBERS.format(key=int(key)), MEMBER)
    return HandoverSet(row=row, lines=lines, members=_with_gains(members, lines))


def _with_gains(members: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add what each agent gets, and the load after it: a leaver's goes down by what goes."""
    own = lines.filter(pl.col("subject_kind") != "task")
    takes = own.group_by(agent_id="to_agent_id")
    gains = takes.agg(gets=pl.col("load").sum(), households=pl.col("household").n_unique())
    visits = pl.col("load") - (pl.col("subject_kind") == "customer").cast(pl.Float64)
    gone = own.filter(pl.col("to_agent_id").is_not_null()).group_by(agent_id="from_agent_id").agg(goes=visits.sum())
    joined = members.join(gains, on="agent_id", how="left").join(gone, on="agent_id", how="left")
    filled = joined.with_columns(pl.col("gets", "households", "goes").fill_null(0))
    after = pl.max_horizontal(pl.col("load") + pl.col("gets") - pl.col("goes"), 0.0).round(2)
    return filled.with_columns(after=after).drop("goes").sort(~pl.col("leaves"), "agent_no")


def list_sets(connection: Connection) -> list[dict[str, Any]]:
    """Return the sets, the newest first: their rows with `households`, `ownerless`, `leavers` (numbers)."""
    counted = select(func.count(LINES.c.household.distinct())).where(LINES.c.handover_id == HANDOVERS.c.id)
    ownerless = counted.where(LINES.c.to_agent_id.is_(None), LINES.c.subject_kind != "task")
    counts = {"households": counted, "ownerless": ownerless}
    query = select(HANDOVERS, *(one.scalar_subquery().label(name) for name, one in counts.items()))
    named = select(MEMBERS.c.handover_id, AGENTS.c.agent_no).join(AGENTS, AGENTS.c.id == MEMBERS.c.agent_id)
    leavers: dict[int, list[str]] = {}
    for key, number in connection.execute(named.where(MEMBERS.c.leaves).order_by(AGENTS.c.agent_no)):
        leavers.setdefault(key, []).append(number)
    rows = connection.execute(query.order_by(HANDOVERS.c.id.desc())).mappings()
    return [{**row, "handover": row["id"], "leavers": leavers.get(row["id"], [])} for row in rows]


def choose(connection: Connection, key: int, household: str, agent_id: int, actor: str) -> None:
    """Give a household of a proposed set to an agent by hand; raises PolicyserveError where the set has none such."""
    check_state(connection, key, "proposed")
    arguments = json.dumps({"actor": actor}, ensure_ascii=False)
    own = (LINES.c.handover_id == key) & (LINES.c.household == household)
    changed = {"to_agent_id": agent_id, "why": "by-hand", "arguments": arguments}
    if not connection.execute(update(LINES).where(own).values(changed)).rowcount:
        raise PolicyserveError("Set {key} has no household '{household}'.", key=key, household=household)


def check_state(connection: Connection, key: int, wanted: str) -> None:
    """Raise PolicyserveError for a set that is not `wanted` any more, HandoverNotFoundError for none."""
    state = connection.scalar(select(HANDOVERS.c.status).where(HANDOVERS.c.id == key))
    if state is None:
        raise HandoverNotFoundError(key)
    if state != wanted:
        raise _WrongStateError(key, state)


class _WrongStateError(PolicyserveError):
    def __init__(self, key: int, state: str) -> None:
        said = Sentence(N_in("what a set of hand-overs is", state))
        super().__init__("Set {key} is {state}, so nothing was changed.", key=key, state=said)


def enter_state(connection: Connection, key: int, before: str, **values: object) -> None:
    """Bring a set from one state into another, once: raises PolicyserveError where somebody else came first."""
    guard = (HANDOVERS.c.id == key) & (HANDOVERS.c.status == before)
    if not connection.execute(update(HANDOVERS).where(guard).values(values)).rowcount:
        check_state(connection, key, before)


def keys_of(connection: Connection, numbers: Collection[str]) -> dict[str, int]:
    """Return the keys of agents by their numbers; those that are not known are left out."""
    found = connection.execute(select(AGENTS.c.agent_no, AGENTS.c.id).where(AGENTS.c.agent_no.in_(list(numbers))))
    return {number: int(key) for number, key in found}
