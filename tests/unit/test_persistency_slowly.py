"""The fast persistency against the slow one, and against facts that come later, on random books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import random_books
import slow_metrics
from described_book import book, policy
from policyserve.book.columns import MONTHS_OF_MODE, Book
from policyserve.metrics.persistency import persistency, policy_results
from policyserve.metrics.profiles import Cutoff

STARTS = (date(2024, 1, 31), date(2024, 2, 29), date(2024, 11, 30), date(2024, 12, 31), date(2025, 3, 1))
KINDS = (
    "surrender", "terminated", "maturity", "reinstated", "reinstated", "reinstated", "premium_loan", "premium_loan",
    "reduced_paid_up", "premium_change", "rider_added", "claim_termination", "freelook_cancel", "waiver", "conversion",
)  # fmt: skip
LAGS = (-200, -31, -1, 0, 0, 1, 30, 59, 60, 60, 61, 62, 62, 75, 90, 92, 120, 200)
AMOUNTS = (None, None, None, 1000, 900, 1200)
AS_OF = date(2026, 7, 31)
Row = dict[str, Any]


patient = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])


def near(day: date) -> st.SearchStrategy[date]:
    return st.sampled_from(LAGS).map(lambda lag: day + timedelta(days=lag))


def rarely(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 7).flatmap(lambda lot: values if lot == 0 else st.none())


@st.composite
def described(draw: st.DrawFn, number: int, mains: list[Row]) -> Row:
    """Draw a policy, or a rider of one of `mains`, paid on time but for one instalment, with events beside it."""
    main = draw(st.sampled_from([None, None, *mains]))
    start = draw(st.sampled_from(STARTS))
    if main is not None:
        start = main["effective_date"] + draw(st.sampled_from((0, 0, 0, -1, 1, 3, 40, 180, 365, 366))) * timedelta(1)
    mode = draw(st.sampled_from(("annual", "annual", "monthly", "semi-annual", "quarterly", "monthly")))
    step = MONTHS_OF_MODE[mode]
    dues = [start + relativedelta(months=n * step) for n in range(24 // step + 1)]
    troubled = draw(st.sampled_from((12 // step + 1, 12 // step + 1, 12 // step, 2, 1, len(dues))))
    payments: dict[int, Any] = dict(enumerate(dues, start=1))
    payments[troubled] = draw(paid_near(dues[troubled - 1]))
    for missing in draw(st.sampled_from(((), (), (), (1,), (troubled,), (1, 2)))):
        payments.pop(missing, None)
    beside = st.tuples(st.sampled_from(KINDS), near(dues[troubled - 1]), st.sampled_from((700, 1100)))
    return policy(
        f"P{number}", start, 1000, mode=draw(rarely(st.just("single"))) or mode,
        payments={} if main is not None and draw(st.booleans()) else payments,
        events=draw(st.lists(beside, max_size=3)),
        main=main["policy_no"] if main else None,
        issue_date=start + timedelta(days=draw(st.sampled_from((0, 0, 0, -5, 3)))),
        is_group=draw(rarely(st.just(value=True))) or False,
        currency=draw(rarely(st.just("USD"))) or "CNY",
        pay_years=draw(rarely(st.integers(1, 3))),
        ends_on=draw(rarely(st.sampled_from((12, 13, 14, 15, 25)))),
    )  # fmt: skip


@st.composite
def paid_near(draw: st.DrawFn, due: date) -> tuple[int | None, date | None, int | None]:
    """Draw amount, day and amount paid of the instalment that something is wrong with."""
    paid_on = draw(rarely(st.none()) | near(due))
    return draw(st.sampled_from(AMOUNTS)), paid_on, draw(st.sampled_from(AMOUNTS)) if paid_on else None


@st.composite
def books(draw: st.DrawFn) -> Book:
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 4))):
        row = draw(described(number, [row for row in rows if row["main"] is None]))
        months = row["ends_on"]
        rows.append(row | {"ends_on": months and row["effective_date"] + relativedelta(months=months, days=-1)})
    drawn = book(*rows)
    return replace(drawn, premiums=drawn.premiums.reverse(), events=drawn.events.reverse())


def fast(facts: Book, *, month: int, cutoff: Cutoff, as_of: date) -> dict[int, slow_metrics.Verdict]:
    rows = policy_results(facts, month=month, cutoff=cutoff, as_of=as_of).policies.iter_rows(named=True)
    return {
        row["policy_id"]: slow_metrics.Verdict(
            state=row["state"],
            denominator=row["denominator"],
            numerator=row["numerator"],
            denominator_count=row["denominator_count"],
            numerator_count=row["numerator_count"],
        )
        for row in rows
    }


as_of_days = st.sampled_from((AS_OF, date(2026, 3, 31), date(2025, 12, 31))) | st.dates(date(2024, 6, 1), AS_OF)
cutoffs: st.SearchStrategy[Cutoff] = st.sampled_from(("strict", "month-end"))
months = st.sampled_from((13, 13, 25))


@patient
@given(facts=books(), as_of=as_of_days, cutoff=cutoffs, month=months)
def test_the_fast_persistency_is_the_slow_one(facts: Book, as_of: date, cutoff: Cutoff, month: int) -> None:
    expected = slow_metrics.verdicts(facts, month=month, month_end=cutoff == "month-end", as_of=as_of)
    assert fast(facts, month=month, cutoff=cutoff, as_of=as_of) == expected


@patient
@given(st.data())
def test_the_fast_persistency_is_the_slow_one_on_the_planner_s_books(data: st.DataObject) -> None:
    as_of = data.draw(random_books.as_of_days())
    facts = data.draw(random_books.books(as_of))
    facts = replace(facts, policies=facts.policies.with_columns(currency=pl.lit("CNY")))
    assert fast(facts, month=13, cutoff="strict", as_of=as_of) == slow_metrics.verdicts(
        facts, month=13, month_end=False, as_of=as_of
    )


@patient
@given(facts=books(), as_of=as_of_days, cutoff=cutoffs)
def test_facts_after_the_day_asked_for_change_nothing(facts: Book, as_of: date, cutoff: Cutoff) -> None:
    later = pl.col("occurred_on") <= as_of
    unpaid = {name: pl.when(pl.col("paid_on") <= as_of).then(name) for name in ("paid_on", "paid_amount")}
    earlier = replace(
        facts,
        policies=facts.policies.filter(pl.col("issue_date") <= as_of),
        events=facts.events.filter(later),
        premiums=facts.premiums.with_columns(**unpaid),
    )
    assert fast(earlier, month=13, cutoff=cutoff, as_of=as_of) == fast(facts, month=13, cutoff=cutoff, as_of=as_of)


@patient
@given(facts=books(), cutoff=cutoffs)
def test_currencies_are_never_added(facts: Book, cutoff: Cutoff) -> None:
    results = policy_results(facts, cutoff=cutoff, as_of=AS_OF)
    figures = persistency(results, book=facts)
    for row in figures.iter_rows(named=True):
        own = results.policies.filter(pl.col("currency") == row["currency"])
        assert (row["numerator"], row["denominator"]) == (own["numerator"].sum(), own["denominator"].sum())
