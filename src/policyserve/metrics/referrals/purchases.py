"""Purchases of customers: what was bought and not undone, added up."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.annual_premiums import annual_premiums


def premiums_held(book: Book) -> pl.DataFrame:
    """Add up what each customer bought: `customer_id`, `currency`, `policies`, `premium` (annualised first-year premium
    with riders, minor units).
    """
    counts = (pl.col("main_policy_id").is_null().sum().cast(pl.Int64).alias("policies"), pl.col("premium").sum())
    return annual_premiums(book).group_by("customer_id", "currency").agg(counts)
