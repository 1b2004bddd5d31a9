"""Groups of policies compared by how fast they are lost: log-rank test, and hazard ratios of Cox by lifelines."""

from __future__ import annotations

import warnings
from typing import Any

import polars as pl

GROUPS = ("none", "some", "all")
"""How many of the first-year services were done by the landmark; the first is what the others are compared with."""

COMMON = 50
"""Policies that a mode or kind must have to be adjusted for by itself."""


def log_rank(policies: pl.DataFrame) -> float | None:
    """Return the p-value of the log-rank test of the curves of the groups; None unless two groups were followed."""
    if policies["services"].n_unique() < 2 or not policies["lost"].any():
        return None
    from lifelines.statistics import multivariate_logrank_test  # type: ignore[import-untyped]

    tested = multivariate_logrank_test(
        policies["days"].to_numpy(), policies["services"].cast(pl.String).to_numpy(), policies["lost"].to_numpy()
    )
    return float(tested.p_value)


def hazard_ratios(policies: pl.DataFrame, *, confidence: float = 0.95) -> pl.DataFrame:
    """Fit the proportional hazards of Cox; a row per group with services: see `Worth.ratios`.

    Adjusted for premium, mode and kind, with a baseline of its own for each agent (strata) and errors robust against
    likeness within an agent. The unadjusted ratio has neither. Groups in which none, or all, were lost are left out;
    no row at all where the groups are too small, or differ too much, for a fit.
    """
    told = policies.filter(pl.col("services").is_in(_comparable(policies).implode()))
    terms = [name for name in GROUPS[1:] if name in set(told["services"].cast(pl.String))]
    if "none" not in set(told["services"].cast(pl.String)) or not terms:
        return pl.DataFrame(schema=_RATIOS)
    plain = told.select(
        "days", pl.col("lost").cast(pl.Int8), "agent_id", *((pl.col("services") == name).cast(pl.Float64).alias(name)
        for name in terms),
    )  # fmt: skip
    adjusted = _cox(
        plain.with_columns(_adjustments(told), stratum="agent_id"), confidence, stratum="stratum", cluster="agent_id"
    )
    crude = _cox(plain.drop("agent_id"), confidence)
    if adjusted is None or crude is None:
        return pl.DataFrame(schema=_RATIOS)
    rows = [{"services": name, **_ratio(adjusted, name), "unadjusted": _ratio(crude, name)["ratio"]} for name in terms]
    return pl.DataFrame(rows, schema=_RATIOS)


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


def _cox(frame: pl.DataFrame, confidence: float, *, stratum: str | None = None, cluster: str | None = None) -> Any:
    """Return the fitted model, None where there is none to be had."""
    from lifelines import CoxPHFitter  # type: ignore[import-untyped]
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        # A mode that hardly anybody of one group has: said of the adjustments, and the services are judged by p.
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            return CoxPHFitter(alpha=1 - confidence).fit(
                frame.to_pandas(), "days", "lost", cluster_col=cluster, strata=[stratum] if stratum else None
            )
        except ConvergenceError:
            return None


def _ratio(fitted: Any, name: str) -> dict[str, float]:
    import numpy as np

    ratio, (lower, upper) = fitted.hazard_ratios_[name], np.exp(fitted.confidence_intervals_.loc[name])
    return {"ratio": float(ratio), "lower": float(lower), "upper": float(upper), "p": float(fitted.summary["p"][name])}
