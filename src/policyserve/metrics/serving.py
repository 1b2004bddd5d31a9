"""Who served a policy on a day, and who serves a customer."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.metrics.groupings import with_policies
from policyserve.plan.customers import serving_agents
from policyserve.plan.states import policy_lives, spells, suspensions


def serving_on(policies: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Add `agent_id` to `policies` (`policy_id`, `day`): who served the policy on that day.

    The last change of agent by that day decides. Before the first change that is known, the policy was served by who
    wrote it; without any change, by who serves it now.
    """
    changes = _changes(book).join(policies, on="policy_id", how="semi")
    own = with_policies(policies, book, ["writing_agent_id", "agent_id"])
    if changes.is_empty():
        return own.drop("writing_agent_id")
    changed = pl.col("policy_id").is_in(changes["policy_id"].unique().implode())
    found = own.sort("day").join_asof(
        changes, left_on="day", right_on="changed_on", by="policy_id", check_sortedness=False
    )
    before = pl.when(changed).then(pl.coalesce("writing_agent_id", "agent_id")).otherwise("agent_id")
    return found.select(*policies.columns, agent_id=pl.coalesce("to_id", before)).sort("policy_id")


def _changes(book: Book) -> pl.DataFrame:
    """Return the changes of agent of policies, sorted by day: `policy_id`, `changed_on`, `to_id`."""
    agents = book.agents.select(detail="agent_no", to_id="agent_id")
    return (
        book.events.filter((pl.col("kind") == "agent_changed") & pl.col("policy_id").is_not_null())
        .join(agents, on="detail")
        .sort("occurred_on", "number")
        .select("policy_id", "to_id", changed_on="occurred_on")
        .unique(["policy_id", "changed_on"], keep="last", maintain_order=True)
    )


def spells_in_force(book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Return the half-open ranges of days in force known on `as_of`: `policy_id`, `start`, `end`; riders too."""
    return spells(policy_lives(book.as_of(as_of)), suspensions(book, grace_days, as_of))


def customer_agents(book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Say who serves each customer on `as_of`: `customer_id`, `agent_id`; see `plan.customers.serving_agents`."""
    known = book.as_of(as_of)
    today = spells_in_force(book, grace_days, as_of).filter(pl.lit(as_of).is_between("start", "end", closed="left"))
    held = known.policies.filter(pl.col("main_policy_id").is_null()).select(
        "customer_id", "agent_id", in_force=pl.col("policy_id").is_in(today["policy_id"].implode())
    )
    return serving_agents(known, held)
