"""Changes of stored tasks that differ from their touches: what becomes of each, and for what reason."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.standard import reasons
from policyserve.tasks.columns import KEY
from policyserve.tasks.reconciliation import GONE, LATE, LEFT, MISSED, MOVED, REOPENED, UNCHANGED

TO_STATUS = {MOVED: "open", REOPENED: "open", MISSED: "missed", LATE: "cancelled", GONE: "cancelled"}
"""The status that each action of `reconciliation` leads to."""

NAMES = {MOVED: "moved", REOPENED: "reopened", MISSED: "missed", LATE: "cancelled", GONE: "cancelled"}
"""The actions under the names that transitions and counts give them."""

_PASSED = reasons.arguments(latest="latest")


def changing(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the compared tasks that change, without those that are gone: they are looked for first."""
    return pairs.filter(~pl.col("action").is_in([UNCHANGED, LEFT, GONE])).select(pl.exclude(KEY))


def ended(gone: pl.DataFrame, reasons: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Give the tasks that are found nowhere their reason (`id`, `reason`, `arguments`, `ended_on`).

    One whose latest day passed before the fact ended it was missed.
    """
    told = gone.join(reasons, on="id", how="left", maintain_order="left")
    missed = (pl.col("latest") < as_of) & (pl.col("ended_on") > pl.col("latest"))
    action = pl.when(missed).then(pl.lit(MISSED)).otherwise(pl.col("action").cast(pl.String))
    return told.with_columns(
        action=action.cast(told.schema["action"]),
        reason=pl.when(missed).then(pl.lit("passed")).otherwise("reason"),
        arguments=pl.when(missed).then(_PASSED).otherwise("arguments"),
    ).select(pl.exclude(*KEY, "ended_on"))


def explained(changes: pl.DataFrame) -> pl.DataFrame:
    """Add `reason` and `arguments` to the changes that do not follow from an ending; what moved has none."""
    refreshed = reasons.arguments(anchor="anchor_new", before="anchor", due="due_new")
    again = reasons.arguments(due="due_new")
    late = reasons.arguments(due="due_new", latest="latest_new")
    recounted = pl.col("fact_changed")
    return changes.with_columns(
        reason=pl.when(action=REOPENED)
        .then(pl.when(recounted).then(pl.lit("recounted")).otherwise(pl.lit("called-again")))
        .when(action=LATE)
        .then(pl.lit("late"))
        .when(action=MISSED)
        .then(pl.lit("passed")),
        arguments=pl.when(action=REOPENED)
        .then(pl.when(recounted).then(refreshed).otherwise(again))
        .when(action=LATE)
        .then(late)
        .when(action=MISSED)
        .then(_PASSED),
    )


def transitions(changes: pl.DataFrame) -> pl.DataFrame:
    """Return the transitions of the changes: `task_id`, `action`, `from_status`, `to_status`, `reason`, `arguments`."""
    action = pl.col("action").cast(pl.String)
    return changes.select(
        "reason",
        "arguments",
        task_id="id",
        action=action.replace_strict(NAMES, return_dtype=pl.String),
        from_status=pl.col("status").cast(pl.String),
        to_status=action.replace_strict(TO_STATUS, return_dtype=pl.String),
    )


def counts(changes: pl.DataFrame) -> dict[str, int]:
    """Count the changes by name: moved, cancelled, reopened, missed."""
    named = transitions(changes).group_by("action").len().rows()
    return dict.fromkeys(NAMES.values(), 0) | dict(named)
