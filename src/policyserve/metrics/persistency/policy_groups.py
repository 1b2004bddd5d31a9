"""Whom and what a judged policy belongs to: the groupings of persistency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import month_number
from policyserve.metrics.agents_by_day import serving_on
from policyserve.metrics.groupings import with_agents, with_policies, writing_agents
from policyserve.metrics.profiles.profile import Profile

OF_POLICY = ("product", "channel", "mode")
OF_WRITER = ("company", "branch", "team", "agent_no", "orphan")


def with_groups(
    frame: pl.DataFrame, fields: Sequence[str], book: Book, *, profile: Profile, as_of: date
) -> pl.DataFrame:
    """Add the grouping `fields` to policies (`policy_id`, `cohort`, `due_on`); agents are those who wrote them."""
    of_policy = [field for field in OF_POLICY if field in fields]
    if of_policy:
        frame = with_policies(frame, book, of_policy)
    if set(OF_WRITER) & set(fields):
        frame = with_agents(writing_agents(frame, book), book.agents_on(as_of), fields)
    if "agent_no" in fields and profile.orphans == "server":
        frame = _taken_over(frame, as_of, book)
    if "serving_agent_no" in fields:
        frame = _with_serving(frame, as_of, book)
    if "orphan" in fields:
        frame = _with_orphans(frame, as_of, book)
    return frame.with_columns(year=year_of(pl.col("cohort"), profile)) if "year" in fields else frame


def year_of(day: pl.Expr, profile: Profile) -> pl.Expr:
    """Return the profile's year of a Date: the calendar year in which it began, as Int32."""
    return (month_number(day) - (profile.year_starts - 1)) // 12


def _with_serving(frame: pl.DataFrame, as_of: date, book: Book) -> pl.DataFrame:
    """Add `serving_agent_no`: who served the policy on the due day, or serves it on `as_of` before it."""
    asked = frame.select("policy_id", day=pl.min_horizontal("due_on", pl.lit(as_of)))
    agents = book.agents.select("agent_id", serving_agent_no="agent_no")
    serving = serving_on(asked, book).join(agents, on="agent_id", how="left", maintain_order="left")
    return frame.join(
        serving.select("policy_id", "serving_agent_no"), on="policy_id", how="left", maintain_order="left"
    )


def _taken_over(frame: pl.DataFrame, as_of: date, book: Book) -> pl.DataFrame:
    """Put in `agent_no` who serves the policies whose writer has left; team and branch stay those of the writer."""
    known = _with_orphans(_with_serving(frame, as_of, book), as_of, book)
    agent_no = pl.when("orphan").then("serving_agent_no").otherwise("agent_no")
    return known.with_columns(agent_no=agent_no).select(frame.columns)


def _with_orphans(frame: pl.DataFrame, as_of: date, book: Book) -> pl.DataFrame:
    """Add `orphan`: the agent who wrote it had left by the due day, or by `as_of` before it (孤儿单)."""
    left = pl.col("left_on") <= pl.min_horizontal("due_on", pl.lit(as_of))
    return (
        frame.join(book.agents.select("agent_id", "left_on"), on="agent_id", how="left", maintain_order="left")
        .with_columns(orphan=left.fill_null(value=False))
        .drop("left_on")
    )
