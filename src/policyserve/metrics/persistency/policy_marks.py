"""What happened to policies on or before the cutoff, as far as persistency is concerned."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import ENDING_KINDS

ENDINGS = ("surrender", "terminated", "maturity")
"""Events that end a policy and leave it in the denominator, where no profile excludes them."""


def events_of(events: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """Return the events of `policies` (`policy_id`, `cutoff_on`): `policy_id`, `kind`, `occurred_on`, `in_time`."""
    return (
        events.lazy()
        .select("policy_id", pl.col("kind").cast(pl.String), "occurred_on")
        .join(policies.lazy().select("policy_id", "cutoff_on"), on="policy_id")
        .select("policy_id", "kind", "occurred_on", in_time=pl.col("occurred_on") <= pl.col("cutoff_on"))
        .collect()
    )


def first_of(happened: pl.DataFrame, kinds: tuple[str, ...], day: str, kind: str) -> pl.DataFrame:
    """Return the first event in time of any of `kinds`: `policy_id`, its day and its kind under the names given."""
    return (
        happened.filter(pl.col("in_time") & pl.col("kind").is_in(kinds))
        .sort("policy_id", "occurred_on", "kind")
        .unique("policy_id", keep="first", maintain_order=True)
        .select("policy_id", pl.col("occurred_on").alias(day), pl.col("kind").alias(kind))
    )


def reinstatements(happened: pl.DataFrame) -> pl.DataFrame:
    """Return `policy_id`, `reinstated_on` (the last in time) and `reinstated_after` (one came after the cutoff)."""
    return (
        happened.filter(pl.col("kind") == "reinstated")
        .group_by("policy_id")
        .agg(
            reinstated_on=pl.when("in_time").then("occurred_on").max(),
            reinstated_after=(~pl.col("in_time")).any(),
        )
    )


def marked(policies: pl.DataFrame, happened: pl.DataFrame, exclusions: tuple[str, ...]) -> pl.DataFrame:
    """Add to `policies` what happened to them.

    `excluded_by` and `ended_by` (kinds of the first such event), `excluded_on`, `ended_on`, `paid_up_on` (reduced
    paid-up), `reinstated_on`, `reinstated_after`; null where nothing did. All in time, but for the last one.
    What ends a policy and is no exclusion of the profile leaves it in the denominator.
    """
    found = (
        first_of(happened, exclusions, "excluded_on", "excluded_by"),
        first_of(happened, ENDING_KINDS, "ended_on", "ended_by"),
        first_of(happened, ("reduced_paid_up",), "paid_up_on", "paid_up").drop("paid_up"),
        reinstatements(happened),
    )
    touched = happened.select("policy_id").unique().sort("policy_id")
    for frame in found:  # few policies, joined to the many at once
        touched = touched.join(frame, on="policy_id", how="left", maintain_order="left")
    return policies.join(touched, on="policy_id", how="left", maintain_order="left")
