"""First-year services: what every new policy is promised, and what each was given, shared visits among it."""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.plan.offsets import TOGETHER

DELIVERY = "contract-delivery"
INTRODUCTION = "visit-m1"
FIRST_YEAR = (DELIVERY, INTRODUCTION, "visit-m4", "visit-m7", "visit-m10")
"""The services that every new policy is promised in its first year."""


def services_given(known: Book) -> pl.DataFrame:
    """Return `service`, `done_on`, `policy_id` and `told`: the visits shared with other policies are among them.

    One visit is made where policies were bought together: it counts for each. The first visit tells of the service
    system, once to a customer: for later policies it is `told`, which completes their services and alone is none.
    """
    given = known.contacts.filter(pl.col("subject_kind") == "policy", pl.col("service").is_in(FIRST_YEAR)).select(
        "service", "done_on", policy_id="subject_id"
    )
    bought = _purchases(known.policies)
    visits = given.filter(pl.col("service") != DELIVERY).join(bought, on="policy_id")
    others = bought.rename({"policy_id": "other"})
    together = visits.join(others, on=["customer_id", "purchase"]).filter(pl.col("policy_id") != pl.col("other"))
    first = visits.filter(pl.col("service") == INTRODUCTION)
    later = first.join(others, on="customer_id").filter(pl.col("purchase_right") > pl.col("purchase"))
    rows = [given.with_columns(told=pl.lit(value=False))] + [
        part.select("service", "done_on", policy_id="other", told=pl.lit(value=told))
        for part, told in ((together, False), (later, True))
    ]
    return pl.concat(rows)


def _purchases(policies: pl.DataFrame) -> pl.DataFrame:
    """Number the purchases of each customer: `policy_id`, `customer_id`, `purchase`, which rises with the days.

    In the order of customers one sum over all rows tells them apart; a window for each customer takes seconds.
    """
    ordered = policies.sort("customer_id", "issue_date").select("policy_id", "customer_id", "issue_date")
    waited = (pl.col("issue_date") - pl.col("issue_date").shift(1)).dt.total_days()
    begins = (waited > TOGETHER) & (pl.col("customer_id") == pl.col("customer_id").shift(1))
    return ordered.select("policy_id", "customer_id", purchase=begins.fill_null(value=False).cum_sum())
