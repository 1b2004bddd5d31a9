"""Comparing touches with stored tasks: what to add, to move, to cancel, to reopen, to leave.

Pure functions over columns (`tasks.columns`). The identity of a touch finds its task; dates and agents never do, so
that a corrected birthday moves a task and never doubles it. A person's decision (a snooze, an agent given by hand)
stays until the fact under it changes, and the fact is known by its day, the anchor.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.tasks.columns import CONTENT, KEY

UNCHANGED = "unchanged"  # open, and as planned
MOVED = "moved"  # open, and planned with other days, another agent, another channel
MISSED = "missed"  # open, and its latest day has passed
LATE = "late"  # open, and a change of facts has put its latest day into the past
GONE = "gone"  # open, and not among the touches
REOPENED = "reopened"  # closed, and planned again in time
LEFT = "left"  # closed, and stays so

Action = pl.Enum([UNCHANGED, MOVED, MISSED, LATE, GONE, REOPENED, LEFT])

_OPEN = pl.col("status") == "open"
_KEEPS_AGENT = pl.col("assigned") & ~pl.col("fact_changed")


def compare(stored: pl.DataFrame, touches: pl.DataFrame, *, as_of: date, last: date) -> pl.DataFrame:
    """Return every stored task with what its touch says (`due_new`, ...), `fact_changed` and `action`.

    `stored` is like `STORED`, `touches` as from `like_stored`, with one enumeration of services in common. Closed tasks
    reopen only for touches due by `last`, as new ones are added only up to it.
    """
    planned = touches.select(*KEY, *CONTENT, planned=pl.lit(value=True))
    return (
        stored.join(planned, on=KEY, how="left", suffix="_new", maintain_order="left")
        .with_columns(fact_changed=pl.col("anchor") != pl.col("anchor_new"))
        .with_columns(action=pl.when(_OPEN).then(_of_open(as_of)).otherwise(_of_closed(as_of, last)).cast(Action))
    )


def _of_open(as_of: date) -> pl.Expr:
    passed, passes = pl.col("latest") < as_of, pl.col("latest_new") < as_of
    return (
        pl.when(pl.col("by_hand"))
        .then(pl.when(passed).then(pl.lit(MISSED)).otherwise(pl.lit(UNCHANGED)))
        .when(pl.col("planned").is_null())
        .then(pl.lit(GONE))
        .when(passes & passed)
        .then(pl.lit(MISSED))
        .when(passes)
        .then(pl.lit(LATE))
        .when(_differs())
        .then(pl.lit(MOVED))
        .otherwise(pl.lit(UNCHANGED))
    )


def _of_closed(as_of: date, last: date) -> pl.Expr:
    in_time = (pl.col("latest_new") >= as_of) & (pl.col("due_new") <= last)
    decided = pl.col("status").is_in(["skipped", "missed"]) & pl.col("fact_changed")
    returns = in_time & ((pl.col("status") == "cancelled") | decided)
    return pl.when(returns).then(pl.lit(REOPENED)).otherwise(pl.lit(LEFT))


def _differs() -> pl.Expr:
    others = [pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in CONTENT if name != "agent_id"]
    agent = pl.col("agent_id").ne_missing(pl.col("agent_id_new")) & ~_KEEPS_AGENT
    return pl.any_horizontal(*others, agent)


def renewed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to store for tasks that move or reopen: `id`, the new content, and the decisions that stay."""
    content = [pl.col(f"{name}_new").alias(name) for name in CONTENT if name != "agent_id"]
    return pairs.select(
        "id",
        *content,
        agent_id=pl.when(_KEEPS_AGENT).then("agent_id").otherwise("agent_id_new"),
        snoozed_to=pl.when(~pl.col("fact_changed")).then("snoozed_to"),
        planned_on=pl.lit(None, dtype=pl.Date),
        planned_why=pl.lit(None, dtype=pl.String),
        planned_at=pl.lit(None, dtype=pl.String),
        assigned=_KEEPS_AGENT,
        status=pl.lit("open"),
    )


def additions(stored: pl.DataFrame, touches: pl.DataFrame, *, as_of: date, last: date) -> pl.DataFrame:
    """Return the touches that have no stored task and are due by `last` and still on time on `as_of`."""
    due = touches.filter(pl.col("latest") >= as_of, pl.col("due") <= last)
    return due.join(stored.select(KEY), on=KEY, how="anti", maintain_order="left")


def tracked(touches: pl.DataFrame, known: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Drop the touches that fell due before their subject, or their rule, was first known: 'not tracked', not missed.

    `known`: `subject_kind`, `subject_id`, `known_on`; `rules`: `service`, `since`. Without a row a rule always held.
    """
    if touches.is_empty():
        return touches
    recent = known.filter(pl.col("known_on") > touches["due"].min())
    of_subjects = _no_earlier(touches, recent.select("subject_kind", "subject_id", "known_on"), "known_on")
    return _no_earlier(of_subjects, rules, "since")


def _no_earlier(touches: pl.DataFrame, days: pl.DataFrame, day: str) -> pl.DataFrame:
    """Drop the touches due before the column `day` of their row in `days`, which is joined on its other columns."""
    if days.is_empty():
        return touches
    keys = [name for name in days.columns if name != day]
    days = days.with_columns(pl.col(name).cast(touches.schema[name], strict=False) for name in keys)
    joined = touches.join(days, on=keys, how="left", maintain_order="left")
    return joined.filter(pl.col(day).is_null() | (pl.col("due") >= pl.col(day))).drop(day)


def differences(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return what became of what in tasks that move or reopen: `id`, `field`, `old`, `new` (text), a row for each."""
    return pl.concat([_difference(pairs, name) for name in CONTENT])


def _difference(pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    new = f"{name}_new"
    differs = pl.col(name).ne_missing(pl.col(new))
    changed = pairs.filter(differs & ~_KEEPS_AGENT if name == "agent_id" else differs)
    old, new_text = pl.col(name).cast(pl.String), pl.col(new).cast(pl.String)
    return changed.select("id", field=pl.lit(name), old=old, new=new_text)
