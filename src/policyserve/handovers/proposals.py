"""Proposals: who could take what agents hold, worked out branch by branch, and stored as a set of lines."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, insert

from policyserve import db
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.handovers import loads
from policyserve.handovers.assignment import assign
from policyserve.handovers.holdings import held_by, ties_of, traits_of
from policyserve.handovers.matching import Matching
from policyserve.handovers.receivers import able, staff
from policyserve.locale import columns
from policyserve.solver import check_solver
from policyserve.tables import Handover, table
from policyserve.tasks.transitions import Stamp

HANDOVERS = table(Handover)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a proposal rests on: who is there, who can take, and what is held."""

    agents: pl.DataFrame
    """As `receivers.staff`."""
    able: pl.DataFrame
    held: pl.DataFrame

    @property
    def stamp(self) -> str:
        """A sum of it, which another ground does not have."""
        parts = (self.held, self.able.select("agent_id", "team", "branch", "capacity"))
        return hashlib.sha256("\n".join(part.write_csv() for part in parts).encode()).hexdigest()


def ground_of(connection: Connection, calendar: Calendar, leavers: Collection[int], as_of: date) -> Ground:
    """Read what a proposal for `leavers` rests on."""
    agents = staff(connection, calendar, as_of)
    return Ground(agents=agents, able=able(agents, leavers, as_of), held=held_by(connection, leavers))


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A set that has been worked out and is still to be stored."""

    stamp: str
    gap: float
    members: pl.DataFrame
    """Rows of `handover_agents`, but for the key of the set."""
    lines: pl.DataFrame
    """Rows of `handover_lines`, but for the key of the set."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a proposal is asked for: what is held, and who may take it."""

    ground: Ground
    leavers: tuple[int, ...]
    takers: tuple[int, ...]
    ties: pl.DataFrame
    """As `holdings.ties_of`."""
    traits: pl.DataFrame
    """As `holdings.traits_of`."""

    @property
    def members(self) -> tuple[int, ...]:
        """Everybody whose work ahead counts."""
        return (*self.leavers, *self.takers)


def question(
    connection: Connection,
    calendar: Calendar,
    as_of: date,
    leavers: Collection[int],
    *,
    without: Collection[int] = (),
    within: Collection[int] | None = None,
) -> Question:
    """Read what everything that `leavers` hold is, and who may take it; the transaction is one that writes.

    `without`: who shall take nothing; `within`: who alone may take any. Raises PolicyserveError where nothing is held.
    """
    ground = ground_of(connection, calendar, leavers, as_of)
    if ground.held.is_empty():
        raise PolicyserveError("These agents serve no customers and no policies; there is nothing to hand over.")
    allowed = set(ground.able["agent_id"]) - set(without)
    takers = allowed if within is None else allowed & set(within)
    return Question(
        ground=ground, leavers=tuple(sorted(leavers)), takers=tuple(sorted(takers)),
        ties=ties_of(connection, ground.held), traits=traits_of(connection, ground.held),
    )  # fmt: skip


def propose(asked: Question, touches: pl.DataFrame) -> Proposal:
    """Work out a set; `touches`: the work ahead of its members, as `loads.ahead`.

    Raises PolicyserveError where the solver is not installed.
    """
    check_solver()
    agents = _with_loads(asked.ground.agents, loads.of_agents(touches))
    held = loads.of_lines(asked.ground.held, touches)
    chosen, gap = _choose(held, agents, asked)
    people = agents.filter(pl.col("agent_id").is_in(asked.members))
    leaves = pl.col("agent_id").is_in(asked.leavers)
    return Proposal(
        stamp=asked.ground.stamp,
        gap=gap,
        members=people.select("agent_id", "team", "branch", "load", "capacity", leaves=leaves),
        lines=held.join(chosen, on="household", how="left", maintain_order="left"),
    )


def store(connection: Connection, proposal: Proposal, stamp: Stamp) -> int:
    """Store a proposal as a set, and return its key."""
    when = {"at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor}
    row = {"status": "proposed", "stamp": proposal.stamp, "gap": proposal.gap, **when}
    key = int(connection.execute(insert(HANDOVERS).values(row).returning(HANDOVERS.c.id)).scalar_one())
    for name, rows in (("handover_agents", proposal.members), ("handover_lines", proposal.lines)):
        db.insert_frame(connection, name, rows.with_columns(handover_id=pl.lit(key)))
    return key


def _with_loads(agents: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    return agents.join(counted, on="agent_id", how="left", maintain_order="left").with_columns(
        pl.col("load").fill_null(0.0)
    )


def _choose(held: pl.DataFrame, agents: pl.DataFrame, asked: Question) -> tuple[pl.DataFrame, float]:
    """Choose branch by branch: return `household`, `to_agent_id`, `why`, `arguments`, and the widest gap to a bound."""
    homes = agents.select("agent_id", "team", "branch")
    households = (
        held.join(homes, left_on="from_agent_id", right_on="agent_id", how="left", maintain_order="left")
        .group_by("household", maintain_order=True)
        .agg(pl.col("load").sum().round(loads.PLACES), pl.col("team", "branch").first())
        .join(asked.traits, on="household", how="left", maintain_order="left")
    )
    free = agents.filter(pl.col("agent_id").is_in(list(asked.takers)))
    parts, gaps = [], [0.0]
    for (branch,), own in households.partition_by("branch", as_dict=True, maintain_order=True).items():
        there = free.filter(pl.col("branch").eq_missing(pl.lit(branch)))
        if there.is_empty():
            parts.append(own.select("household", to_agent_id=pl.lit(None, dtype=pl.Int32)))
            continue
        known = asked.ties.join(own, on="household", how="semi").join(there, on="agent_id", how="semi")
        matching = Matching(households=own, agents=there, ties=known)
        found = assign(matching)
        gaps.append((found.value - found.bound) / max(found.value, 1.0))
        parts.append(found.chosen.rename({"agent_id": "to_agent_id"}))
    return _explained(pl.concat(parts), households, agents, asked.ties), max(gaps)


def _explained(
    chosen: pl.DataFrame, households: pl.DataFrame, agents: pl.DataFrame, ties: pl.DataFrame
) -> pl.DataFrame:
    """Add why each household goes where it does: `why` and `arguments`."""
    known = ties.sort("tie", descending=True).unique(["household", "agent_id"], keep="first", maintain_order=True)
    takers = agents.select("agent_id", "load", "capacity", own_team="team")
    joined = (
        chosen.join(households.select("household", "team"), on="household", how="left", maintain_order="left")
        .join(takers, left_on="to_agent_id", right_on="agent_id", how="left", maintain_order="left")
        .join(known, left_on=["household", "to_agent_id"], right_on=["household", "agent_id"], how="left")
    )
    near = pl.when(pl.col("team").eq_missing(pl.col("own_team"))).then(pl.lit("team")).otherwise(pl.lit("branch"))
    why = pl.when(pl.col("to_agent_id").is_null()).then(pl.lit("nobody")).otherwise(pl.coalesce("tie", near))
    told = columns.values(load=pl.col("load").round(1), capacity="capacity")
    return joined.with_columns(why=why).select(
        "household", "to_agent_id", "why", arguments=pl.when(pl.col("why").is_in(["team", "branch"])).then(told)
    )
