"""What becomes of policies: which end, stop paying or change, and when; without lapses, which follow from payments."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.dates import months_later
from policyserve.generated_book.draws import Draws, days, known_by


def with_fates(draws: Draws, policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add the columns of what happens to each policy, all null where nothing does.

    `ending` and `ended_on`: the event that ends it; `eased` and `eased_on`: waiver or reduced paid-up;
    `stops_on`: the first day on which no instalment falls due any more; `change`, `changed_on` and `new_premium`.
    """
    ended = _with_ending(draws, policies, as_of)
    return _with_stop(_with_change(draws, _with_easing(draws, ended, as_of), as_of))


def _with_ending(draws: Draws, policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Take the earliest of the days on which a policy could end; what lies after `as_of` has not happened."""
    ways = {
        "freelook_cancel": _cancelled(draws),
        "surrender": _surrendered(draws),
        "claim_termination": pl.col("death") + days(draws.whole("policy.settled", 10, 45)),
        "maturity": pl.when(pl.col("product_kind") == "savings").then(
            pl.col("ends_on") + days(draws.whole("policy.matured", 1, 8))
        ),
    }
    dated = policies.with_columns(known_by(day, pl.lit(as_of)).alias(way) for way, day in ways.items())
    ended = dated.with_columns(ended_on=pl.min_horizontal(*ways))
    ending = pl.coalesce(pl.when(pl.col(way) == pl.col("ended_on")).then(pl.lit(way)) for way in ways)
    return ended.with_columns(ending=ending).drop(*ways)


def _cancelled(draws: Draws) -> pl.Expr:
    day = pl.col("receipt_on") + days(draws.whole("policy.cancelled", 1, 13))
    return pl.when(draws.happens("policy.cancels", 0.012)).then(day)


def _surrendered(draws: Draws) -> pl.Expr:
    """Draw a surrender, which comes more often in the first two years."""
    after = 60 + (draws.share("policy.surrendered").pow(1.5) * 2100).cast(pl.Int32)
    lasts = pl.col("product_kind") != "accident"
    day = pl.col("issue_date") + days(after)
    return pl.when(lasts & draws.happens("policy.surrenders", 0.12)).then(day)


def _with_easing(draws: Draws, policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add the few that need not pay on: by a waiver after an illness, or reduced and paid up."""
    paying = pl.col("pay_years").is_not_null() & pl.col("main").is_null()
    ill = paying & (pl.col("product_kind") == "critical-illness") & draws.happens("policy.waived", 0.008)
    reduced = paying & draws.happens("policy.reduced", 0.004)
    kind = pl.when(ill).then(pl.lit("waiver")).when(reduced).then(pl.lit("reduced_paid_up"))
    day = pl.col("issue_date") + days(draws.whole("policy.eased", 200, 1500))
    in_time = pl.col("eased_on") < pl.min_horizontal(pl.lit(as_of), "ended_on")
    return (
        policies.with_columns(eased=kind, eased_on=day)
        .with_columns(eased=pl.when(in_time).then("eased"))
        .with_columns(eased_on=pl.when(pl.col("eased").is_not_null()).then("eased_on"))
    )


def _with_change(draws: Draws, policies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add the few whose premium changes before an anniversary: cut with the cover, or raised by a rider."""
    months = draws.whole("policy.change_year", 1, 3) * 12
    day = months_later(pl.col("effective_date"), months) - days(draws.whole("policy.change_before", 5, 25))
    fit = (pl.col("pay_years") > 3) & pl.col("main").is_null() & pl.col("eased").is_null()
    drawn = fit & draws.happens("policy.changes", 0.015)
    in_time = pl.col("changed_on") < pl.min_horizontal(pl.lit(as_of), "ended_on")
    factor = pl.when(pl.col("change") == "premium_change").then(0.6).otherwise(1.06)
    return (
        policies.with_columns(changed_on=pl.when(drawn).then(day))
        .with_columns(changed_on=pl.when(in_time).then("changed_on"))
        .with_columns(change=_where_changed(draws.pick("policy.change", ("premium_change", "rider_added"))))
        .with_columns(new_premium=_where_changed((pl.col("premium") * factor).ceil().cast(pl.Int64)))
    )


def _where_changed(value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col("changed_on").is_not_null()).then(value)


def _with_stop(policies: pl.DataFrame) -> pl.DataFrame:
    return policies.with_columns(
        stops_on=pl.min_horizontal("ended_on", "eased_on", pl.col("ends_on") + days(pl.lit(1)))
    )
