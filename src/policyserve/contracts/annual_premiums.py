"""Annual premiums: what was bought and not undone, at its annualised first-year premium."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.terms import instalments_a_year, step


def annual_premiums(book: Book) -> pl.DataFrame:
    """Return what was bought: the policies and riders with `premium` as annualised first-year premium (minor units).

    Policies cancelled in the free-look, or void, were not bought.
    """
    undone = book.events.filter(pl.col("kind").is_in(["freelook_cancel", "void"])).select("policy_id")
    first = book.premiums.filter(pl.col("instalment") == 1).select("policy_id", "amount")
    return (
        book.policies.join(undone.drop_nulls(), on="policy_id", how="anti")
        .join(first, on="policy_id", how="left")
        .with_columns(step=step())
        .with_columns(premium=pl.coalesce("amount", "premium") * instalments_a_year().fill_null(1))
    )
