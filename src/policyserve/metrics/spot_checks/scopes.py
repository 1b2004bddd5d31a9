"""Scopes of spot checks: whose services a sample is drawn from, how that is stored, and how people read it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Listed, Sentence

SCOPES = {
    "below": N_("everybody below {name}"), "branch": N_("branch {name}"), "team": N_("team {name}"),
    "agent": N_("agent {name}"),
}  # fmt: skip


def scope_said(name: str) -> Sentence:
    """Put a scope (as `Scope.name`) into words; the names of branches and teams stay."""
    if name == "company":
        return Sentence(N_("whole company"))
    parts = [part.partition(" ") for part in re.split(r", (?=(?:below|branch|team|agent) )", name)]
    return Listed(Sentence(SCOPES[kind], name=of) for kind, _, of in parts)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose services are checked; nothing given is the whole company."""

    branch: str | None = None
    team: str | None = None
    agent_no: str | None = None
    below: str | None = None
    """The number of a manager: everybody below, who are `within`."""
    within: Collection[str] | None = None
    """The numbers of the agents who may be drawn from; None: all."""

    @property
    def name(self) -> str:
        """How the scope is stored: `company`, or `branch North, team T1`."""
        named = {"below": self.below, "branch": self.branch, "team": self.team, "agent": self.agent_no}
        return ", ".join(f"{kind} {name}" for kind, name in named.items() if name) or "company"

    def agents(self, agents: pl.DataFrame) -> pl.DataFrame:
        """Return the agents inside; raises PolicyserveError where there are none."""
        wanted = {"branch": self.branch, "team": self.team, "agent_no": self.agent_no}
        asked = [pl.col(column) == value for column, value in wanted.items() if value]
        asked += [] if self.within is None else [pl.col("agent_no").is_in(sorted(self.within))]
        if agents.is_empty():
            raise PolicyserveError("The book has no agents yet; import the list of agents first.")
        found = agents.filter(*asked) if asked else agents
        if found.is_empty():
            raise PolicyserveError(
                "There are no agents in '{name}'; check the names with the list of agents.", name=scope_said(self.name)
            )
        return found
