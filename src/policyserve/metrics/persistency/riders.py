"""Riders with a policy number of their own: part of their main policy, and counted with it."""

from __future__ import annotations

import polars as pl

from policyserve.contracts.instalments import NO_TURNS, due_by, due_day
from policyserve.contracts.premiums import with_amounts
from policyserve.contracts.terms import a_year, step
from policyserve.contracts.turns import held
from policyserve.metrics.persistency.cohorts import LINE, grace
from policyserve.metrics.profiles.profile import Profile

WITH_MAIN = ("main_policy_id", "due_on", "grace_end", "cutoff_on")


def riders(
    policies: pl.DataFrame, mains: pl.DataFrame, profile: Profile, month: int, turns: pl.DataFrame = NO_TURNS
) -> pl.DataFrame:
    """Return the riders of `mains` that began by the due day of the month, as lines, sorted by key.

    Added columns: `main_policy_id`, the main policy's `due_on`, `grace_end`, `cutoff_on`, `last_on` (the due day of the
    last instalment required), and `at_issue`: it began with
    the main policy, so that its premium belongs to the first year's. Single-premium riders, those whose premiums were
    all due before the month, and those in another currency are left out.
    """
    begun_by = pl.max_horizontal("effective_date", "issue_date")
    main = mains.select("due_on", "grace_end", "cutoff_on", "currency", main_policy_id="policy_id", begun_by=begun_by)
    return (
        policies.lazy()
        .filter(pl.col("main_policy_id").is_not_null(), pl.col("mode") != "single")
        .join(main.lazy(), on=["main_policy_id", "currency"])
        .filter(
            pl.col("effective_date") <= pl.col("due_on"),
            (pl.col("pay_years") * 12 >= month).fill_null(value=True),
        )
        .with_columns(step=step(), grace=grace(profile), at_issue=pl.col("effective_date") <= pl.col("begun_by"))
        .with_columns(required=due_by(pl.col("due_on"), turns))
        .with_columns(
            last_step=held(turns, "step", pl.col("required"), pl.col("step")),
            last_on=due_day(pl.col("required"), turns=turns),
        )
        .select(*LINE, *WITH_MAIN, "ends_on", "at_issue", "last_on")
        .sort("policy_id")
        .collect()
    )


def waivers(happened: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Return the waivers that riders brought, as events of their main policies: the columns of `happened`."""
    mains = added.select("policy_id", "main_policy_id")
    return (
        happened.filter(pl.col("kind") == "waiver")
        .join(mains, on="policy_id")
        .with_columns(policy_id="main_policy_id")
        .select(happened.columns)
    )


def rider_premiums(added: pl.DataFrame, paid: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Sum up riders by main policy, annualised, minor units; `policy_id` is the main policy's.

    `of_riders_first`: first-year premium of those that began with it; `of_riders_in_time`: what is in force on the due
    day and paid by the cutoff; `of_riders`: and paid at all. A rider without a row of its own is paid with its main
    policy; one that ended by an exclusion counts nowhere. `added`: riders, marked; `paid` as from
    `premiums_received.received`, of riders and main policies; `steps` as from `premiums.premium_steps`.
    """
    in_force = _lasts("ended_on") & _lasts("paid_up_on") & (pl.col("ends_on") >= pl.col("due_on")).fill_null(value=True)
    in_time = (pl.col("paid_on") <= pl.col("cutoff_on")).fill_null(value=False)
    known = _with_main(added.filter(pl.col("excluded_on").is_null()), paid, steps)
    return (
        known.with_columns(
            kept=pl.when(in_force & pl.col("paid_on").is_not_null()).then(a_year(pl.col("last"), "last_step"))
        )
        .group_by(policy_id="main_policy_id")
        .agg(
            of_riders_first=a_year(pl.coalesce("first", "premium")).filter(pl.col("at_issue")).sum(),
            of_riders_in_time=pl.col("kept").filter(in_time).sum(),
            of_riders=pl.col("kept").sum(),
        )
    )


def _lasts(ending: str) -> pl.Expr:
    """Whether what ends the rider has not come by the due day."""
    return (pl.col(ending) > pl.col("due_on")).fill_null(value=True)


def _with_main(added: pl.DataFrame, paid: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Add `first`, `last` and `paid_on`; a rider without rows takes the premium due and the main policy's day."""
    with_main = paid.select(main_policy_id="policy_id", main_paid_on="paid_on")
    expected = with_amounts(
        added.select("policy_id", "premium", due_on="last_on", amount=pl.lit(None, dtype=pl.Int64)), steps
    ).select("policy_id", expected="amount")
    unlisted = pl.col("listed") == 0
    return (
        added.join(paid.select("policy_id", "first", "last", "listed", "paid_on"), on="policy_id")
        .join(with_main, on="main_policy_id", how="left")
        .join(expected, on="policy_id")
        .with_columns(
            last=pl.coalesce("last", "expected"),
            paid_on=pl.when(unlisted).then("main_paid_on").otherwise("paid_on"),
        )
    )
