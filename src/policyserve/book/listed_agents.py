"""Whom the branch's lists name as an agent, where a hand-over has come that they do not know yet.

The event `agent_changed` gives a customer or a policy to somebody else. From then on `listed_agent_id` marks whom the
lists named before. A list that names them still is late and changes nothing; one that names the new agent has come to
know, and the mark goes; one that names a third agent is newer than the hand-over, so it holds, with a warning.
"""

from __future__ import annotations

import polars as pl

from policyserve.book.rows import Rows, cleared
from policyserve.book.stored_rows import OLD
from policyserve.locale import N_

LISTED = "listed_agent_id"

_THIRD = N_("names neither the agent of the last hand-over nor the one before; it holds, and the hand-over does not")


def warned(rows: Rows, old: pl.DataFrame, key: str) -> Rows:
    """Warn of the rows that name a third agent; `old`: the `key`, `agent_id` and `listed_agent_id` that are stored."""
    if not rows.has("agent_id"):
        return rows
    handed = old.filter(pl.col(LISTED).is_not_null()).select(key, now="agent_id", listed=LISTED)
    if handed.is_empty():
        return rows
    beside = rows.values.join(handed, on=key, how="left", maintain_order="left")
    third = (beside["agent_id"] != beside["now"]) & (beside["agent_id"] != beside["listed"])
    return rows.warn(pl.lit(third), "agent_no", _THIRD)


def held(joined: pl.DataFrame) -> pl.DataFrame:
    """Leave out the agents of rows that are late, and clear the mark of those that know, or know better.

    `joined`: rows of a list with what is stored `beside` them.
    """
    if "agent_id" not in joined.columns:
        return joined
    late = (pl.col("agent_id") == pl.col(LISTED + OLD)).fill_null(value=False)
    emptied = pl.col(cleared("agent_id")) if cleared("agent_id") in joined.columns else pl.lit(value=False)
    return joined.with_columns(
        pl.lit(None, dtype=pl.Int32).alias(LISTED),
        (pl.col("agent_id").is_not_null() & ~late | emptied).alias(cleared(LISTED)),
        agent_id=pl.when(~late).then("agent_id"),
    )


def named_still(before: pl.Expr, now: pl.Expr) -> pl.Expr:
    """Return the mark after a hand-over from the agent `before` to `now` (keys), out of the one that was there."""
    named = pl.coalesce(LISTED, before)
    return pl.when(named != now).then(named)
