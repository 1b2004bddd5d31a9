"""Policies that a customer holds, each with its state, what is behind and what an instalment asks for on a day."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.keys import lookup
from policyserve.contracts.owed import amounts_owed
from policyserve.contracts.premiums import premium_steps
from policyserve.contracts.states import states


def held_policies(book: Book, contracts: Contracts, customer_id: int, freelook_days: int) -> list[dict[str, Any]]:
    """Return the policies of a customer, riders below their main policy, with `state` and what is due next.

    `contracts` of the book on the day that is asked about; amounts in minor units.
    """
    known = states(contracts, freelook_days)
    now = contracts.terms.select("policy_id", mode_now="mode", premium_now=_premium_now(contracts))
    behind = known.filter(pl.col("unpaid").is_not_null()).select("policy_id", instalment="unpaid")
    owed = amounts_owed(contracts, behind).select("policy_id", "owed", rider_amount="rider_owed")
    held = book.policies.filter(pl.col("customer_id") == customer_id)
    for more in (now, known, owed):
        held = held.join(more, on="policy_id", how="left")
    held = held.with_columns(mode=pl.coalesce("mode_now", "mode"), premium=pl.coalesce("premium_now", "premium"))
    agents = book.agents.select("agent_id", "agent_no")
    mains = book.policies.select(main_policy_id="policy_id", main_policy_no="policy_no")
    return (
        held.join(agents, on="agent_id", how="left")
        .join(mains, on="main_policy_id", how="left")
        .sort("issue_date", "policy_no")
        .select(
            "policy_no", "main_policy_no", "product", "product_kind", "issue_date", "mode", "premium", "currency",
            "state", "since", "ended_by", "unpaid", "unpaid_on", "owed", "rider_amount", "agent_no", "ends_on",
            "receipt_on",
        )
        .to_dicts()
    )  # fmt: skip


def _premium_now(contracts: Contracts) -> pl.Expr:
    """Return what an instalment asks for after the last change of the mode of payment."""
    turned = contracts.turns["policy_id"].unique()
    steps = premium_steps(contracts.book.events, contracts.terms).unique("policy_id", keep="last")
    changed = lookup(steps, "policy_id", "changed", contracts.terms["policy_id"])
    return (
        pl.when(pl.col("policy_id").is_in(turned.implode()))
        .then(changed.fill_null(contracts.terms["premium"]))
        .otherwise("premium")
    )
