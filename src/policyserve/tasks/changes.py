"""What becomes of stored tasks that differ from their touches, each with its reason in words."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.tasks.columns import KEY
from policyserve.tasks.reconciliation import GONE, LATE, LEFT, MISSED, MOVED, REOPENED, UNCHANGED, moves_in_words

TO_STATUS = {MOVED: "open", REOPENED: "open", MISSED: "missed", LATE: "cancelled", GONE: "cancelled"}
"""The status that each action of `reconciliation` leads to."""

NAMES = {MOVED: "moved", REOPENED: "reopened", MISSED: "missed", LATE: "cancelled", GONE: "cancelled"}
"""The actions under the names that transitions and counts give them."""


def changing(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the compared tasks that change, without those that are gone: they are looked for first."""
    return pairs.filter(~pl.col("action").is_in([UNCHANGED, LEFT, GONE])).select(pl.exclude(KEY))


def ended(gone: pl.DataFrame, reasons: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Give the tasks that are found nowhere their reason (`id`, `why`, `ended_on`).

    One whose latest day passed before the fact ended it was missed.
    """
    told = gone.join(reasons, on="id", how="left", maintain_order="left")
    missed = (pl.col("latest") < as_of) & (pl.col("ended_on") > pl.col("latest"))
    action = pl.when(missed).then(pl.lit(MISSED)).otherwise(pl.col("action").cast(pl.String))
    why = pl.when(missed).then(_passed("latest")).otherwise("why")
    return told.with_columns(action=action.cast(told.schema["action"]), why=why).select(pl.exclude(*KEY, "ended_on"))


def explained(changes: pl.DataFrame, agents: pl.DataFrame) -> pl.DataFrame:
    """Add `why` to the changes that do not follow from an ending; `agents` as for `moves_in_words`.

    What moves or reopens says from where: a figure of an earlier day reads it there (`metrics.task_states`).
    """
    opens = pl.col("action").is_in([MOVED, REOPENED])
    opened, closed = changes.filter(opens), changes.filter(~opens)
    moves = moves_in_words(opened, agents).replace("", None)
    late = pl.format("now due {}, and {}", "due_new", _passed("latest_new"))
    return pl.concat(
        [
            opened.with_columns(why=pl.concat_str(_reopened(), moves, separator="; ", ignore_nulls=True)),
            closed.with_columns(why=pl.when(action=LATE).then(late).otherwise(_passed("latest"))),
        ]
    )


def _reopened() -> pl.Expr:
    """Say why a closed task opens again; null for one that was open all along."""
    refreshed = pl.format("counted from {} instead of {}, due {}", "anchor_new", "anchor", "due_new")
    again = pl.format("called for again, due {}", "due_new")
    return pl.when(action=REOPENED).then(pl.when("fact_changed").then(refreshed).otherwise(again))


def _passed(day: str) -> pl.Expr:
    return pl.format("the latest day, {}, has passed", day)


def transitions(changes: pl.DataFrame) -> pl.DataFrame:
    """Return the transitions of the changes: `task_id`, `action`, `from_status`, `to_status`, `why`."""
    action = pl.col("action").cast(pl.String)
    return changes.select(
        "why",
        task_id="id",
        action=action.replace_strict(NAMES, return_dtype=pl.String),
        from_status=pl.col("status").cast(pl.String),
        to_status=action.replace_strict(TO_STATUS, return_dtype=pl.String),
    )


def counts(changes: pl.DataFrame) -> dict[str, int]:
    """Count the changes by name: moved, cancelled, reopened, missed."""
    named = transitions(changes).group_by("action").len().rows()
    return dict.fromkeys(NAMES.values(), 0) | dict(named)
