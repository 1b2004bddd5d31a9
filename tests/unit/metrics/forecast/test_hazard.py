"""The hazard and what is fitted to it: effects, spread, clusters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from books.described_book import book as described
from books.described_book import policy, yuan
from desks.forecast_book import AS_OF, EFFECTIVE, FIRST
from policyserve.book import columns
from policyserve.dates import add_months
from policyserve.metrics.forecast.chances import kept_later, spread_of
from policyserve.metrics.forecast.covariates import facts_on
from policyserve.metrics.forecast.hazard import fit, lost_share, predictor
from policyserve.metrics.forecast.outcomes import frozen, outcomes
from policyserve.metrics.forecast.past_cases import History, open_units


@pytest.mark.parametrize(("of_agents", "found"), [(0.0, (0.0, 0.0)), (0.8, (0.5, 1.0))], ids=["alike", "different"])
def test_a_spread_is_found_between_groups_that_differ_and_none_where_chance_makes_the_difference(
    of_agents: float, found: tuple[float, float]
) -> None:
    """A year's hazard of 0.3, month by month: who is lost early has few rows, and weighs no less for that."""
    draw = np.random.default_rng(11)
    agents, policies = 60, 6000
    known = described(*(policy(f"P{n}", EFFECTIVE, 1000, writing=f"A{n % agents}") for n in range(1, policies + 1)))
    hazard = 0.3 * np.exp(draw.normal(0, of_agents, agents) - of_agents**2 / 2)[np.arange(policies) % agents]
    last, cohort = draw.exponential(1 / hazard) * 12, draw.integers(1, 13, policies)
    rows = [
        {"policy_id": n + 1, "cohort": date(2020, int(cohort[n]), 1), "day": add_months(FIRST, month),
         "kept": bool(last[n] >= 12)}
        for n in range(policies) for month in range(12) if last[n] > month
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"policy_id": pl.Int32})
    share = frame.select(1 - pl.col("kept").mean().over("day")).to_series().to_numpy()
    spread = spread_of(frame, predictor(share), known)
    assert found[0] <= spread.agent <= found[1]
    assert spread.cohort == 0


def test_kaplan_meier_with_two_ends_by_hand() -> None:
    """Of four, one is lost on day -100, one kept on day 0, one kept on day 10, one lost on day 61."""
    due = date(2026, 1, 31)
    leads = {-100: "lost", 0: "kept", 10: "kept", 61: "lost"}
    decided = pl.DataFrame({
        "policy_id": range(4), "due_on": [due] * 4, "cutoff_on": [due + timedelta(days=60)] * 4,
        "outcome": list(leads.values()), "decided_on": [due + timedelta(days=lead) for lead in leads],
    })  # fmt: skip
    table = kept_later(History(decided=decided, rows=pl.DataFrame(), as_of=AS_OF))
    assert table.select("lead", "kept", "seen").rows() == [
        (-100, pytest.approx(2 / 3), 3), (0, pytest.approx(1 / 2), 2), (10, pytest.approx(0.0), 1)
    ]  # fmt: skip


def test_the_hazard_finds_the_effects_that_made_the_data() -> None:
    draw = np.random.default_rng(5)
    true = np.array([-2.0, 0.7, -0.4])
    facts = np.column_stack([np.ones(20_000), draw.normal(size=20_000), draw.integers(0, 2, 20_000)])
    lost = (draw.random(20_000) < lost_share(facts @ true)).astype(float)
    fitted = fit(facts, lost, np.arange(20_000))
    errors = np.sqrt(np.diag(fitted.covariance))
    assert np.abs((fitted.coefficients - true) / errors).max() < 3
    assert errors.max() < 0.06


def test_more_days_of_the_same_policies_are_no_more_policies() -> None:
    draw = np.random.default_rng(6)
    facts = np.column_stack([np.ones(300), draw.normal(size=(300, 4))])
    lost = (draw.random(300) < 0.2).astype(float)
    policies = np.arange(300)
    once = fit(facts, lost, policies)
    often = fit(np.repeat(facts, 12, axis=0), np.repeat(lost, 12), np.repeat(policies, 12))
    assert often.coefficients == pytest.approx(once.coefficients, abs=1e-6)
    assert often.covariance == pytest.approx(once.covariance, abs=1e-6)


def test_a_fact_that_tells_everything_stays_finite() -> None:
    told = np.repeat([0.0, 1.0], 500)
    fitted = fit(np.column_stack([np.ones(1000), told]), told, np.arange(1000))
    assert np.isfinite(fitted.coefficients).all()
    assert lost_share(np.array([fitted.coefficients.sum()]))[0] > 0.97


def test_services_count_only_up_to_the_day() -> None:
    one = described(policy("P", EFFECTIVE, yuan(1000), payments={2: None}))
    visits = [{"service": "visit-m1", "subject_kind": "policy", "subject_id": 1, "done_on": day}
              for day in (date(2025, 6, 20), date(2026, 7, 1))]  # fmt: skip
    visited = replace(one, contacts=pl.DataFrame(visits, schema=columns.CONTACTS))
    decided = outcomes(frozen(visited, as_of=AS_OF))
    assert facts_on(visited, open_units(visited, AS_OF), decided)["services"].to_list() == [1.0]
