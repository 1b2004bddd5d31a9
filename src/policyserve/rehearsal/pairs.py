"""Pairs: each touch of the standard that holds beside the same touch of a changed one, by its identity."""

from __future__ import annotations

import polars as pl

from policyserve.dates import Days
from policyserve.plan.basis import within
from policyserve.rehearsal.side import Side
from policyserve.tasks.columns import KEY

ADDED, REMOVED, MOVED, MOVED_IN, MOVED_OUT, OTHERWISE, SAME = CHANGES = (
    "added", "removed", "moved", "moved_in", "moved_out", "otherwise", "same",
)  # fmt: skip
"""What becomes of a touch. `moved`: to another day; `moved_in`, `moved_out`: over the edge of the days asked for;
`otherwise`: on the same day, and done in another way or within other days."""

WAYS = ("earliest", "latest", "channels", "performer")
Change = pl.Enum(CHANGES)


def pairs(old: Side, new: Side, codes: set[str], days: Days) -> pl.DataFrame:
    """Return the touches of some services in `days` by either standard: as PLANNED, those of `new` `_new`, `change`.

    What one side has not in the days is looked for beside them. What `old` would have had before its subject or rule
    was known does not count, and of `new` not either, unless `old` has it: it is there then, and moves.
    """
    before = old.tracked(old.touches(codes & old.enabled, days))
    after = new.touches(codes & new.enabled, days)
    gone = before.join(after, on=KEY, how="anti")
    come = after.join(before, on=KEY, how="anti")
    before = pl.concat([before, old.tracked(old.outside(come, days))])
    fresh = come.join(before, on=KEY, how="anti")
    if (unknown := fresh.join(new.tracked(fresh), on=KEY, how="anti")).height:
        after = after.join(unknown, on=KEY, how="anti")
    after = pl.concat([after, new.outside(gone, days)])
    both = before.join(after, on=KEY, how="full", coalesce=True, suffix="_new")
    return both.with_columns(change=_change(days).cast(Change))


def _change(days: Days) -> pl.Expr:
    otherwise = [pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in WAYS]
    return (
        pl.when(pl.col("due").is_null()).then(pl.lit(ADDED))
        .when(pl.col("due_new").is_null()).then(pl.lit(REMOVED))
        .when(~within("due", days)).then(pl.lit(MOVED_IN))
        .when(~within("due_new", days)).then(pl.lit(MOVED_OUT))
        .when(pl.col("due") != pl.col("due_new")).then(pl.lit(MOVED))
        .when(pl.any_horizontal(otherwise)).then(pl.lit(OTHERWISE))
        .otherwise(pl.lit(SAME))
    )  # fmt: skip
