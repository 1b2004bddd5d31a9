"""A changed mode of payment holds from the next due day; judged by counting months one at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from books.small_books import book, event, policy, premium
from policyserve.book.columns import MONTHS_OF_MODE, Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.instalments import due_by, due_day, with_instalments
from policyserve.contracts.states import states
from policyserve.contracts.turns import policy_turns

BEGUN = date(2024, 1, 31)
AS_OF = date(2026, 5, 20)
MODES = tuple(MONTHS_OF_MODE)


def changed(*changes: tuple[date, str], **fields: Any) -> Book:
    events = [event("mode_changed", on, number=place) | {"detail": told} for place, (on, told) in enumerate(changes, 1)]
    paid = [premium(number, BEGUN + relativedelta(years=number - 1)) for number in (1, 2, 3)]
    return book(policy(issued=BEGUN, **fields), policy(2, issued=date(2025, 2, 10)), events=events, premiums=paid)


def slow_due_days(first: str, changes: list[tuple[date, str]], count: int) -> list[date]:
    """Walk from instalment to instalment: each is followed by the next one of the mode that holds on its day."""
    months = 0
    days: list[date] = []
    while len(days) < count:
        due = BEGUN + relativedelta(months=months)
        days.append(due)
        holds = [mode for on, mode in changes if on <= due]
        months += MONTHS_OF_MODE[holds[-1] if holds else first]
    return days


@settings(max_examples=20, deadline=None)
@given(
    first=st.sampled_from(MODES),
    changes=st.lists(
        st.tuples(st.integers(1, 900).map(lambda day: BEGUN + timedelta(days=day)), st.sampled_from(MODES)),
        max_size=4,
        unique_by=lambda change: change[0],
    ),
)
def test_due_days_follow_the_mode_that_holds_when_each_falls_due(first: str, changes: list[tuple[date, str]]) -> None:
    changes.sort()
    facts = changed(*changes, mode=first)
    terms = Contracts.of(facts, date(2030, 1, 1)).terms.filter(policy_id=1)
    turns = policy_turns(facts)
    rows = with_instalments(terms.with_columns(step=pl.lit(MONTHS_OF_MODE[first])), 1, pl.lit(12), turns)
    expected = slow_due_days(first, changes, 12)
    assert rows["due_on"].to_list() == expected
    counted = rows.select(
        to=due_by(pl.col("due_on"), turns), before=due_by(pl.col("due_on") - pl.duration(days=1), turns)
    )
    assert counted.rows() == [(number, number - 1) for number in range(1, 13)]


def test_a_policy_without_a_change_keeps_its_days_beside_one_that_has() -> None:
    facts = changed((date(2025, 6, 1), "monthly"))
    rows = facts.policies.with_columns(step=pl.lit(12), instalment=pl.lit(3)).select(
        due=due_day(pl.col("instalment"), turns=policy_turns(facts))
    )
    assert rows["due"].to_list() == [date(2026, 1, 31), date(2027, 2, 10)]


def test_what_was_paid_before_the_change_stays_paid() -> None:
    known = Contracts.of(changed((date(2026, 5, 20), "monthly")), AS_OF)
    assert known.payments["due_on"].to_list() == [BEGUN, date(2025, 1, 31), date(2026, 1, 31)]
    assert states(known, 15).filter(policy_id=1)["state"].to_list() == ["in_force"]


def test_the_years_of_payment_end_no_earlier_than_what_fell_due() -> None:
    def count(*changes: tuple[date, str], **fields: Any) -> int:
        return int(Contracts.of(changed(*changes, **fields), AS_OF).terms["instalments"][0])

    assert count(pay_years=10) == 10
    assert count((date(2026, 1, 1), "annual/5"), pay_years=10) == 5
    assert count((date(2026, 5, 1), "annual/2"), pay_years=10) == 3  # three had fallen due
    assert count((date(2026, 5, 1), "monthly"), pay_years=10) == 3 + 12 * 7
    assert count((date(2026, 5, 1), "/20"), pay_years=10) == 20


def test_an_earlier_day_knows_nothing_of_a_later_change() -> None:
    facts = changed((date(2026, 5, 1), "monthly"))
    assert Contracts.of(facts, date(2026, 4, 30)).terms["mode"][0] == "annual"
    assert Contracts.of(facts, date(2026, 5, 1)).terms["mode"][0] == "monthly"
