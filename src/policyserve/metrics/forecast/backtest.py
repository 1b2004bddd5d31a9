"""Was a forecast right: past forecasts made without looking ahead, and what then came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.errors import PolicyserveError
from policyserve.metrics.forecast.chances import METHODS, Chances, chances, fittable, usable
from policyserve.metrics.forecast.outcomes import days_before
from policyserve.metrics.forecast.past_cases import History, history
from policyserve.metrics.forecast.simulation import intervals
from policyserve.metrics.groupings import writing_agents

STEP = 3
"""Months from one past forecast to the next."""

USED = "forecast"
"""The method that a forecast would have used on the day: see `usable`."""

TRIED = (USED, *METHODS)

BINS = (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975)
"""Where the bins of the calibration begin."""


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Past forecasts beside what came."""

    policies: pl.DataFrame
    """A row per past day and policy then open whose premium is final by now: `day`, `policy_id`, `cohort`, `lead`,
    `stage`, `kept`, and a chance per method of TRIED."""
    cohorts: pl.DataFrame
    """A row per past day and cohort then open, by what a forecast would have used: `day`, `cohort`, `policies`,
    `expected`, `lower`, `upper`, `kept` (sums of premium over first-year premium of what was open), `covered`."""
    confidence: float


def backtest(
    book: Book, *, as_of: date, months: int = 36, days: Sequence[date] | None = None, confidence: float = 0.95
) -> Backtest:
    """Forecast on past days, each with what was known then, and put beside it what is final on `as_of`.

    `months`: what each past forecast learns from. `days`: some of the days 1, 2, ... months before `as_of`; by default
    every third of the last `months`. Raises PolicyserveError where no past day had a past of its own to learn from.
    """
    asked = list(days) if days is not None else days_before(as_of, months)[STEP - 1 :: STEP]
    whole = history(book, as_of=as_of, months=_months_between(min(asked), as_of) + months)
    tried = [one for day in sorted(asked) if (one := _tried(whole, day, months, book, confidence)) is not None]
    if not tried:
        raise PolicyserveError(
            "Nothing can be tried on the past of {as_of}: no earlier day had 200 policies past their month "
            "13, of which 20 were lost. Import more past years, or ask about a larger part of the book.",
            as_of=as_of,
        )
    return Backtest(
        policies=pl.concat([policies for policies, _ in tried]),
        cohorts=pl.concat([cohorts for _, cohorts in tried]),
        confidence=confidence,
    )


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _tried(
    whole: History, day: date, months: int, book: Book, confidence: float
) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Forecast on one past day; None where there was too little to learn from, or nothing has come of it yet."""
    past = whole.as_known(day, months)
    rows = whole.rows.filter(pl.col("day") == day)
    if rows.is_empty() or not fittable(past):
        return None
    given = {method: chances(past, rows, method, book) for method in METHODS}
    policies = rows.select("day", "policy_id", "cohort", "lead", "stage", "kept", "denominator").with_columns(
        **{method: pl.Series(found.kept) for method, found in given.items()}
    )
    used = usable(past)
    return policies.with_columns(pl.col(used).alias(USED)), _cohorts(policies, given[used], book, confidence)


def _cohorts(policies: pl.DataFrame, given: Chances, book: Book, confidence: float) -> pl.DataFrame:
    numbered = policies.with_columns(
        group=pl.col("cohort").rank("dense").cast(pl.Int64) - 1, chance=pl.Series(given.kept)
    )
    drawn = intervals(writing_agents(numbered, book), given, weights="denominator", confidence=confidence)
    premium = pl.col("denominator")
    return (
        numbered.group_by("group", "day", "cohort")
        .agg(
            policies=pl.len().cast(pl.Int64),
            expected=(pl.col("chance") * premium).sum() / premium.sum(),
            kept=premium.filter("kept").sum() / premium.sum(),
            whole=premium.sum(),
        )
        .join(drawn, on="group")
        .with_columns(pl.col("lower", "upper") / pl.col("whole"))
        .with_columns(covered=pl.col("kept").is_between(pl.col("lower") - 1e-12, pl.col("upper") + 1e-12))
        .sort("cohort")
        .select("day", "cohort", "policies", "expected", "lower", "upper", "kept", "covered")
    )


def scores(tried: Backtest) -> pl.DataFrame:
    """Compare the methods of TRIED: `method`, `stage` (`all` first), `policies`, `brier` (mean squared error of the
    chance), `gain` (by how much it is below that of the base rate, as a share), `expected` and `kept` (means).
    """
    long = pl.concat([
        tried.policies.select("stage", "kept", method=pl.lit(method), chance=pl.col(method)) for method in TRIED
    ])  # fmt: skip
    both = pl.concat([long.with_columns(stage=pl.lit("all")), long])
    base = pl.col("brier").filter(pl.col("method") == "base-rate").first().over("stage")
    order = pl.col("method").replace_strict({method: place for place, method in enumerate(TRIED)})
    return (
        both.group_by("stage", "method")
        .agg(
            policies=pl.len().cast(pl.Int64),
            brier=((pl.col("chance") - pl.col("kept").cast(pl.Float64)) ** 2).mean(),
            expected=pl.col("chance").mean(),
            kept=pl.col("kept").mean(),
        )
        .with_columns(gain=1 - pl.col("brier") / base)
        .sort(pl.col("stage") != "all", "stage", order)
        .select("method", "stage", "policies", "brier", "gain", "expected", "kept")
    )


def calibration(tried: Backtest, *, method: str = USED) -> pl.DataFrame:
    """Compare chances with what came: `chance_from`, `policies`, `expected`, `kept` (means), `error` (standard error of
    `kept`).
    """
    bins = pl.DataFrame({"chance_from": BINS})
    return (
        tried.policies.sort(method)
        .join_asof(bins, left_on=method, right_on="chance_from", coalesce=False)
        .group_by("chance_from")
        .agg(policies=pl.len().cast(pl.Int64), expected=pl.col(method).mean(), kept=pl.col("kept").mean())
        .with_columns(error=(pl.col("expected") * (1 - pl.col("expected")) / pl.col("policies")).sqrt())
        .sort("chance_from")
    )


def coverage(tried: Backtest) -> pl.DataFrame:
    """Say how often the interval held what came: `cohorts`, `covered`, `share`, `confidence`, `mean_width`."""
    return tried.cohorts.select(
        cohorts=pl.len().cast(pl.Int64),
        covered=pl.col("covered").sum().cast(pl.Int64),
        share=pl.col("covered").mean(),
        confidence=pl.lit(tried.confidence),
        mean_width=(pl.col("upper") - pl.col("lower")).mean(),
    )
