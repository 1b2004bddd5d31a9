"""Premiums due judged twice: by the fast reading and by the slow one; their lists add up to the figures."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books.random_riders import with_riders
from policyserve.dates import Days
from policyserve.metrics.collection.collection import collection, instalments_behind
from policyserve.metrics.collection.dues import FATES, instalments_due
from policyserve.metrics.collection.steps import STEPS, collected_behind, collected_by
from slow.collection import Due, Judge

RUNS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

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
        (row["policy_id"], row["instalment"]): Due(
            fate=row["fate"], amount=row["amount"], paid_on=row["paid_on"], riders=row["rider_amount"]
        )
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
