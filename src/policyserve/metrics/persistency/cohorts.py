"""The policies of a cohort: when their premium of the month is due, until when it may come, and who is left out.

Persistency looks at *lines*: a main policy, or a rider that has a policy number of its own. A main policy with its
riders is one policy (件) of the cohort of the main policy's effective date.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import MODES
from policyserve.contracts.grace import grace_end
from policyserve.contracts.instalments import NO_TURNS, due_by_month
from policyserve.contracts.terms import step
from policyserve.contracts.turns import held
from policyserve.dates import day_of_month, month_number, months_later
from policyserve.errors import QuestionError
from policyserve.metrics.profiles.profile import Cutoff, Observation, Profile

LINE = ("policy_id", "effective_date", "issue_date", "step", "last_step", "required", "premium", "grace")
"""The columns of a line: `step` months between the first instalments and `last_step` at the last one required,
`required` instalments from 1, `premium` of each, `grace` days."""


def grace(profile: Profile) -> pl.Expr:
    """Return the days of grace of a policy, as Int32."""
    days = [profile.grace_of_mode.get(mode, profile.grace_days) for mode in MODES]
    if len(set(days)) == 1:
        return pl.lit(profile.grace_days, dtype=pl.Int32)
    return pl.lit(pl.Series("grace", days, dtype=pl.Int32)).gather(pl.col("mode").to_physical().cast(pl.UInt32))


def cohort_month(text: str) -> date:
    """Read a month as people type it (`2025-03`) as its first day; raise QuestionError for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise QuestionError("'{text}' is no month. Write a month as 2025-03.", text=text) from None


def cohort_policies(
    policies: pl.DataFrame,
    profile: Profile,
    *,
    month: int,
    cutoff: Cutoff,
    cohort_from: date | None = None,
    cohort_to: date | None = None,
    turns: pl.DataFrame = NO_TURNS,
) -> pl.DataFrame:
    """Return the main policies, sorted by key, with the days that persistency of `month` asks for.

    The columns of a line and `cohort` (first day of the month of the effective date), `due_on` (effective date +
    `month` - 1 months), `grace_end`, `cutoff_on`, `ends_on`, and `reason`: why the policy is out from the beginning,
    null if it is in. `cohort_from` and `cohort_to` are days in the first and the last month wanted.
    """
    observation = profile.cutoffs.get(cutoff)
    return (
        policies.lazy()
        .filter(pl.col("main_policy_id").is_null(), *_in_cohorts(cohort_from, cohort_to))
        .with_columns(
            step=step(),
            grace=grace(profile),
            cohort=pl.col("effective_date").dt.month_start(),
            due_on=months_later(pl.col("effective_date"), month - 1),
        )
        .with_columns(
            required=due_by_month(month, turns),
            grace_end=grace_end(pl.col("due_on"), pl.col("grace")),
        )
        .with_columns(
            last_step=held(turns, "step", pl.col("required"), pl.col("step")),
            reason=_left_out(profile, month, held(turns, "pay_years", pl.col("required"), pl.col("pay_years"))),
        )
        .with_columns(cutoff_on=_cutoff_on(observation, profile) if observation else pl.col("grace_end"))
        .select(*LINE, "cohort", "due_on", "grace_end", "cutoff_on", "ends_on", "currency", "reason")
        .collect()
    )


def _in_cohorts(first: date | None, last: date | None) -> list[pl.Expr]:
    month = month_number(pl.col("effective_date"))
    wanted = []
    if first is not None:
        wanted.append(month >= first.year * 12 + first.month - 1)
    if last is not None:
        wanted.append(month <= last.year * 12 + last.month - 1)
    return wanted


def _cutoff_on(observation: Observation, profile: Profile) -> pl.Expr:
    """The later of the end of grace and the last day of the observation."""
    first = (profile.year_starts - 1) % observation.period
    period = (month_number(pl.col("due_on")) - first) // observation.period
    observed = period * observation.period + first + observation.period - 1 + observation.lag
    return pl.max_horizontal("grace_end", day_of_month(observed, pl.lit(31)))


def _left_out(profile: Profile, month: int, pay_years: pl.Expr) -> pl.Expr:
    """Say why a policy never enters the cohort; null for the others."""
    group = pl.col("is_group") if profile.individual_only else pl.lit(value=False)
    ends = pl.col("ends_on")
    return (
        pl.when(group)
        .then(pl.lit("group"))
        .when(pl.col("mode") == "single")
        .then(pl.lit("single"))
        .when(ends <= months_later(pl.col("effective_date"), profile.longer_than_months))
        .then(pl.lit("short_term"))
        .when(ends < pl.col("due_on"))
        .then(pl.lit("cover_over"))
        .when(pay_years * 12 < month)
        .then(pl.lit("paid_up"))
    )
