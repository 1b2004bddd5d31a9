"""Premiums collected in the month due, by the end of the next month, by the end of grace."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from books.described_book import Row, book, policy, yuan
from policyserve.dates import Days
from policyserve.metrics.collection.collection import collection
from policyserve.metrics.collection.steps import STEPS, collected_behind, collected_by

HALF_YEAR = Days.between(date(2026, 1, 1), date(2026, 6, 30))
AS_OF = date(2026, 11, 21)
SOLD = date(2025, 3, 10)


def sold(paid: date | None, number: str = "P", effective: date = SOLD, premium: int = 1, **more: Any) -> Row:
    return policy(number, effective, yuan(premium), payments={2: paid}, **more)


def steps(row: Row, as_of: date = AS_OF) -> list[bool]:
    found = collected_by(book(row), HALF_YEAR, as_of=as_of).row(0, named=True)
    return [found[step] > 0 for step in STEPS]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (sold(date(2026, 3, 10)), [True, True, True]),
        (sold(date(2025, 12, 1)), [True, True, True]),
        (sold(date(2026, 3, 31)), [True, True, True]),
        (sold(date(2026, 4, 1)), [False, True, True]),
        (sold(date(2026, 4, 30)), [False, True, True]),
        (sold(date(2026, 5, 1)), [False, False, True]),
        (sold(date(2026, 5, 9)), [False, False, True]),
        (sold(date(2026, 5, 10)), [False, False, False]),
        (sold(None), [False, False, False]),
    ],
    ids=["due day", "in advance", "month end", "next", "next end", "third", "last of grace", "after grace", "never"],
)
def test_each_step_holds_what_was_collected_by_its_end(row: Row, expected: list[bool]) -> None:
    assert steps(row) == expected


def test_the_grace_may_end_before_the_next_month_does() -> None:
    """Due on 1 July, grace to 30 August: money of 31 August is too late."""
    july = Days.between(date(2026, 7, 1), date(2026, 7, 31))
    late = sold(date(2026, 8, 31), effective=date(2025, 7, 1))
    found = collected_by(book(late), july, as_of=AS_OF).row(0, named=True)
    assert [found[step] for step in STEPS] == [0, 0, 0]


def test_a_payment_of_tomorrow_is_none_today() -> None:
    row = sold(date(2026, 3, 20))
    assert steps(row, date(2026, 3, 19)) == [False, False, False]
    assert steps(row, date(2026, 3, 20)) == [True, True, True]


def test_a_month_is_final_when_its_last_grace_is_over() -> None:
    facts = book(sold(None, "P", date(2025, 3, 10)), sold(None, "Q", date(2025, 3, 31)))
    days = (date(2026, 5, 30), date(2026, 5, 31))
    assert [collected_by(facts, HALF_YEAR, as_of=day)["status"].to_list() for day in days] == [
        ["provisional"],
        ["final"],
    ]


def test_the_half_year_of_the_standard_ends_at_the_same_rate() -> None:
    facts = book(
        sold(date(2026, 3, 10), "P1", premium=6_000_000),
        sold(date(2026, 8, 29), "P2", date(2025, 6, 30), premium=5_170_000),
        sold(None, "P3", premium=130_000, events=[("surrender", date(2026, 4, 1))]),
        sold(None, "P4", date(2025, 1, 31), premium=2_410_000),
    )
    by_month = collected_by(facts, HALF_YEAR, as_of=AS_OF)
    in_full, due = int(by_month["by_grace"].sum()), int(by_month["due"].sum())
    assert by_month["month"].to_list() == ["2026-01", "2026-03", "2026-06"]
    assert in_full / due == collection(facts, HALF_YEAR, as_of=AS_OF)["rate"].item()
    assert round(in_full / due * 100, 1) == 81.5


@pytest.mark.parametrize(
    ("paid", "step"),
    [
        (date(2026, 3, 31), "in_month"),
        (date(2026, 4, 30), "by_next_month"),
        (date(2026, 5, 9), "by_grace"),
        (date(2026, 5, 10), None),
    ],
)
def test_the_list_says_by_which_step_each_premium_came_in(paid: date, step: str | None) -> None:
    listed = collected_behind(book(sold(paid)), HALF_YEAR, as_of=AS_OF)
    assert listed.select("policy_no", "month", "step").rows() == [("P", "2026-03", step)]


def test_it_is_grouped_by_who_served_on_the_due_day_and_currencies_are_never_added() -> None:
    facts = book(sold(date(2026, 3, 10), "P", agent="A"), sold(None, "Q", agent="B", currency="USD"))
    found = collected_by(facts, HALF_YEAR, by=["agent"], as_of=AS_OF)
    assert found.select("agent_no", "currency", "in_month_rate", "due_count").rows() == [
        ("A", "CNY", 1.0, 1),
        ("B", "USD", 0.0, 1),
    ]
