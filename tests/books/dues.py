"""The days on which premiums fall due, one policy at a time: obviously right, and slow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from policyserve.dates import add_months

MONTHS = {"annual": 12, "semi-annual": 6, "quarterly": 3, "monthly": 1}
ENDINGS = ["freelook_cancel", "surrender", "claim_termination", "maturity", "terminated"]
STOPPING = [*ENDINGS, "waiver", "reduced_paid_up"]


def dues(lists: Mapping[str, pl.DataFrame], as_of: date) -> dict[str, list[date]]:
    """Return, for each policy's number, the days by `as_of` on which an instalment fell due; the first always did.

    A rider is paid as long as its main policy is.
    """
    stopping = lists["events"].filter(pl.col("kind").is_in(STOPPING))
    stops = dict(stopping.group_by("policy_no").agg(pl.col("occurred_on").min()).iter_rows())
    return {row["policy_no"]: _dues(row, stops, as_of) for row in lists["policies"].iter_rows(named=True)}


def _dues(policy: Mapping[str, Any], stops: Mapping[str, date], as_of: date) -> list[date]:
    stop = stops.get(policy["main_policy_no"] or policy["policy_no"])
    days = [day for day in _days(policy) if day <= as_of and (stop is None or day < stop)]
    if policy["ends_on"]:
        days = [day for day in days if day < policy["ends_on"] + timedelta(days=1)]
    return days or [policy["effective_date"]]


def _days(policy: Mapping[str, Any]) -> list[date]:
    if policy["mode"] == "single":
        return [policy["effective_date"]]
    step = MONTHS[policy["mode"]]
    return [add_months(policy["effective_date"], step * index) for index in range(policy["pay_years"] * 12 // step)]


def listed(premiums: pl.DataFrame, as_of: date) -> dict[str, list[date]]:
    """Return the same of the list `premiums`: one day for each instalment, however many debits it took."""
    rows = premiums.filter((pl.col("due_on") <= as_of) | (pl.col("instalment") == 1))
    once = rows.unique(["policy_no", "instalment"]).sort("instalment")
    return dict(once.group_by("policy_no", maintain_order=True).agg("due_on").iter_rows())
