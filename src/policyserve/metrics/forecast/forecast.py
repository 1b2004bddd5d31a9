"""Forecast of 13-month persistency: what cohorts that are not yet final will come to, with an interval.

Expected numerator = premium kept for certain + the sum of chance x premium over what is open. Nothing dated after the
as-of day is looked at, and nothing is learnt from a policy whose grace was not over by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.metrics.forecast.chances import Chances, Method, chances, usable
from policyserve.metrics.forecast.covariates import facts_on
from policyserve.metrics.forecast.outcomes import frozen, outcomes, premium_if_kept
from policyserve.metrics.forecast.past_cases import MONTHS_BACK, UNITS, history
from policyserve.metrics.forecast.simulation import SEED, intervals
from policyserve.metrics.groupings import FIELDS, fields_of, with_policies, writing_agents
from policyserve.metrics.persistency.persistency import PolicyResults, grouped
from policyserve.metrics.targets import SMALL

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Every policy with its chance, and how the chances came about."""

    policies: pl.DataFrame
    """The columns of `outcomes`, `if_kept` (minor units) and `chance` (of being kept; 1 and 0 for what is decided),
    for open ones also the facts; sorted by `policy_id`; without the excluded ones."""
    open_chances: Chances
    """Those of the open policies, in the order of `policies`."""
    results: PolicyResults
    method: Method
    learnt_from: int
    """Final policies that the chances were learnt from."""
    as_of: date


def forecast_policies(
    book: Book,
    *,
    as_of: date,
    method: Method = "hazard",
    months: int = MONTHS_BACK,
    cohort_from: date | None = None,
    cohort_to: date | None = None,
) -> Forecast:
    """Give every policy its chance; a hazard that the past does not carry is replaced by Kaplan-Meier.

    Without `cohort_from` and `cohort_to` (days in the first and last month): the cohorts with something open. Raises
    PolicyserveError where nothing is final yet.
    """
    past = history(book, as_of=as_of, months=months)
    used = usable(past, method)
    results = frozen(book, as_of=as_of, cohort_from=cohort_from, cohort_to=cohort_to)
    policies = outcomes(results).filter(pl.col("outcome") != "excluded")
    if cohort_from is None and cohort_to is None:
        policies = policies.join(_open(policies).select("cohort").unique(), on="cohort", how="semi")
    units = _open(policies).with_columns(day=pl.lit(as_of)).select(UNITS).sort("policy_id")
    facts = facts_on(book.as_of(as_of), units, past.decided)
    given = chances(past, facts, used, book)
    known = facts.drop("cohort", "due_on", "cutoff_on", "denominator", "day", "agent_id", "customer_id")
    return Forecast(
        policies=_with_chances(policies, known.with_columns(chance=pl.Series(given.kept)), book, as_of),
        open_chances=given,
        results=results,
        method=used,
        learnt_from=past.final.height,
        as_of=as_of,
    )


def _open(policies: pl.DataFrame) -> pl.DataFrame:
    return policies.filter(pl.col("outcome") == "open")


def _with_chances(policies: pl.DataFrame, known: pl.DataFrame, book: Book, as_of: date) -> pl.DataFrame:
    worth = premium_if_kept(book, known.select("policy_id"), as_of=as_of)
    certain = (pl.col("outcome") == "kept").cast(pl.Float64)
    return (
        policies.sort("policy_id")
        .join(known, on="policy_id", how="left", maintain_order="left")
        .join(worth, on="policy_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("chance", certain).alias("chance"), pl.coalesce("if_kept", "numerator"))
    )


def forecast(
    made: Forecast, *, by: Sequence[str] = ("cohort",), book: Book, confidence: float = CONFIDENCE, seed: int = SEED
) -> pl.DataFrame:
    """Add the chances up: a row per group and currency, sorted.

    Columns: a field per grouping, `currency`, `denominator` (first-year premium of the policies decided and open),
    `kept` (premium kept for certain), `open` (premium that may still come), `expected` (numerator, all minor units),
    `ratio` (expected), `lower` and `upper` (its limits), `floor` and `ceiling` (nothing, or all, of what is open
    comes), `policies`, `open_policies`, `expected_policies` (number kept), `method`, `learnt_from`, `confidence`,
    `profile`, `as_of`, `status` (`final` once the grace of all is over), `small` (fewer than 30 policies).
    """
    fields = fields_of(by, FIELDS)
    keys = [*fields, "currency"]
    policies = grouped(replace(made.results, policies=made.policies), fields, book)
    is_open = pl.col("outcome") == "open"
    numbered = policies.sort("policy_id").with_columns(group=pl.struct(keys).rank("dense").cast(pl.Int64) - 1)
    sums = numbered.group_by("group", *keys).agg(
        pl.col("denominator").sum(),
        kept=pl.col("numerator").sum(),
        open=pl.col("if_kept").filter(is_open).sum(),
        expected=(pl.col("chance") * pl.col("if_kept")).sum(),
        policies=pl.len().cast(pl.Int64),
        open_policies=is_open.sum().cast(pl.Int64),
        last_cutoff=pl.col("cutoff_on").max(),
        expected_policies=pl.col("chance").sum(),
    )
    units = writing_agents(numbered.filter(is_open).select("policy_id", "group", "cohort", "if_kept"), book)
    drawn = intervals(units, made.open_chances, weights="if_kept", confidence=confidence, seed=seed)
    return _shown(sums.join(drawn, on="group", how="left"), keys, made, confidence)


def _shown(sums: pl.DataFrame, keys: list[str], made: Forecast, confidence: float) -> pl.DataFrame:
    def share(amount: pl.Expr) -> pl.Expr:
        return pl.when(pl.col("denominator") > 0).then(amount / pl.col("denominator"))

    month = pl.col("cohort").dt.strftime("%Y-%m") if "cohort" in keys else None
    return (
        sums.sort(keys)
        .with_columns(pl.col("lower", "upper").fill_null(0.0))
        .select(
            *(month if key == "cohort" and month is not None else pl.col(key) for key in keys),
            "denominator", "kept", "open", pl.col("expected").round().cast(pl.Int64),
            ratio=share(pl.col("expected")),
            lower=share(pl.min_horizontal(pl.col("kept") + pl.col("lower"), "expected")),
            upper=share(pl.max_horizontal(pl.col("kept") + pl.col("upper"), "expected")),
            floor=share(pl.col("kept")),
            ceiling=share(pl.col("kept") + pl.col("open")),
            policies="policies",
            open_policies="open_policies",
            expected_policies="expected_policies",
            method=pl.lit(made.method),
            learnt_from=pl.lit(made.learnt_from),
            confidence=pl.lit(confidence),
            profile=pl.lit(made.results.profile.name),
            as_of=pl.lit(made.as_of),
            status=pl.when(pl.col("last_cutoff") < made.as_of).then(pl.lit("final")).otherwise(pl.lit("provisional")),
            small=pl.col("policies") < SMALL,
        )
    )  # fmt: skip


def policies_forecast(made: Forecast, book: Book, by: Sequence[str] = ()) -> pl.DataFrame:
    """List the open policies, the least likely first: `policy_no`, `cohort`, `due_on`, `cutoff_on`, `stage` (`due` on
    the due day itself), `lead` (days since the due day), `chance`, `if_kept`, `currency`. The fields of the
    groups `by` come first.
    """
    today = (pl.col("stage") == "not_due") & (pl.col("lead") == 0)
    open_ones = made.policies.filter(pl.col("outcome") == "open")
    listed = with_policies(open_ones, book, ["policy_no"]).with_columns(
        stage=pl.when(today).then(pl.lit("due")).otherwise("stage")
    )
    if by:
        groups = grouped(made.results, by, book).select("policy_id", *by)
        listed = listed.join(groups, on="policy_id", how="left", maintain_order="left")
    return listed.sort("chance", "policy_no").select(
        *by, "policy_no", pl.col("cohort").dt.strftime("%Y-%m"), "due_on", "cutoff_on", "stage", "lead", "chance",
        "if_kept", "currency",
    )  # fmt: skip
