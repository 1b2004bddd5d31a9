"""Add-ons (加保): how many customers with a single policy buy another one, or a rider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.dates import Days, months_later
from policyserve.metrics.agents_by_day import customer_agents
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents, with_policies
from policyserve.metrics.targets import ADDED_ON, SMALL

FREELOOK_DAYS = 15
"""Where neither the policy nor its product says otherwise."""


def calendar_year(year: int) -> Days:
    """Return the days of a year."""
    return Days(start=date(year, 1, 1), end=date(year + 1, 1, 1))


def single_policy_customers(contracts: Contracts, day: date) -> pl.DataFrame:
    """Return the living customers with exactly one policy in force on `day`: `customer_id`, `policy_id`.

    Riders and group policies do not count.
    """
    known = contracts.book
    held = known.policies.filter(pl.col("main_policy_id").is_null(), ~_group()).join(
        contracts.in_force_on(day), on="policy_id", how="semi"
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
    return _chosen_in(book, period, as_of=as_of).filter(~pl.col("in_freelook")).drop("in_freelook")


def _chosen_in(book: Book, period: Days, *, as_of: date) -> pl.DataFrame:
    """Return the columns of `bought_in` with `in_freelook`: it may still be given back, so it is not bought yet."""
    known = book.as_of(as_of)
    cancelled = known.events.filter(pl.col("kind").is_in(["freelook_cancel", "void"])).select("policy_id").drop_nulls()
    is_rider = pl.col("main_policy_id").is_not_null()
    lasting = (pl.col("ends_on") > months_later(pl.col("effective_date"), 12)).fill_null(value=True)
    free_look = pl.duration(days=pl.col("freelook_days").fill_null(FREELOOK_DAYS))
    contracts = known.policies.filter(_within(period, "effective_date"), ~_group(), is_rider | lasting).join(
        cancelled, on="policy_id", how="anti"
    )
    events = known.events.filter(
        _within(period, "occurred_on"), pl.col("kind") == "rider_added", pl.col("policy_id").is_not_null()
    )
    over = (pl.col("receipt_on") + free_look < as_of).fill_null(value=False)
    what = pl.when(is_rider).then(pl.lit("rider")).otherwise(pl.lit("policy"))
    ids, added = ("customer_id", "policy_id"), pl.lit("rider_added")
    return pl.concat(
        [
            contracts.select(*ids, bought_on="effective_date", what=what, in_freelook=~over),
            events.select(*ids, bought_on="occurred_on", what=added, in_freelook=pl.lit(value=False)),
        ]
    )


def _within(period: Days, day: str) -> pl.Expr:
    return pl.col(day).is_between(period.start, period.end - timedelta(days=1))


def add_on_customers(book: Book, period: Days, *, grace_days: int = GRACE_DAYS, as_of: date) -> pl.DataFrame:
    """List the customers behind the figure: `customer_no`, `agent_id`, `policy_id` (the one they had), `bought`.

    And the first that they bought, else the first whose free-look is not over: `bought_id` (its policy; of an event the
    one they had), `bought_on`, `what` as in `bought_in`, `in_freelook`; null where there is nothing.
    """
    single = single_policy_customers(Contracts.of(book, as_of, grace_days), period.start)
    chosen = _chosen_in(book, period, as_of=as_of).rename({"policy_id": "bought_id"}).join(single, on="customer_id")
    further = chosen.filter((pl.col("bought_id") != pl.col("policy_id")) | (pl.col("what") == "rider_added"))
    first = (
        further.drop("policy_id")
        .sort("in_freelook", "bought_on", "bought_id")
        .unique("customer_id", keep="first", maintain_order=True)
    )
    return (
        single.join(customer_agents(book, grace_days, as_of), on="customer_id", how="left")
        .join(book.customers.select("customer_id", "customer_no"), on="customer_id")
        .join(first, on="customer_id", how="left")
        .with_columns(bought=~pl.col("in_freelook").fill_null(value=True))
        .select("customer_no", "agent_id", "policy_id", "bought", "bought_id", "bought_on", "what", "in_freelook")
    )


def add_ons(
    book: Book, period: Days, *, by: Sequence[str] = ("agent",), grace_days: int = GRACE_DAYS, as_of: date
) -> pl.DataFrame:
    """Return the share of single-policy customers who bought in the period, by serving agent, as known on `as_of`.

    Columns: a field per grouping, `single_policy_customers`, `bought`, `ratio` (null without customers), `target`,
    `small`, `status`: `final` once the period is over, and every free-look of what they chose in it.
    """
    fields = fields_of(by, OF_AGENTS)
    customers = add_on_customers(book, period, grace_days=grace_days, as_of=as_of)
    named = with_agents(customers, book.agents_on(as_of), fields)
    running = pl.lit(period.last >= as_of) | pl.col("in_freelook").any()
    counts = (
        pl.len().cast(pl.Int64).alias("single_policy_customers"),
        pl.col("bought").sum().cast(pl.Int64),
        pl.when(running).then(pl.lit("provisional")).otherwise(pl.lit("final")).alias("status"),
    )
    figures = named.group_by(fields).agg(counts).sort(fields) if fields else named.select(counts)
    ratio = pl.when(pl.col("single_policy_customers") > 0).then(pl.col("bought") / pl.col("single_policy_customers"))
    small = pl.col("single_policy_customers") < SMALL
    return figures.with_columns(ratio=ratio, target=pl.lit(ADDED_ON), small=small).select(
        *fields, "single_policy_customers", "bought", "ratio", "target", "small", "status"
    )


LISTED = ("customer_no", "agent_no", "policy_no", "bought", "what", "bought_no", "bought_on", "in_freelook")
"""What is told of a single-policy customer: the policy held, and what was bought."""


def customers_behind(
    book: Book, period: Days, *, by: Sequence[str] = (), grace_days: int = GRACE_DAYS, as_of: date
) -> pl.DataFrame:
    """List the customers that `add_ons` counts, by number: a field per grouping, and LISTED."""
    fields = [field for field in fields_of(by, OF_AGENTS) if field != "agent_no"]
    customers = add_on_customers(book, period, grace_days=grace_days, as_of=as_of)
    named = with_agents(customers, book.agents_on(as_of), [*fields, "agent_no"])
    bought = with_policies(named.select(policy_id="bought_id"), book, ["policy_no"])["policy_no"]
    return (
        with_policies(named, book, ["policy_no"])
        .with_columns(bought_no=bought)
        .sort("customer_no")
        .select(*fields, *LISTED)
    )
