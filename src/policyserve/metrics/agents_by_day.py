"""Who served a policy on a day, and who serves a customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts, part_of
from policyserve.metrics.groupings import with_policies
from policyserve.plan.customers import serving_agents


def serving_on(policies: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Add `agent_id` to `policies` (`policy_id`, `day`): who served the policy on that day.

    The last change of agent by that day decides. Before the first change that is known, the policy was served by whom
    that change names as the one before, else by who wrote it; without any change, by who serves it now. So a change of
    tomorrow says nothing new of today.
    """
    changes = _changes(book, "policy_id").join(policies, on="policy_id", how="semi")
    own = with_policies(policies, book, ["writing_agent_id", "agent_id"])
    if changes.is_empty():
        return own.drop("writing_agent_id")
    first = changes.unique("policy_id", keep="first", maintain_order=True)
    before = first.select("policy_id", "from_id", changed=pl.lit(value=True))
    found = own.sort("day").join_asof(
        changes.select("policy_id", "to_id", "changed_on").unique(
            ["policy_id", "changed_on"], keep="last", maintain_order=True
        ),
        left_on="day",
        right_on="changed_on",
        by="policy_id",
        check_sortedness=False,
    )
    known = found.join(before, on="policy_id", how="left", maintain_order="left")
    earlier = pl.when("changed").then(pl.coalesce("from_id", "writing_agent_id", "agent_id")).otherwise("agent_id")
    return known.select(*policies.columns, agent_id=pl.coalesce("to_id", earlier)).sort("policy_id")


def _changes(book: Book, subject: str) -> pl.DataFrame:
    """Return the changes of agent of policies, or of customers, in order: `subject`, `changed_on`, `to_id`, `from_id`.

    `subject`: `policy_id` or `customer_id`; `from_id` is null where it is not known who served before.
    """
    numbers = book.agents.select("agent_no", "agent_id")
    of_policies = pl.col("policy_id").is_not_null()
    return (
        book.events.filter(pl.col("kind") == "agent_changed", of_policies if subject == "policy_id" else ~of_policies)
        .join(numbers.rename({"agent_no": "detail", "agent_id": "to_id"}), on="detail")
        .join(numbers.rename({"agent_no": "previous", "agent_id": "from_id"}), on="previous", how="left")
        .sort("occurred_on", "number")
        .select(subject, "to_id", "from_id", changed_on="occurred_on")
    )


def _taken_back(frame: pl.DataFrame, book: Book, subject: str, as_of: date) -> pl.DataFrame:
    """Put back in `agent_id` who served a policy or customer before the first change of agent after `as_of`.

    Customers without an agent of their own stay so: who serves them follows from their policies.
    """
    later = _changes(book, subject).filter(pl.col("changed_on") > as_of)
    if later.is_empty():
        return frame
    first = later.unique(subject, keep="first", maintain_order=True).select(subject, "from_id")
    found = frame.join(first, on=subject, how="left", maintain_order="left")
    own = pl.when(pl.col("agent_id").is_not_null()).then(pl.coalesce("from_id", "agent_id"))
    return found.with_columns(agent_id=own).drop("from_id")


def customer_agents(book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Say who served each customer on `as_of`: `customer_id`, `agent_id`; see `plan.customers.serving_agents`.

    Hand-overs after `as_of` are taken back. Only of customers without an agent of their own are the policies asked.
    """
    own = replace(book, customers=_taken_back(book.customers, book, "customer_id", as_of))
    asked = _held_without_agent(book)
    if asked.policies.is_empty():
        return serving_agents(own, asked.policies.with_columns(in_force=pl.lit(value=False)))
    contracts = Contracts.of(asked, as_of, grace_days)
    policies = _taken_back(contracts.book.policies, book, "policy_id", as_of)
    today = contracts.in_force_on(as_of)
    held = policies.filter(pl.col("main_policy_id").is_null()).select(
        "customer_id", "agent_id", in_force=pl.col("policy_id").is_in(today["policy_id"].implode())
    )
    return serving_agents(own, held)


def _held_without_agent(book: Book) -> Book:
    """Return the policies, with their premiums and events, whose holders have no agent of their own."""
    without = book.customers.filter(pl.col("agent_id").is_null()).select("customer_id")
    held = book.policies.join(without, on="customer_id", how="semi")
    return replace(part_of(book, held["policy_id"]), agents=book.agents)
