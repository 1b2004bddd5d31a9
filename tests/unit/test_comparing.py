"""The fit of Cox and the log-rank test, judged by lifelines."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from policyserve.metrics.comparing import GROUPS, hazard_ratios, log_rank
from policyserve.metrics.cox import fit

lifelines = pytest.importorskip("lifelines")
statistics = pytest.importorskip("lifelines.statistics")


@pytest.mark.parametrize(("size", "facts", "strata"), [(300, 2, 5), (1500, 3, 20), (800, 2, 1)])
@pytest.mark.parametrize("days", [15, 3000], ids=["many on one day", "hardly two on one day"])
def test_the_fit_with_strata_agrees_with_lifelines(size: int, facts: int, strata: int, days: int) -> None:
    draw = np.random.default_rng(size + days)
    known = draw.normal(size=(size, facts))
    known -= known.mean(axis=0)
    stratum = draw.integers(0, strata, size)
    hazard = np.exp(known @ np.linspace(0.6, -0.4, facts) + stratum / strata)
    last = np.ceil(draw.exponential(1 / hazard) * days).astype(int)
    lost = draw.random(size) < 0.6
    ours = fit(known, last, lost, stratum, np.arange(size) // 2)
    frame = pl.DataFrame({
        **{f"x{n}": known[:, n] for n in range(facts)}, "days": last, "lost": lost.astype(int), "stratum": stratum,
        "cluster": np.arange(size) // 2,
    })  # fmt: skip
    judge = lifelines.CoxPHFitter().fit(frame.to_pandas(), "days", "lost", strata=["stratum"], cluster_col="cluster")
    assert ours.coefficients == pytest.approx(judge.params_.to_numpy(), abs=1e-4)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(judge.standard_errors_.to_numpy(), rel=0.05)
    row = ours.ratio(0, 0.95)
    assert (row["ratio"], row["p"]) == pytest.approx((judge.hazard_ratios_["x0"], judge.summary["p"]["x0"]), rel=0.05)


@pytest.mark.parametrize("size", [20, 300, 3000])
@pytest.mark.parametrize("groups", [GROUPS, GROUPS[1:]], ids=["three groups", "two groups"])
def test_the_log_rank_test_agrees_with_lifelines(size: int, groups: tuple[str, ...]) -> None:
    draw = np.random.default_rng(size)
    policies = followed(draw.choice(groups, size), draw.integers(1, 90, size), draw.random(size) < 0.5)
    names = policies["services"].cast(pl.String).to_numpy()
    judge = statistics.multivariate_logrank_test(policies["days"].to_numpy(), names, policies["lost"].to_numpy())
    assert log_rank(policies) == pytest.approx(judge.p_value, rel=1e-9)


def followed(groups: Any, days: Any, lost: Any, agents: list[int] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame({"services": pl.Series(groups, dtype=pl.Enum(GROUPS)), "days": days, "lost": lost})
    return frame.with_columns(
        agent_id=pl.Series(agents or [1] * frame.height), log_premium=pl.lit(1.0), mode=pl.lit("annual"),
        kind=pl.lit("life"), policy_id=pl.int_range(pl.len()),
    )  # fmt: skip


def test_two_policies_by_hand() -> None:
    """One of two is lost on day 1: expected 1/2, variance 1/4, so the chi-square is 1."""
    assert log_rank(followed(["none", "all"], [1, 2], [True, False])) == pytest.approx(0.3173105)


@pytest.mark.parametrize("lost", [[False] * 4, [True] * 4], ids=["nobody lost", "a group lost whole"])
def test_groups_in_which_all_fared_alike_have_no_ratio(lost: list[bool]) -> None:
    assert hazard_ratios(followed(["none", "none", "all", "all"], [5, 6, 7, 8], lost)).is_empty()


def test_groups_that_no_agent_has_both_of_have_no_ratio() -> None:
    apart = followed(["none"] * 4 + ["all"] * 4, [5, 6, 7, 8] * 2, [True, False] * 4, [1] * 4 + [2] * 4)
    assert hazard_ratios(apart).is_empty()


def test_a_group_that_is_never_followed_to_a_loss_is_not_tested() -> None:
    assert log_rank(followed(["none", "none", "all"], [9, 9, 1], [True, False, False])) is None


def test_a_fact_that_tells_everything_stays_finite() -> None:
    told = np.repeat([-0.5, 0.5], 20)
    fitted = fit(told[:, None], np.arange(40) + 1, told > 0, np.zeros(40, dtype=int), np.arange(40))
    assert np.isfinite(fitted.coefficients).all()
    assert np.isfinite(fitted.covariance).all()
