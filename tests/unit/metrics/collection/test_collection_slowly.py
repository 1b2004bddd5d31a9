"""Premiums due judged twice: by the fast reading and by the slow one; their lists add up to the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import random_books
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.metrics.collection.collection import collection, instalments_behind
from policyserve.metrics.collection.dues import FATES, instalments_due
from policyserve.metrics.collection.timing import STEPS, collected_behind, collected_by
from slow.collection import Due, Judge

RUNS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def with_riders(draw: st.DrawFn, as_of: date) -> Book:
    """Draw a book, and put riders beside its policies: most of the same day and mode, some with rows and events."""
    book = draw(random_books.books(as_of))
    mains = book.policies.filter(pl.col("main_policy_id").is_null()).to_dicts()
    riders, premiums, events = [], [], []
    for place, main in enumerate(mains):
        if draw(st.booleans()):
            key = 1000 + place
            rider = {"policy_id": key, "policy_no": f"R{place}", "main_policy_id": main["policy_id"], "premium": 60}
            mode = draw(st.sampled_from([main["mode"]] * 4 + ["annual"]))
            years = {"pay_years": draw(st.sampled_from([main["pay_years"], None, 2])), "ends_on": None}
            riders.append(main | rider | years | {"mode": mode})
            if draw(st.sampled_from([False, False, True])):
                premiums.append({"policy_id": key, "instalment": 2, "paid_on": draw(random_books.days_near(as_of))})
            if draw(st.sampled_from([False, True])):
                kind = draw(st.sampled_from(["surrender", "terminated", "waiver", "claim_termination"]))
                day = draw(st.sampled_from([timedelta(days=days) for days in (0, 1, 30, 61, 200, 420)]))
                events.append({
                    "customer_id": main["customer_id"], "policy_id": key, "number": 500 + place, "kind": kind,
                    "occurred_on": as_of - day,
                })  # fmt: skip
    return replace(
        book,
        policies=_more(book.policies, riders),
        premiums=_more(book.premiums, premiums),
        events=_more(book.events, events),
    )


def _more(frame: pl.DataFrame, rows: list[dict[str, object]]) -> pl.DataFrame:
    made = [{name: row.get(name) for name in frame.columns} for row in rows]
    return pl.concat([frame, pl.DataFrame(made, schema=frame.schema)])


AS_OF = date(2026, 11, 21)
PERIODS = st.sampled_from(
    [
        Days.between(date(2026, 1, 1), date(2026, 12, 31)),
        Days.between(date(2024, 1, 1), date(2027, 6, 30)),
        Days.between(date(2026, 9, 1), date(2026, 11, 21)),
    ]
)


@pytest.mark.slow
@RUNS
@given(st.data(), PERIODS, st.sampled_from([None, None, 2, 3]))
def test_the_fast_reading_agrees_with_the_slow_one(data: st.DataObject, period: Days, policy_year: int | None) -> None:
    book = data.draw(with_riders(AS_OF))
    found = instalments_due(book, period, policy_year=policy_year, as_of=AS_OF)
    fast = {
        (row["policy_id"], row["instalment"]): Due(fate=row["fate"], amount=row["amount"], paid_on=row["paid_on"])
        for row in found.iter_rows(named=True)
    }
    assert fast == Judge(book=book, as_of=AS_OF).dues(period, policy_year)


@pytest.mark.slow
@RUNS
@given(st.data(), PERIODS)
def test_the_lists_add_up_to_the_figures(data: st.DataObject, period: Days) -> None:
    book = data.draw(with_riders(AS_OF))
    asked = {"policy_year": None, "by": ["agent"], "as_of": AS_OF}
    listed = instalments_behind(book, period, **asked)  # type: ignore[arg-type]
    amounts = [pl.col("amount").filter(pl.col("fate") == fate).sum().alias(fate) for fate in FATES]
    count = (~pl.col("rider")).sum().cast(pl.Int64).alias("due_count")
    sums = listed.group_by("agent_no", "currency").agg(pl.col("amount").sum().alias("due"), *amounts, count)
    figures = collection(book, period, **asked)  # type: ignore[arg-type]
    assert sums.sort("agent_no").equals(figures.select(sums.columns).sort("agent_no"))

    by_step = collected_behind(book, period, **asked)  # type: ignore[arg-type]
    for figure in collected_by(book, period, **asked).to_dicts():  # type: ignore[arg-type]
        rows = by_step.filter(
            pl.col("agent_no").eq_missing(pl.lit(figure["agent_no"])), pl.col("month") == figure["month"]
        )
        steps = [rows.filter(pl.col("step").is_in(STEPS[: place + 1]))["amount"].sum() for place in range(len(STEPS))]
        assert [rows["amount"].sum(), *steps] == [figure["due"], *(figure[step] for step in STEPS)]
