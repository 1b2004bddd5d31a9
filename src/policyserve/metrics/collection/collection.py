"""Collection (收费率): what became of the renewal premiums that fell due in a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.dates import Days
from policyserve.metrics.agents_by_day import serving_on
from policyserve.metrics.collection.dues import FATES, instalments_due
from policyserve.metrics.groupings import fields_of, with_agents, with_policies

ALLOWED = ("company", "branch", "team", "agent", "product", "channel", "mode")

LISTED = (
    "policy_no", "customer_no", "agent_no", "rider", "instalment", "due_on", "currency", "amount", "rider_amount",
    "paid_on", "fate",
)  # fmt: skip
"""What is told of an instalment; the due day's agent, and `rider`: counted with its main policy."""


def collection(
    book: Book,
    period: Days,
    *,
    policy_year: int | None = 2,
    by: Sequence[str] = (),
    grace_days: int = GRACE_DAYS,
    as_of: date,
) -> pl.DataFrame:
    """Add up what became of the premiums due in a period; a row per group and currency.

    Columns: a field per grouping (`agent_no`: who served the policy on the due day), `currency`, `due`, `rider_due`
    (the part of it that riders bring), the fates `collected`, `surrendered`, `suspended`, `open` (minor units), `rate`
    (collected / due, null where nothing was due), `due` and the fates with `_count` (policies' instalments, riders
    counted with their main policies), and `status`: `final` once the last grace is over.
    """
    fields = fields_of(by, ALLOWED)
    rows = instalments_due(book, period, policy_year=policy_year, grace_days=grace_days, as_of=as_of)
    named = with_groups(rows, fields, book, as_of)
    keys = [*fields, "currency"]
    amounts = [pl.col("amount").filter(pl.col("fate") == fate).sum().alias(fate) for fate in FATES]
    counts = [(pl.col("main") & (pl.col("fate") == fate)).sum().cast(pl.Int64).alias(f"{fate}_count") for fate in FATES]
    whole = (
        pl.col("amount").sum().alias("due"),
        pl.col("rider_amount").sum().alias("rider_due"),
        pl.col("main").sum().cast(pl.Int64).alias("due_count"),
    )
    rate = pl.when(pl.col("due") > 0).then(pl.col("collected") / pl.col("due")).alias("rate")
    return (
        named.group_by(keys)
        .agg(*whole, *amounts, *counts, status=status(grace_days, as_of))
        .sort(keys)
        .select(*keys, "due", "rider_due", *FATES, rate, "due_count", *(f"{fate}_count" for fate in FATES), "status")
    )


def status(grace_days: int, as_of: date) -> pl.Expr:
    """Return the status of a group of instalments: `final` once the last grace is over."""
    running = pl.col("due_on").max() + timedelta(days=grace_days) >= as_of
    return pl.when(running).then(pl.lit("provisional")).otherwise(pl.lit("final"))


def with_groups(rows: pl.DataFrame, fields: Sequence[str], book: Book, as_of: date) -> pl.DataFrame:
    """Add the fields of the groupings to instalments: those of the policy, and of who served it on the due day.

    What falls due after `as_of` belongs to who serves the policy on `as_of`.
    """
    of_policy = [field for field in ("product", "channel", "mode") if field in fields]
    rows = with_policies(rows, book, of_policy) if of_policy else rows
    served = serving_on(rows.with_columns(day=pl.min_horizontal("due_on", pl.lit(as_of))), book).drop("day")
    return with_agents(served, book.agents_on(as_of), fields)


def instalments_behind(
    book: Book,
    period: Days,
    *,
    policy_year: int | None = 2,
    by: Sequence[str] = (),
    grace_days: int = GRACE_DAYS,
    as_of: date,
) -> pl.DataFrame:
    """List the instalments that `collection` adds up: a field per grouping, and LISTED, by due day and policy."""
    rows = instalments_due(book, period, policy_year=policy_year, grace_days=grace_days, as_of=as_of)
    fields = [field for field in fields_of(by, ALLOWED) if field != "agent_no"]
    named = with_groups(rows, [*fields, "agent_no"], book, as_of)
    numbers = book.customers.select("customer_id", "customer_no")
    return (
        with_policies(named, book, ["policy_no", "customer_id"])
        .join(numbers, on="customer_id", how="left")
        .with_columns(rider=~pl.col("main"))
        .sort("due_on", "policy_no")
        .select(*fields, *LISTED)
    )
