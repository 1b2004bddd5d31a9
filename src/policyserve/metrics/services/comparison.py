"""Groups of policies compared by how fast they are lost: log-rank test, and hazard ratios of Cox."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import erfc, exp, sqrt
from typing import TYPE_CHECKING, Any

import polars as pl

from policyserve.metrics.forecast.survival import normal_quantile

if TYPE_CHECKING:
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter  # type: ignore[import-untyped]

GROUPS = ("none", "some", "all")
"""How many of the first-year services were done by the landmark; the first is what the others are compared with."""

COMMON = 50
"""Policies that a mode or kind must have to be adjusted for by itself."""

RIDGE = 1e-8
"""Holds a coefficient that nothing speaks for, or that would run away; too small to be seen in any other."""

WIDEST = 10.0
"""A standard error above which the agents say nothing of a group."""


def log_rank(policies: pl.DataFrame) -> float | None:
    """Return the p-value of the log-rank test of the curves of the groups.

    None where fewer than two groups were followed to the first loss, or nobody was lost.
    """
    from lifelines.statistics import multivariate_logrank_test  # type: ignore[import-untyped]

    first = policies["days"].filter(policies["lost"]).min()
    if first is None:
        return None
    followed = policies.filter(pl.col("days").max().over("services") >= first)
    if followed["services"].n_unique() < 2:
        return None
    names = followed["services"].cast(pl.String).to_numpy()
    tested = multivariate_logrank_test(followed["days"].to_numpy(), names, followed["lost"].to_numpy())
    return float(tested.p_value)


def hazard_ratios(policies: pl.DataFrame, *, confidence: float = 0.95) -> pl.DataFrame:
    """Fit the proportional hazards of Cox; a row per group with services: see `Worth.ratios`.

    Adjusted for premium, mode and kind, with a baseline of its own for each agent (strata) and errors robust against
    likeness within an agent. The unadjusted ratio has neither. Groups in which none, or all, were lost are left out,
    and those that no agent has beside policies without service.
    """
    told = policies.filter(pl.col("services").is_in(_comparable(policies).implode()))
    terms = [name for name in GROUPS[1:] if name in set(told["services"].cast(pl.String))]
    if "none" not in set(told["services"].cast(pl.String)) or not terms:
        return pl.DataFrame(schema=_RATIOS)
    groups = [(told["services"] == name).cast(pl.Float64).alias(name) for name in terms]
    adjusted = _fitted(told, [*groups, *_adjustments(told)], strata=True)
    crude = _fitted(told, groups, strata=False)
    rows = [
        {"services": name, **_ratio(adjusted, name, confidence), "unadjusted": exp(crude.params_[name])}
        for name in terms
        if 0 < adjusted.standard_errors_[name] < WIDEST
    ]
    return pl.DataFrame(rows, schema=_RATIOS)


def _ratio(fitted: SemiParametricPHFitter, name: str, confidence: float) -> dict[str, float]:
    value, error = float(fitted.params_[name]), float(fitted.standard_errors_[name])
    width = normal_quantile(confidence) * error
    return {
        "ratio": exp(value),
        "lower": exp(value - width),
        "upper": exp(value + width),
        "p": erfc(abs(value) / error / sqrt(2)),
    }


_RATIOS = pl.Schema({
    "services": pl.String(), "ratio": pl.Float64(), "lower": pl.Float64(), "upper": pl.Float64(), "p": pl.Float64(),
    "unadjusted": pl.Float64(),
})  # fmt: skip


def _comparable(policies: pl.DataFrame) -> pl.Series:
    """Return the groups that lost some and kept some."""
    fates = policies.group_by("services").agg(lost=pl.col("lost").any(), kept=(~pl.col("lost")).any())
    return fates.filter("lost", "kept")["services"]


def _adjustments(policies: pl.DataFrame) -> list[pl.Series]:
    """Return what is adjusted for, as columns that vary: premium, and the modes and kinds that are common."""
    columns = [policies["log_premium"] - policies["log_premium"].mean()]
    for name in ("mode", "kind"):
        values = policies[name].value_counts(sort=True).filter(pl.col("count") >= COMMON).sort("count", name)
        columns += [(policies[name] == value).cast(pl.Float64).alias(f"{name} {value}") for value in values[name][:-1]]
    return [column for column in columns if column.n_unique() > 1]


def _fitted(policies: pl.DataFrame, facts: Sequence[pl.Series], *, strata: bool) -> SemiParametricPHFitter:
    """Fit the proportional hazards, with `strata` for each agent, and errors robust within each.

    What nothing speaks for is seen by its error: the warnings of the fit say no more. Strata are found fast in sorted
    rows.
    """
    import pandas as pd  # type: ignore[import-untyped]

    place = policies["agent_id"].arg_sort()
    rows = {fact.name: fact[place].to_numpy() for fact in facts}
    rows |= {name: policies[name][place].to_numpy() for name in ("days", "lost")}
    asked: dict[str, Any] = {}
    if strata:
        rows |= {name: policies["agent_id"][place].to_numpy() for name in ("agent", "cluster")}
        asked = {"strata": ["agent"], "cluster_col": "cluster"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _fitter().fit(pd.DataFrame(rows), "days", "lost", **asked)


def _fitter() -> SemiParametricPHFitter:
    """Return what fits in lifelines, but for a description and a baseline of every stratum: only plots use them.

    With two thousand agents they took four fifths of the time. Should lifelines rename them, it is slow, not wrong.
    """
    import pandas as pd
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter

    class Fitter(SemiParametricPHFitter):  # type: ignore[misc]
        def _compute_central_values_of_raw_training_data(self, *_: object, **__: object) -> None:
            pass

        def _compute_baseline_hazards(self, *_: object) -> pd.DataFrame:
            return pd.DataFrame()

    return Fitter(penalizer=RIDGE)
