"""Whom a report is about: the whole company, a branch, or a team; and the part of the book that is theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from policyserve.book.columns import Book
from policyserve.errors import PolicyserveError
from policyserve.metrics.groupings import writing_agents


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The company where both are None; a team is only known within its branch."""

    branch: str | None = None
    team: str | None = None

    @property
    def name(self) -> str:
        """What it is called; nothing for the company."""
        return " ".join(filter(None, [self.branch, self.team]))

    @property
    def parts(self) -> tuple[str, ...]:
        """The groupings one level down: whom a league table ranks."""
        if self.team is not None:
            return ("agent",)
        return ("team", "agent") if self.branch is not None else ("branch", "team")

    @property
    def whole(self) -> str:
        """The grouping in which it is one group."""
        return "team" if self.team is not None else "branch" if self.branch is not None else "company"

    @property
    def levels(self) -> tuple[str, ...]:
        """The groupings of every level beneath, down to the agents."""
        return tuple(dict.fromkeys([*self.parts, "agent"]))

    @property
    def condition(self) -> pl.Expr:
        """Whether a row (`branch`, `team`) belongs to it."""
        asked = {"branch": self.branch, "team": self.team}
        return pl.all_horizontal(
            pl.lit(value=True), *(pl.col(name) == value for name, value in asked.items() if value is not None)
        )


def scope_named(agents: pl.DataFrame, *, branch: str | None, team: str | None) -> Scope:
    """Find a branch or team among the agents; raise PolicyserveError for one that is not there, or there twice."""
    if branch is not None and branch not in set(agents["branch"]):
        raise PolicyserveError(
            "No agent belongs to a branch '{branch}'. Choose from: {names}.",
            branch=branch,
            names=_listed(agents, "branch"),
        )
    if team is None:
        return Scope(branch=branch)
    of_branch = agents.filter(pl.col("branch") == branch) if branch is not None else agents
    found = of_branch.filter(pl.col("team") == team)
    if found.is_empty():
        raise PolicyserveError(
            "No agent belongs to a team '{team}'. Choose from: {names}.",
            team=team,
            names=_listed(of_branch, "team"),
        )
    branches = found["branch"].unique().sort().to_list()
    if len(branches) > 1:
        names = ", ".join(str(name) for name in branches)
        raise PolicyserveError(
            "Several branches have a team '{team}': {names}. Say which with --branch.", team=team, names=names
        )
    return Scope(branch=branches[0], team=team)


def _listed(agents: pl.DataFrame, field: str) -> str:
    return ", ".join(agents[field].drop_nulls().unique().sort().head(20)) or "none; import agents first"


def agents_of(agents: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Return the agents of the scope, also those who left."""
    return agents.filter(scope.condition)


def written_by(book: Book, scope: Scope) -> Book:
    """Return the policies that agents of the scope wrote, with their riders and all that happened to them.

    People, agents and referrals stay whole: they are looked up, never counted here.
    """
    if scope == Scope():
        return book
    mine = agents_of(book.agents, scope).select("agent_id")
    mains = book.policies.select(policy_id=pl.coalesce("main_policy_id", "policy_id"))
    own = writing_agents(mains, book).select("agent_id").to_series().is_in(mine["agent_id"].implode())
    policies = book.policies.filter(own)
    keys = policies.select("policy_id")
    of_policy = pl.col("policy_id").is_null()
    return replace(
        book,
        policies=policies,
        premiums=book.premiums.join(keys, on="policy_id", how="semi", maintain_order="left"),
        debits=book.debits.join(keys, on="policy_id", how="semi", maintain_order="left"),
        events=book.events.filter(of_policy | pl.col("policy_id").is_in(keys["policy_id"].implode())),
    )
