"""Groups of policies compared by how fast they are lost: log-rank test, and hazard ratios of Cox."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, sqrt
from typing import TYPE_CHECKING

import polars as pl

from policyserve.metrics.cox import Cox, fit

if TYPE_CHECKING:
    from policyserve.metrics.hazard import Whole

GROUPS = ("none", "some", "all")
"""How many of the first-year services were done by the landmark; the first is what the others are compared with."""

COMMON = 50
"""Policies that a mode or kind must have to be adjusted for by itself."""


def log_rank(policies: pl.DataFrame) -> float | None:
    """Return the p-value of the log-rank test of the curves of the groups (at most three of them).

    On every day somebody is lost, each group is expected to lose its share of those still followed; the squared
    differences of all days together are a chi-square. None where fewer than two groups were followed, or nobody lost.
    """
    import numpy as np

    groups = [rows for _, rows in policies.sort("services").group_by("services", maintain_order=True)]
    lost_on = np.unique(policies.filter("lost")["days"].to_numpy())
    if len(groups) < 2 or not lost_on.size:
        return None
    followed = np.array([_from(rows["days"], lost_on) for rows in groups], dtype=np.float64)
    lost = np.array([_on(rows.filter("lost")["days"], lost_on) for rows in groups], dtype=np.float64)
    everybody, losses = followed.sum(axis=0), lost.sum(axis=0)
    share = followed / everybody
    excess = (lost - losses * share).sum(axis=1)[1:]
    spread = losses * (everybody - losses) / np.maximum(everybody - 1, 1)
    covariance = (np.diag((spread * share).sum(axis=1)) - np.einsum("t,gt,ht->gh", spread, share, share))[1:, 1:]
    if np.linalg.matrix_rank(covariance) < excess.size:
        return None
    square = float(excess @ np.linalg.solve(covariance, excess))
    return erfc(sqrt(square / 2)) if excess.size == 1 else exp(-square / 2)


def _from(days: pl.Series, asked: Whole) -> Whole:
    """Count those who were followed for so many days at least."""
    counts: Whole = days.len() - days.sort().to_numpy().searchsorted(asked, side="left")
    return counts


def _on(days: pl.Series, asked: Whole) -> Whole:
    """Count those whose last day it was."""
    return _from(days, asked) - _from(days, asked + 1)


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
    everybody = pl.repeat(0, told.height, eager=True)
    adjusted = _cox(told, [*groups, *_adjustments(told)], told["agent_id"], told["agent_id"])
    crude = _cox(told, groups, everybody, told["policy_id"])
    rows = [
        {"services": name, **adjusted.ratio(place, confidence), "unadjusted": crude.ratio(place, confidence)["ratio"]}
        for place, name in enumerate(terms)
        if adjusted.tells(place)
    ]
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


def _cox(policies: pl.DataFrame, facts: Sequence[pl.Series], strata: pl.Series, clusters: pl.Series) -> Cox:
    import numpy as np

    centred = np.column_stack([fact.to_numpy() - fact.to_numpy().mean() for fact in facts])
    days, lost = policies["days"].to_numpy(), policies["lost"].to_numpy()
    return fit(centred, days, lost, _numbered(strata), _numbered(clusters))


def _numbered(keys: pl.Series) -> Whole:
    """Number the keys from 0."""
    numbers: Whole = keys.rank("dense").cast(pl.Int64).to_numpy() - 1
    return numbers
