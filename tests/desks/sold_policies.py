"""Policies sold on 10 March 2025, and what persistency says of each."""

from __future__ import annotations

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from books.described_book import Row, book, policy, yuan
from policyserve.metrics.persistency.persistency import policy_results
from policyserve.metrics.profiles.profile import Cutoff

SOLD = date(2025, 3, 10)

DUE = date(2026, 3, 10)

AS_OF = date(2026, 7, 31)

PAID = {2: DUE}


def sold(number: str = "P", premium: int = 1_000, effective: date = SOLD, **more: Any) -> Row:
    return policy(number, effective, yuan(premium), **more)


def monthly(*, until: int = 13, **more: Any) -> Row:
    """A monthly policy with its instalments paid on their due days, but for what `payments` says."""
    days = {n: SOLD + relativedelta(months=n - 1) for n in range(1, until + 1)}
    return policy("P", SOLD, yuan(100), mode="monthly", **{**more, "payments": {**days, **more.get("payments", {})}})


def result(
    *rows: Row, cutoff: Cutoff = "strict", as_of: date = AS_OF, month: int = 13
) -> tuple[str, str | None, int, int, int]:
    """State, reason, denominator and numerator in yuan, and the numerator by count of the first policy."""
    row = policy_results(book(*rows), month=month, cutoff=cutoff, as_of=as_of).policies.row(0, named=True)
    yuans = row["denominator"] // 100, row["numerator"] // 100
    return row["state"], row["reason"], *yuans, row["numerator_count"]


def lost(reason: str, premium: int = 1_000) -> tuple[str, str | None, int, int, int]:
    return ("counted", reason, premium, 0, 0)
