"""The lists of a generated book, shared by the tests that look at them."""

from __future__ import annotations

from datetime import date

import polars as pl

AS_OF = date(2026, 11, 21)

Lists = dict[str, pl.DataFrame]


def paid(lists: Lists) -> pl.DataFrame:
    """One row per instalment: the list may hold several debits of one."""
    keys = "policy_no", "instalment"
    return lists["premiums"].group_by(keys).agg(pl.col("due_on", "amount").first(), pl.col("paid_on").max())
