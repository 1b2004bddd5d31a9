"""Add-ons (加保): how many customers with a single policy buy another one, or a rider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import Days, months_later
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.serving import customer_agents, spells_in_force

TARGET = 0.10
"""The share of single-policy customers who buy (个人一单客户加保率)."""

FREELOOK_DAYS = 15
"""Where neither the policy nor its product says otherwise."""


def calendar_year(year: int) -> Days:
    """Return the days of a year."""
    return Days(start=date(year, 1, 1), end=date(year + 1, 1, 1))


def single_policy_customers(book: Book, day: date, *, grace_days: int = 60, as_of: date) -> pl.DataFrame:
    """Return the living customers with exactly one policy in force on `day`: `customer_id`, `policy_id`.

    Riders and group policies do not count.
    """
    known = book.as_of(as_of)
    on_the_day = spells_in_force(book, grace_days, as_of).filter(pl.lit(day).is_between("start", "end", closed="left"))
    held = known.policies.filter(pl.col("main_policy_id").is_null(), ~_group()).join(
        on_the_day, on="policy_id", how="semi"
    )
    dead = known.customers.filter(pl.col("deceased_on") <= day)
    single = held.group_by("customer_id").agg(pl.len(), pl.col("policy_id").first()).filter(pl.col("len") == 1)
    return single.join(dead, on="customer_id", how="anti").select("customer_id", "policy_id").sort("customer_id")


def _group() -> pl.Expr:
    return pl.col("is_group").fill_null(value=False)


def bought_in(book: Book, period: Days, *, as_of: date) -> pl.DataFrame:
    """Return what was bought in the period and stays bought: `customer_id`, `policy_id`, `bought_on`, `what`.

    `what`: `policy` (individual, longer than a year) or `rider` (a row of its own) effective in the period, past its
    free-look on `as_of` and not cancelled; or `rider_added` (an event), which counts at once.
    """
    known = book.as_of(as_of)
    cancelled = known.events.filter(pl.col("kind").is_in(["freelook_cancel", "void"])).select("policy_id").drop_nulls()
    is_rider = pl.col("main_policy_id").is_not_null()
    lasting = (pl.col("ends_on") > months_later(pl.col("effective_date"), 12)).fill_null(value=True)
    free_look = pl.duration(days=pl.col("freelook_days").fill_null(FREELOOK_DAYS))
    contracts = known.policies.filter(
        _within(period, "effective_date"), ~_group(), is_rider | lasting, pl.col("receipt_on") + free_look < as_of
    ).join(cancelled, on="policy_id", how="anti")
    events = known.events.filter(
        _within(period, "occurred_on"), pl.col("kind") == "rider_added", pl.col("policy_id").is_not_null()
    )
    what = pl.when(is_rider).then(pl.lit("rider")).otherwise(pl.lit("policy"))
    return pl.concat(
        [
            contracts.select("customer_id", "policy_id", bought_on="effective_date", what=what),
            events.select("customer_id", "policy_id", bought_on="occurred_on", what=pl.lit("rider_added")),
        ]
    )


def _within(period: Days, day: str) -> pl.Expr:
    return pl.col(day).is_between(period.start, period.end - timedelta(days=1))


def add_on_customers(book: Book, period: Days, *, grace_days: int = 60, as_of: date) -> pl.DataFrame:
    """List the customers behind the figure: `customer_no`, `agent_id`, `policy_id` (the one they had), `bought`."""
    single = single_policy_customers(book, period.start, grace_days=grace_days, as_of=as_of)
    further = bought_in(book, period, as_of=as_of).join(single, on="customer_id", suffix="_had")
    further = further.filter((pl.col("policy_id") != pl.col("policy_id_had")) | (pl.col("what") == "rider_added"))
    return (
        single.join(customer_agents(book, grace_days, as_of), on="customer_id", how="left")
        .join(book.customers.select("customer_id", "customer_no"), on="customer_id")
        .with_columns(bought=pl.col("customer_id").is_in(further["customer_id"].unique().implode()))
        .select("customer_no", "agent_id", "policy_id", "bought")
    )


def add_ons(
    book: Book, period: Days, *, by: Sequence[str] = ("agent",), grace_days: int = 60, as_of: date
) -> pl.DataFrame:
    """Return the share of single-policy customers who bought in the period, by serving agent, as known on `as_of`.

    Columns: a field per grouping, `single_policy_customers`, `bought`, `ratio` (null without customers), `target`.
    """
    fields = fields_of(by, OF_AGENTS)
    customers = add_on_customers(book, period, grace_days=grace_days, as_of=as_of)
    named = with_agents(customers, book.agents_on(as_of), fields)
    counts = (pl.len().cast(pl.Int64).alias("single_policy_customers"), pl.col("bought").sum().cast(pl.Int64))
    figures = named.group_by(fields).agg(counts).sort(fields) if fields else named.select(counts)
    ratio = pl.when(pl.col("single_policy_customers") > 0).then(pl.col("bought") / pl.col("single_policy_customers"))
    return figures.with_columns(ratio=ratio, target=pl.lit(TARGET))
