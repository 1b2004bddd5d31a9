"""Tasks in columns: what release reads of the stored tasks, and the words for their states."""

from __future__ import annotations

import polars as pl

STATUSES = (
    "open",  # to be done
    "done",  # somebody did it; a contact says when and how
    "skipped",  # somebody decided against it, and said why
    "missed",  # the latest day passed
    "cancelled",  # a fact removed it
)
"""What a task can be."""

PERFORMERS = ("agent", "office", "nobody")
"""Who does it; what nobody does is a message and no task."""

KEY = ("service", "subject_kind", "subject_id", "ordinal")
"""The identity of a touch and of its task."""

CONTENT = (
    "customer_id",
    "agent_id",
    "performer",
    "channels",
    "anchor",
    "nominal",
    "due",
    "earliest",
    "latest",
    "provisional",
)
"""What a touch says beyond its identity; a task is moved when one of these changes."""

SubjectKind = pl.Enum(["policy", "customer"])
Status = pl.Enum(list(STATUSES))
Performer = pl.Enum(list(PERFORMERS))

STORED = pl.Schema(
    {
        "id": pl.Int32(),
        "service": pl.String(),
        "subject_kind": SubjectKind,
        "subject_id": pl.Int32(),
        "ordinal": pl.Int32(),
        "customer_id": pl.Int32(),
        "agent_id": pl.Int32(),
        "performer": Performer,
        "channels": pl.String(),
        "anchor": pl.Date(),
        "nominal": pl.Date(),
        "due": pl.Date(),
        "earliest": pl.Date(),
        "latest": pl.Date(),
        "provisional": pl.Boolean(),
        "status": Status,
        "snoozed_to": pl.Date(),
        "assigned": pl.Boolean(),
        "by_hand": pl.Boolean(),  # somebody added it; no release did
    }
)
"""A stored task."""


def like_stored(touches: pl.DataFrame) -> pl.DataFrame:
    """Return the planner's touches that are work, with the identity, the content and the types of stored tasks."""
    work = touches.filter(pl.col("performer").cast(pl.String) != "nobody")
    return work.select(
        *(pl.col(name).cast(STORED[name]) for name in (*KEY, *CONTENT)), pl.col("policy_id").cast(pl.Int32)
    )


def with_same_services(*frames: pl.DataFrame) -> list[pl.DataFrame]:
    """Turn `service` into one enumeration common to all `frames`, which joins faster than text."""
    codes = pl.concat([frame["service"].unique().cast(pl.String) for frame in frames]).unique().sort()
    return [frame.with_columns(pl.col("service").cast(pl.Enum(codes))) for frame in frames]
