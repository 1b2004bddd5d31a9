"""Orphan policies (孤儿单): whose agent has left, who serves them now, and whether the hand-over was made in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.services import COUNTED, fates, grouped, hand_overs
from policyserve.metrics.serving import serving_on, spells_in_force
from policyserve.standard.model import Standard

COUNTS = ("visits_due", "visits_on_time", "notices_due", "notices_on_time", "orphan_policies", "unassigned")


def orphan_service(
    book: Book,
    tasks: pl.DataFrame,
    standard: Standard,
    days: Days,
    *,
    by: Sequence[str] = ("company",),
    as_of: date,
) -> pl.DataFrame:
    """Count hand-over visits and notices that fell due in `days`, and the orphan policies in force on `as_of`.

    `tasks` as they stood on `as_of`. Columns: a field per grouping, `visits_due`, `visits_on_time`, `ratio` (of the
    visits), `notices_due`, `notices_on_time`, `orphan_policies` (the agent who wrote them has left), `unassigned` (who
    serves them has left, and nobody took over), `status`. By the agent who serves; riders are no policies.
    """
    fields = fields_of(by, OF_AGENTS)
    parts = [_work(tasks, standard, days, as_of), _policies(book, standard.grace_days, as_of)]
    named = with_agents(pl.concat(parts, how="diagonal"), book.agents_on(as_of), fields)
    counts = [pl.col(name).sum().cast(pl.Int64) for name in (*COUNTS, "running")]
    figures = grouped(named, fields, counts)
    ratio = pl.when(pl.col("visits_due") > 0).then(pl.col("visits_on_time") / pl.col("visits_due"))
    running = (pl.col("running") > 0) | pl.lit(days.last >= as_of)
    status = pl.when(running).then(pl.lit("provisional")).otherwise(pl.lit("final"))
    ordered = (*fields, *COUNTS[:2], "ratio", *COUNTS[2:], "status")
    return figures.with_columns(ratio=ratio, status=status).select(ordered)


def _work(tasks: pl.DataFrame, standard: Standard, days: Days, as_of: date) -> pl.DataFrame:
    """Return the hand-over work that fell due, a row per task with `agent_id` and truth values to add up."""
    visits, notices = hand_overs(standard)
    wanted = tasks.filter(pl.col("service").is_in([*visits, *notices]), pl.col("due").is_between(days.start, days.last))
    rows = fates(wanted, as_of).filter(pl.col("fate").is_in([*COUNTED, "pending"]))
    visit, due, in_time = pl.col("service").is_in(visits), pl.col("fate") != "pending", pl.col("fate") == "on_time"
    return rows.select(
        "agent_id",
        visits_due=visit & due,
        visits_on_time=visit & in_time,
        notices_due=~visit & due,
        notices_on_time=~visit & in_time,
        running=pl.col("fate").is_in(["open", "pending"]),
    )


def _policies(book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Return the orphan policies in force on `as_of`: `agent_id` and truth values to add up."""
    today = spells_in_force(book, grace_days, as_of).filter(pl.lit(as_of).is_between("start", "end", closed="left"))
    gone = book.agents.filter(pl.col("left_on") <= as_of)["agent_id"].implode()
    mains = book.as_of(as_of).policies.filter(pl.col("main_policy_id").is_null())
    in_force = mains.join(today, on="policy_id", how="semi").select("policy_id", "writing_agent_id", day=pl.lit(as_of))
    served = serving_on(in_force.select("policy_id", "day"), book).select("policy_id", "agent_id")
    return (
        in_force.join(served, on="policy_id")
        .select(
            "agent_id",
            orphan_policies=pl.col("writing_agent_id").is_in(gone).fill_null(value=False),
            unassigned=pl.col("agent_id").is_in(gone),
        )
        .filter(pl.col("orphan_policies") | pl.col("unassigned"))
    )
