"""Orphan policies (孤儿单): whose agent has left, who serves them now, and whether the hand-over was made in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.dates import Days
from policyserve.metrics.agents_by_day import serving_on
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents, with_policies
from policyserve.metrics.services.service_rate import COUNTED, grouped, status, tasks_due
from policyserve.metrics.targets import SMALL
from policyserve.standard.model import Service, Standard

COUNTS = (
    "visits_due", "visits_on_time", "visits_open", "notices_due", "notices_on_time", "orphan_policies", "unassigned",
)  # fmt: skip
ORPHANS = (*COUNTS[:2], "ratio", *COUNTS[2:], "small", "status")
"""The columns of orphan service after its groupings."""


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

    `tasks` as they stood on `as_of`. Columns: a field per grouping, `visits_due`, `visits_on_time`, `ratio` (of those
    not open any more), `visits_open` (still in time), `notices_due`, `notices_on_time`, `orphan_policies` (the agent
    who wrote them has left), `unassigned` (who serves them has left, and nobody took over), `small` (fewer than 30
    visits), `status`. By the agent who serves; riders are no policies.
    """
    fields = fields_of(by, OF_AGENTS)
    parts = [_work(tasks, standard, days, as_of), _policies(book, standard.grace_days, as_of)]
    named = with_agents(pl.concat(parts, how="diagonal"), book.agents_on(as_of), fields)
    counts = [pl.col(name).sum().cast(pl.Int64) for name in (*COUNTS, "open")]
    decided = pl.col("visits_due") - pl.col("visits_open")
    ratio = pl.when(decided > 0).then(pl.col("visits_on_time") / decided)
    return (
        grouped(named, fields, counts)
        .with_columns(ratio=ratio, small=pl.col("visits_due") < SMALL, status=status(pl.col("open"), days, as_of))
        .select(*fields, *ORPHANS)
    )


def hand_overs(standard: Standard) -> tuple[list[str], list[str]]:
    """Return the codes of the services that a change of agent calls for: first visits, and notices."""
    of_change = [one for one in standard.services if _follows_change(one)]
    visits = [one.code for one in of_change if one.performer == "agent"]
    return visits, [one.code for one in of_change if one.performer == "office"]


def _follows_change(service: Service) -> bool:
    return service.trigger.kind == "after-event" and "agent_changed" in service.trigger.events


def hand_overs_due(tasks: pl.DataFrame, standard: Standard, days: Days, as_of: date) -> pl.DataFrame:
    """Return the tasks behind orphan service: visits and notices that fell due, each with its `fate` (of COUNTED)."""
    visits, notices = hand_overs(standard)
    wanted = tasks.filter(pl.col("service").is_in([*visits, *notices]))
    return tasks_due(wanted, days, as_of).filter(pl.col("fate").is_in(COUNTED))


def _work(tasks: pl.DataFrame, standard: Standard, days: Days, as_of: date) -> pl.DataFrame:
    """Return the hand-over work that fell due, a row per task with `agent_id` and truth values to add up."""
    visit = pl.col("service").is_in(hand_overs(standard)[0])
    in_time, open_ = pl.col("fate") == "on_time", pl.col("fate") == "open"
    return hand_overs_due(tasks, standard, days, as_of).select(
        "agent_id",
        visits_due=visit,
        visits_on_time=visit & in_time,
        visits_open=visit & open_,
        notices_due=~visit,
        notices_on_time=~visit & in_time,
        open=open_,
    )


def orphans_behind(book: Book, grace_days: int, *, by: Sequence[str] = ("company",), as_of: date) -> pl.DataFrame:
    """List the orphan policies in force on `as_of`, sorted by the groups of `by`.

    Columns: a field per grouping, `policy_no`, `customer_no`, `agent_no` (who serves it), `writing_agent_no` (who wrote
    it), `orphan` (who wrote it has left), `unassigned` (who serves it has left).
    """
    fields = [name for name in fields_of(by, OF_AGENTS) if name not in {"company", "agent_no"}]
    found = with_agents(_policies(book, grace_days, as_of), book.agents_on(as_of), [*fields, "agent_no"])
    writers = book.agents.select(writing_agent_id="agent_id", writing_agent_no="agent_no")
    return (
        with_policies(found, book, ["policy_no", "customer_id"])
        .join(book.customers.select("customer_id", "customer_no"), on="customer_id", how="left")
        .join(writers, on="writing_agent_id", how="left")
        .rename({"orphan_policies": "orphan"})
        .select(*fields, *BEHIND)
        .sort(*fields, "agent_no", "policy_no")
    )


BEHIND = ("policy_no", "customer_no", "agent_no", "writing_agent_no", "orphan", "unassigned")
"""The columns of a list of orphan policies after its groupings."""


def _policies(book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Return the orphan policies in force on `as_of`: `policy_id`, `agent_id`, `writing_agent_id`, what to add up."""
    contracts = Contracts.of(book, as_of, grace_days)
    gone = book.agents.filter(pl.col("left_on") <= as_of)["agent_id"].implode()
    mains = contracts.book.policies.filter(pl.col("main_policy_id").is_null())
    in_force = mains.join(contracts.in_force_on(as_of), on="policy_id", how="semi").select(
        "policy_id", "writing_agent_id", day=pl.lit(as_of)
    )
    served = serving_on(in_force.select("policy_id", "day"), book).select("policy_id", "agent_id")
    return (
        in_force.join(served, on="policy_id")
        .select(
            "policy_id",
            "agent_id",
            "writing_agent_id",
            orphan_policies=pl.col("writing_agent_id").is_in(gone).fill_null(value=False),
            unassigned=pl.col("agent_id").is_in(gone).fill_null(value=False),
        )
        .filter(pl.col("orphan_policies") | pl.col("unassigned"))
    )
