"""Trees of referrals: whom a customer has brought, any number of steps down, and the premium of them all."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.errors import NotFoundError
from policyserve.metrics.referrals.purchases import premiums_held
from policyserve.metrics.referrals.referrals import people_referred

TREE = ("depth", "customer_no", "referrer_no", "currency", "policies", "premium")

BROUGHT = ("policies", "premium", "policies_through", "premium_through", "policies_together", "premium_together")


def referral_tree(book: Book, customer_no: str) -> pl.DataFrame:
    """Follow a customer's referrals: `depth` (0: the customer), `customer_no`, `referrer_no`, `currency`, `policies`,
    `premium` (annualised first-year premium with riders, minor units).

    A row per customer and currency, sorted by depth, number and currency; people who are no customers yet, or hold
    nothing, show 0 or are left out. Raises NotFoundError.
    """
    start = book.customers.filter(pl.col("customer_no") == customer_no).select("customer_id")
    if start.is_empty():
        raise NotFoundError("customer", customer_no)
    members = _below(people_referred(book), start)
    numbers = book.customers.select("customer_id", "customer_no")
    above = numbers.rename({"customer_id": "referrer_id", "customer_no": "referrer_no"})
    return (
        members.join(numbers, on="customer_id")
        .join(above, on="referrer_id", how="left")
        .join(premiums_held(book), on="customer_id", how="left")
        .with_columns(pl.col("policies", "premium").fill_null(0))
        .select(TREE)
        .sort("depth", "customer_no", "currency")
    )


def _below(referred: pl.DataFrame, start: pl.DataFrame) -> pl.DataFrame:
    """Go down from `start` one generation after the other: `customer_id`, `referrer_id`, `depth`; nobody twice."""
    edges = referred.select("referrer_id", customer_id="referred_id").drop_nulls()
    generation = start.select("customer_id", referrer_id=pl.lit(None, dtype=pl.Int32), depth=pl.lit(0, dtype=pl.Int32))
    seen = generation
    while not generation.is_empty():
        next_depth = generation.select(referrer_id="customer_id", depth=pl.col("depth") + 1)
        generation = edges.join(next_depth, on="referrer_id").select(seen.columns)
        generation = generation.join(seen, on="customer_id", how="anti")
        seen = pl.concat([seen, generation])
    return seen


def brought(tree: pl.DataFrame) -> pl.DataFrame:
    """Sum up a tree by currency: own, `_through` referrals, and both `_together`: `policies`, `premium`."""
    own = pl.col("depth") == 0
    return (
        tree.filter(pl.col("currency").is_not_null())
        .group_by("currency")
        .agg(
            pl.col("policies", "premium").filter(own).sum(),
            pl.col("policies", "premium").filter(~own).sum().name.suffix("_through"),
            pl.col("policies", "premium").sum().name.suffix("_together"),
        )
        .sort("currency")
        .select("currency", *BROUGHT)
    )


def centres_of_influence(book: Book, top: int = 10) -> pl.DataFrame:
    """List the customers whose referrals brought most premium (影响力中心), the first `top` of each currency.

    Columns: `customer_no`, `currency` and those of `brought`; ties go to the lowest number.
    """
    referred = people_referred(book).select(descendant_id="referred_id", ancestor_id="referrer_id").drop_nulls()
    held = premiums_held(book)
    through = (
        ancestry(referred)
        .join(held, left_on="descendant_id", right_on="customer_id")
        .group_by("currency", customer_id="ancestor_id")
        .agg(pl.col("policies", "premium").sum().name.suffix("_through"))
    )
    together = [
        (pl.col(name) + pl.col(f"{name}_through")).alias(f"{name}_together") for name in ("policies", "premium")
    ]
    return (
        through.join(held, on=["customer_id", "currency"], how="left")
        .with_columns(pl.col("policies", "premium").fill_null(0))
        .with_columns(together)
        .join(book.customers.select("customer_id", "customer_no"), on="customer_id")
        .sort("currency", "premium_through", "customer_no", descending=[False, True, False])
        .group_by("currency", maintain_order=True)
        .head(top)
        .select("customer_no", "currency", *BROUGHT)
    )


def ancestry(parents: pl.DataFrame) -> pl.DataFrame:
    """Pair every person referred with all those above, any number of steps; circles end where they close.

    `parents` and the result: `descendant_id`, `ancestor_id`; each person has one referrer (see `people_referred`).
    """
    above = parents.select(ancestor_id="descendant_id", next_id="ancestor_id")
    generation = parents
    seen = parents.clear()
    while not generation.is_empty():
        seen = pl.concat([seen, generation])
        generation = generation.join(above, on="ancestor_id").select("descendant_id", ancestor_id="next_id")
        generation = generation.filter(pl.col("descendant_id") != pl.col("ancestor_id"))
        generation = generation.join(seen, on=["descendant_id", "ancestor_id"], how="anti")
    return seen
