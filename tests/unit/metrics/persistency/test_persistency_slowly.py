"""The fast persistency against the slow one, and against facts that come later, on random books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import random_books
from books.described_book import book, policy
from books.worked_cases import worked_cases
from policyserve.book.columns import MONTHS_OF_MODE, Book
from policyserve.metrics.groupings import FIELDS
from policyserve.metrics.persistency.persistency import PolicyResults, persistency, policy_results
from policyserve.metrics.profiles.profile import CUTOFFS, PROFILES, Cutoff
from slow import persistency as slow
from slow.persistency import Asked

STARTS = (date(2024, 1, 31), date(2024, 2, 29), date(2024, 11, 30), date(2024, 12, 31), date(2025, 3, 1))
KINDS = (
    "surrender", "terminated", "maturity", "reinstated", "reinstated", "reinstated", "premium_loan", "premium_loan",
    "reduced_paid_up", "premium_change", "rider_added", "claim_termination", "freelook_cancel", "waiver", "conversion",
)  # fmt: skip
LAGS = (-200, -31, -1, 0, 0, 1, 30, 59, 60, 60, 61, 62, 62, 75, 90, 92, 120, 200)
AMOUNTS = (None, None, None, 1000, 900, 1200)
AS_OF = date(2026, 7, 31)
Row = dict[str, Any]


thorough = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
patient = settings(deadline=None, max_examples=35, suppress_health_check=[HealthCheck.too_slow])


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


def fast(facts: Book, asked: Asked, as_of: date) -> dict[int, slow.Verdict]:
    rows = judged(facts, asked, as_of).policies.iter_rows(named=True)
    return {
        row["policy_id"]: slow.Verdict(
            state=row["state"],
            denominator=row["denominator"],
            numerator=row["numerator"],
            denominator_count=row["denominator_count"],
            numerator_count=row["numerator_count"],
        )
        for row in rows
    }


def judged(facts: Book, asked: Asked, as_of: date) -> PolicyResults:
    cutoff: Any = asked.cutoff
    own: Any = {"premium_loan": asked.premium_loan, "suspended": asked.suspended}
    profile = replace(PROFILES[asked.profile], **own)
    return policy_results(facts, profile, month=asked.month, cutoff=cutoff, as_of=as_of)


as_of_days = st.sampled_from((AS_OF, date(2026, 3, 31), date(2025, 12, 31))) | st.dates(date(2024, 6, 1), AS_OF)
questions = st.builds(
    lambda asked, month, own: Asked(profile=asked[0], cutoff=asked[1], month=month, **own),
    st.sampled_from([(profile.name, cutoff) for profile in PROFILES.values() for cutoff in profile.cutoffs]),
    st.sampled_from((13, 13, 25)),
    st.sampled_from(({}, {}, {"premium_loan": "both"}, {"premium_loan": "neither"}, {"suspended": "left-out"})),
)


@thorough
@given(facts=books(), as_of=as_of_days, asked=questions)
def test_the_fast_persistency_is_the_slow_one(facts: Book, as_of: date, asked: Asked) -> None:
    assert fast(facts, asked, as_of) == slow.verdicts(facts, asked, as_of)


@st.composite
def lapsed_after_the_month(draw: st.DrawFn) -> Book:
    """Draw a policy that gets into trouble after the premium of month 13, before the year is over."""
    start, mode = draw(st.sampled_from(STARTS[:2])), draw(st.sampled_from(("quarterly", "semi-annual", "monthly")))
    step = MONTHS_OF_MODE[mode]
    dues = [start + relativedelta(months=n * step) for n in range(24 // step + 1)]
    troubled = draw(st.integers(12 // step + 2, len(dues)))
    beside = st.tuples(st.sampled_from(("reinstated", "premium_loan", "reduced_paid_up")), near(dues[troubled - 1]))
    paid = dict(enumerate(dues, start=1)) | {troubled: draw(st.none() | near(dues[troubled - 1]))}
    years = draw(st.sampled_from((None, None, 2)))
    return book(
        policy("P", start, 1000, mode=mode, payments=paid, events=draw(st.lists(beside, max_size=1)), pay_years=years)
    )


@patient
@given(lapsed_after_the_month(), st.sampled_from(("UK_SUP16_8", "IN_IRDAI")), st.sampled_from(("count", "neither")))
def test_the_fast_one_is_the_slow_one_between_the_month_and_a_later_cutoff(
    facts: Book, profile: str, premium_loan: str
) -> None:
    asked = Asked(profile=profile, cutoff="year-end", premium_loan=premium_loan)
    assert fast(facts, asked, AS_OF) == slow.verdicts(facts, asked, AS_OF)


@patient
@given(st.data(), questions)
def test_the_fast_persistency_is_the_slow_one_on_the_planner_s_books(data: st.DataObject, asked: Asked) -> None:
    as_of = data.draw(random_books.as_of_days())
    facts = data.draw(random_books.books(as_of))
    facts = replace(facts, policies=facts.policies.with_columns(currency=pl.lit("CNY")))
    assert fast(facts, asked, as_of) == slow.verdicts(facts, asked, as_of)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_every_profile_and_cutoff_is_judged_by_the_slow_one(profile: str, cutoff: Cutoff) -> None:
    if cutoff in PROFILES[profile].cutoffs:
        facts = worked_cases()
        asked = Asked(profile=profile, cutoff=cutoff)
        found = fast(facts, asked, date(2027, 7, 31))
        assert found == slow.verdicts(facts, asked, date(2027, 7, 31))
        assert sum(verdict.denominator_count for verdict in found.values()) >= 10


def known_on(facts: Book, as_of: date) -> Book:
    """Take away whatever was not known on a day."""
    unpaid = {name: pl.when(pl.col("paid_on") <= as_of).then(name) for name in ("paid_on", "paid_amount")}
    return replace(
        facts,
        policies=facts.policies.filter(pl.col("issue_date") <= as_of),
        events=facts.events.filter(pl.col("occurred_on") <= as_of),
        premiums=facts.premiums.with_columns(**unpaid),
    )


@patient
@given(facts=books(), as_of=as_of_days, asked=questions)
def test_facts_after_the_day_asked_for_change_nothing(facts: Book, as_of: date, asked: Asked) -> None:
    assert fast(known_on(facts, as_of), asked, as_of) == fast(facts, asked, as_of)


@patient
@given(facts=books(), as_of=as_of_days, asked=questions, by=st.sets(st.sampled_from(list(FIELDS)), max_size=3))
def test_no_figure_changes_when_tomorrow_s_facts_come(facts: Book, as_of: date, asked: Asked, by: set[str]) -> None:
    groupings = sorted(by - {"year"} | {"cohort"})
    figures = [
        persistency(judged(book, asked, as_of), by=groupings, rolling=rolling, book=book)
        for book in (known_on(facts, as_of), facts)
        for rolling in (None, 3)
    ]
    assert figures[0].equals(figures[2])
    assert figures[1].equals(figures[3])


@patient
@given(facts=books(), asked=questions)
def test_a_final_figure_changes_in_nothing_but_restated(facts: Book, asked: Asked) -> None:
    on = {day: persistency(judged(facts, asked, day), by=["cohort"], book=facts) for day in (AS_OF, date(2028, 12, 31))}
    final = on[AS_OF].filter(pl.col("status") == "final")
    later = on[date(2028, 12, 31)].join(final, on=["cohort", "currency"], how="semi")
    names = ["cohort", "currency", "numerator", "denominator", "numerator_count", "denominator_count", "status"]
    assert later.select(names).equals(final.select(names))


@patient
@given(facts=books(), asked=questions)
def test_a_rolling_figure_is_the_sum_of_its_cohorts(facts: Book, asked: Asked) -> None:
    results = judged(facts, asked, AS_OF)
    plain = persistency(results, by=["cohort"], book=facts).to_dicts()
    for row in persistency(results, by=["cohort"], rolling=12, book=facts).iter_rows(named=True):
        own = [
            other for other in plain
            if row["since"] <= other["cohort"] <= row["cohort"] and other["currency"] == row["currency"]
        ]  # fmt: skip
        for name in ("numerator", "denominator", "numerator_count", "denominator_count", "pending", "excluded"):
            assert row[name] == sum(other[name] for other in own)
        decisive = [other for other in own if other["denominator_count"] or other["pending"]] or own
        assert row["status"] == ("final" if all(other["status"] == "final" for other in decisive) else "provisional")


@patient
@given(facts=books(), asked=questions)
def test_currencies_are_never_added(facts: Book, asked: Asked) -> None:
    results = judged(facts, asked, AS_OF)
    figures = persistency(results, book=facts)
    for row in figures.iter_rows(named=True):
        own = results.policies.filter(pl.col("currency") == row["currency"])
        assert (row["numerator"], row["denominator"]) == (own["numerator"].sum(), own["denominator"].sum())
