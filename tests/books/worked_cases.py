"""The fifteen worked examples of month 13 as a book: cohort March 2025, grace 60 days, yuan."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta

from books.described_book import book, policy, yuan
from policyserve.book.columns import Book


def monthly_payments(effective: date, *, last: date | None, unpaid: int | None = None) -> dict[int, date | None]:
    """Thirteen instalments paid on their due days, but for the 13th, and one that is never paid."""
    days: dict[int, date | None] = {n: effective + relativedelta(months=n - 1) for n in range(1, 13)}
    return {**days, 13: last} if unpaid is None else {n: day for n, day in days.items() if n < unpaid} | {unpaid: None}


EXAMPLES = (
    policy("E1", date(2025, 3, 10), yuan(10_000), payments={2: date(2026, 3, 10)}),
    policy("E2", date(2025, 3, 20), yuan(8_000), payments={2: date(2026, 5, 19)}),
    policy(
        "E3", date(2025, 3, 5), yuan(6_000), payments={2: date(2026, 5, 25)}, events=[("reinstated", date(2026, 5, 25))]
    ),
    policy(
        "E4", date(2025, 3, 15), yuan(5_000), payments={2: date(2026, 7, 2)}, events=[("reinstated", date(2026, 7, 2))]
    ),
    policy(
        "E5",
        date(2025, 3, 31),
        yuan(500),
        mode="monthly",
        payments=monthly_payments(date(2025, 3, 31), last=date(2026, 5, 30)),
    ),
    policy(
        "E6",
        date(2025, 3, 31),
        yuan(500),
        mode="monthly",
        payments=monthly_payments(date(2025, 3, 31), last=None, unpaid=8),
    ),
    policy("E7", date(2025, 3, 18), yuan(12_000), events=[("freelook_cancel", date(2025, 3, 28))]),
    policy("E8", date(2025, 3, 7), yuan(15_000), events=[("claim_termination", date(2025, 11, 2))]),
    policy(
        "E9",
        date(2025, 3, 12),
        yuan(20_000),
        payments={1: (yuan(20_000), date(2025, 3, 12)), 2: date(2026, 3, 12)},
        events=[("premium_change", date(2025, 9, 1), yuan(12_000))],
    ),
    policy("E10", date(2025, 3, 14), yuan(10_000), payments={2: None}, events=[("reduced_paid_up", date(2026, 3, 14))]),
    policy(
        "E11",
        date(2025, 3, 8),
        yuan(9_000),
        payments={1: (yuan(9_000), date(2025, 3, 8)), 2: (yuan(9_600), date(2026, 3, 8))},
        events=[("rider_added", date(2025, 9, 8), yuan(600))],
    ),
    policy("E12", date(2025, 3, 21), yuan(100_000), mode="single"),
    policy("E13", date(2025, 3, 22), yuan(7_500), events=[("waiver", date(2025, 12, 22))]),
    policy("E14", date(2025, 3, 25), yuan(7_000), events=[("surrender", date(2025, 7, 25))]),
    policy("E15", date(2025, 3, 28), yuan(4_000), writing="A", agent="B", payments={2: date(2026, 5, 1)}),
)


def worked_cases() -> Book:
    """Build the book of the examples."""
    return book(*EXAMPLES)
