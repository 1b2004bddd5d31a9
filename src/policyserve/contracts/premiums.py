"""Premiums: what an instalment of a policy asks for, after changes and with the riders that events added to it."""

from __future__ import annotations

import polars as pl

from policyserve.contracts.keys import among

SETTING = ("premium_change", "mode_changed")
"""Events that set the premium per instalment anew."""


def premium_steps(events: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """Follow the premium through its changes: `policy_id`, `from_on`, `changed` and `added` (minor units).

    A `premium_change` or a `mode_changed` sets it, a `rider_added` adds to it, from the next due day on (on the event's
    day, too). `added` is the part of `changed` that riders brought since it was last set. `policies`: `policy_id`,
    `premium` (per instalment). Sorted by `from_on`.
    """
    changes = events.filter(pl.col("kind").is_in([*SETTING, "rider_added"]), pl.col("amount").is_not_null()).join(
        policies.select("policy_id", "premium"), on="policy_id"
    )
    is_set = pl.col("kind").is_in(SETTING)
    block = ["policy_id", "block"]
    return (
        changes.sort("policy_id", "occurred_on", "number")
        .with_columns(block=is_set.cum_sum().over("policy_id"))
        .with_columns(
            start=pl.when(is_set).then("amount").max().over(block),
            added=pl.when(~is_set).then("amount").otherwise(0).cum_sum().over(block),
        )
        .select("policy_id", "added", from_on="occurred_on", changed=pl.coalesce("start", "premium") + pl.col("added"))
        .unique(["policy_id", "from_on"], keep="last", maintain_order=True)
        .sort("from_on")
    )


def with_amounts(rows: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Fill empty `amount` of `rows` (`policy_id`, `due_on`, `amount`, `premium`): minor units per instalment.

    As the list says; else as the last step on or before the due day says; else the policy's premium. `rider_amount` is
    added: the part that riders added by events, 0 where the list names another sum than the steps. `steps` as from
    `premium_steps`.
    """
    changed = _changed(rows, steps)
    as_changed = pl.col("amount").eq_missing(pl.col("changed")) | pl.col("amount").is_null()
    return (
        rows.with_columns(changed.get_columns())
        .with_columns(
            pl.coalesce("amount", "changed", "premium"),
            rider_amount=pl.when(as_changed).then(pl.col("added").fill_null(0)).otherwise(0),
        )
        .drop("changed", "added")
    )


def _changed(rows: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Return `changed` and `added` on the due day of each row, null where nothing changed; only few are looked at."""
    nothing = pl.DataFrame(schema={"changed": pl.Int64, "added": pl.Int64}).clear(rows.height)
    if steps.is_empty():
        return nothing
    places = among(steps["policy_id"], rows["policy_id"]).arg_true()
    found = (
        rows.select("policy_id", "due_on")[places]
        .with_columns(place=places)
        .sort("due_on")
        .join_asof(steps, left_on="due_on", right_on="from_on", by="policy_id", check_sortedness=False)
        .filter(pl.col("changed").is_not_null())
    )
    return nothing.with_columns(column.scatter(found["place"], found[column.name]) for column in nothing)
