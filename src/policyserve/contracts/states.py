"""States of policies on a day, as domain words: in free-look, in force, in grace, suspended, or how they ended."""

from __future__ import annotations

import polars as pl

from policyserve.contracts.contracts import Contracts
from policyserve.contracts.endings import first_event, policy_ends

STATES = ("freelook", "in_force", "grace", "premium_loan", "suspended", "waived", "reduced_paid_up", "ended")
"""Receipt signed and free-look running; paying or paid up; an instalment unpaid within its grace; kept
by a premium loan; cover suspended; premiums waived; paid up at a reduced sum; over."""


def states(contracts: Contracts, freelook_days: int) -> pl.DataFrame:
    """Say in which state each policy is on the day of the contracts.

    Returns `policy_id`, `state` (see STATES), `since` (Date, where the state has a first day), `ended_by` (the event
    that ended it), `unpaid` (number of the oldest unpaid instalment) and `unpaid_on` (its due day).
    """
    as_of = contracts.as_of
    unpaid = (
        contracts.late.filter(pl.col("cleared_on") > as_of)
        .sort("policy_id", "instalment")
        .unique("policy_id", keep="first")
        .select("policy_id", "loaned_on", unpaid="instalment", unpaid_on="due_on")
    )
    known = contracts.terms
    for frame in (
        contracts.suspended_now.select("policy_id", "suspended_from"),
        unpaid,
        policy_ends(contracts.book).drop("ended_on"),
        *(first_event(contracts.book, kind).rename({"occurred_on": kind}) for kind in ("waiver", "reduced_paid_up")),
    ):
        known = known.join(frame, on="policy_id", how="left", maintain_order="left")
    return known.with_columns(state=_state(contracts, freelook_days)).select(
        "policy_id", "ended_by", "unpaid", "unpaid_on", "state", since=_since()
    )


def _state(contracts: Contracts, freelook_days: int) -> pl.Expr:
    as_of, unpaid = contracts.as_of, pl.col("unpaid").is_not_null()
    freelook = pl.col("receipt_on") + pl.duration(days=pl.coalesce("freelook_days", pl.lit(freelook_days)))
    return (
        pl.when(pl.col("ended_on") <= as_of)
        .then(pl.lit("ended"))
        .when(pl.col("suspended_from").is_not_null())
        .then(pl.lit("suspended"))
        .when(pl.col("waiver").is_not_null())
        .then(pl.lit("waived"))
        .when(pl.col("reduced_paid_up").is_not_null())
        .then(pl.lit("reduced_paid_up"))
        .when(unpaid & (pl.col("loaned_on") <= as_of).fill_null(value=False))
        .then(pl.lit("premium_loan"))
        .when(unpaid)
        .then(pl.lit("grace"))
        .when(freelook >= as_of)
        .then(pl.lit("freelook"))
        .otherwise(pl.lit("in_force"))
    )


def _since() -> pl.Expr:
    first_days = {
        "ended": "ended_on", "suspended": "suspended_from", "grace": "unpaid_on", "premium_loan": "unpaid_on",
        "waived": "waiver", "reduced_paid_up": "reduced_paid_up", "freelook": "receipt_on",
    }  # fmt: skip
    return pl.coalesce(pl.when(pl.col("state") == state).then(day) for state, day in first_days.items())
