"""The state of each policy on a day, as domain words: in free-look, in force, in grace, suspended, or how it ended."""

from __future__ import annotations

import polars as pl

from policyserve.plan import states
from policyserve.plan.subjects import Facts

STATES = ("freelook", "in_force", "grace", "premium_loan", "suspended", "waived", "reduced_paid_up", "ended")
"""Receipt signed and free-look running; paying or paid up; an instalment unpaid within its grace; kept
by a premium loan; cover suspended; premiums waived; paid up at a reduced sum; over."""


def statuses(facts: Facts, freelook_days: int) -> pl.DataFrame:
    """Say in which state each policy is on the day of the facts.

    Returns `policy_id`, `state` (see STATES), `since` (Date, where the state has a first day), `ended_by` (the event
    that ended it), `unpaid` (number of the oldest unpaid instalment) and `unpaid_on` (its due day).
    """
    as_of = facts.as_of
    suspended = facts.suspended.filter(pl.lit(as_of).is_between("suspended_from", "suspended_to", closed="left"))
    unpaid = (
        facts.late.filter(pl.col("cleared_on") > as_of)
        .sort("policy_id", "instalment")
        .unique("policy_id", keep="first")
    )
    freelook = pl.col("receipt_on") + pl.duration(days=pl.coalesce("freelook_days", pl.lit(freelook_days)))
    known = (
        facts.lives.join(suspended.select("policy_id", "suspended_from"), on="policy_id", how="left")
        .join(
            unpaid.select("policy_id", "loaned_on", unpaid="instalment", unpaid_on="due_on"), on="policy_id", how="left"
        )
        .join(states.policy_ends(facts.book).drop("ended_on"), on="policy_id", how="left")
        .join(_first(facts, "waiver"), on="policy_id", how="left")
        .join(_first(facts, "reduced_paid_up"), on="policy_id", how="left")
    )
    state = (
        pl.when(pl.col("ended_on") <= as_of)
        .then(pl.lit("ended"))
        .when(pl.col("suspended_from").is_not_null())
        .then(pl.lit("suspended"))
        .when(pl.col("waiver").is_not_null())
        .then(pl.lit("waived"))
        .when(pl.col("reduced_paid_up").is_not_null())
        .then(pl.lit("reduced_paid_up"))
        .when(pl.col("unpaid").is_not_null() & (pl.col("loaned_on") <= as_of).fill_null(value=False))
        .then(pl.lit("premium_loan"))
        .when(pl.col("unpaid").is_not_null())
        .then(pl.lit("grace"))
        .when(freelook >= as_of)
        .then(pl.lit("freelook"))
        .otherwise(pl.lit("in_force"))
    )
    since = pl.coalesce(
        pl.when(state == "ended").then("ended_on"),
        pl.when(state == "suspended").then("suspended_from"),
        pl.when(state.is_in(["grace", "premium_loan"])).then("unpaid_on"),
        pl.when(state == "waived").then("waiver"),
        pl.when(state == "reduced_paid_up").then("reduced_paid_up"),
        pl.when(state == "freelook").then("receipt_on"),
    )
    return known.select("policy_id", "ended_by", "unpaid", "unpaid_on", state=state, since=since)


def _first(facts: Facts, kind: str) -> pl.DataFrame:
    return states.first_event(facts.book, kind).rename({"occurred_on": kind})
