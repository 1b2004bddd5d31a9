"""The chance that an open premium of month 13 is kept: a fitted hazard, Kaplan-Meier, or the plain base rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from policyserve.errands import check
from policyserve.errors import NoPastError
from policyserve.locale import N_, Sentence
from policyserve.metrics.forecast.design_matrix import Design, learnt
from policyserve.metrics.forecast.hazard import Fit, fit, lost_share, predictor, slope
from policyserve.metrics.forecast.past_cases import History
from policyserve.metrics.groupings import writing_agents

if TYPE_CHECKING:
    from policyserve.book.columns import Book
    from policyserve.metrics.forecast.hazard import Floats

NO_PAST = N_(
    "No policy has passed the grace of its month 13 by {as_of}, so there is nothing to learn from yet; "
    "the forecast begins when the first cohort is final."
)

Method = Literal["hazard", "kaplan-meier", "base-rate"]
METHODS: tuple[Method, ...] = ("hazard", "kaplan-meier", "base-rate")

FEWEST_FINAL, FEWEST_OF_EACH = 200, 20
"""Final policies, and lost and kept ones among them, below which a hazard is not even tried."""

LOST_PER_COLUMN = 5
"""Lost policies that each fact of a hazard needs before a forecast is built on it (Vittinghoff and McCulloch, American
Journal of Epidemiology 165 (2007) 710-718); with fewer, chance shows as effects, and Kaplan-Meier does better."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much more groups differ than chance alone would have it: standard deviations of the linear predictor."""

    cohort: float = 0.0
    agent: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Chances:
    """The chances of rows, and how sure they are: the linear predictor of being lost, on the scale of `hazard`."""

    eta: Floats
    columns: Floats
    """What the uncertain parameters are multiplied by: one line per row."""
    covariance: Floats
    spread: Spread

    @property
    def kept(self) -> Floats:
        """P(kept) of every row."""
        return 1 - lost_share(self.eta)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A fitted hazard."""

    design: Design
    fitted: Fit
    spread: Spread

    def chances(self, rows: pl.DataFrame) -> Chances:
        """Give the chances of rows with facts."""
        columns = self.design.matrix(rows)
        return Chances(
            eta=columns @ self.fitted.coefficients,
            columns=columns,
            covariance=self.fitted.covariance,
            spread=self.spread,
        )


def usable(past: History, asked: Method = "hazard") -> Method:
    """Return the best method up to the one asked for that the past carries; raises NoPastError without a past."""
    if past.final.is_empty():
        raise NoPastError(
            "No policy has passed the grace of its month 13 by {as_of}, so there is nothing to learn from; "
            "import past years of policies and premiums, or ask again when the first cohort is final.",
            as_of=past.as_of,
        ).on_pages(Sentence(NO_PAST, as_of=past.as_of))
    return "kaplan-meier" if asked == "hazard" and not _carries(past) else asked


def _carries(past: History) -> bool:
    """Whether enough policies were lost for the facts there are."""
    lost = past.final.filter(pl.col("outcome") == "lost").height
    return fittable(past) and lost >= LOST_PER_COLUMN * (len(learnt(past.rows).columns) - 1)


def fittable(past: History) -> bool:
    """Whether a hazard can be fitted at all."""
    kept = past.final.filter(pl.col("outcome") == "kept").height
    lost = past.final.height - kept
    return kept + lost >= FEWEST_FINAL and min(kept, lost) >= FEWEST_OF_EACH and past.rows.height > 0


def chances(past: History, rows: pl.DataFrame, method: Method, book: Book) -> Chances:
    """Give the chances of `rows` (with facts) by what `past` knows."""
    check()
    if method == "hazard":
        return trained(past, book).chances(rows)
    known = kept_later(past) if method == "kaplan-meier" else _base_rate(past)
    found = (
        rows.select(lead=_days_over())
        .with_row_index("row")
        .sort("lead")
        .join_asof(known, on="lead", check_sortedness=False)
        .sort("row")
        .with_columns(pl.col("kept", "seen").fill_null(strategy="backward").fill_null(strategy="forward"))
    )
    return _of_shares(found)


def _days_over() -> pl.Expr:
    """Count the days from the due day that are over; the due day itself is not, as long as it may bring the premium."""
    lead = pl.col("lead").cast(pl.Int64)
    return pl.when(lead == 0).then(-1).otherwise(lead)


def trained(past: History, book: Book) -> Model:
    """Fit the hazard to the past rows that are final."""
    rows = past.rows
    design = learnt(rows)
    columns, lost = design.matrix(rows), (~rows["kept"]).cast(pl.Float64).to_numpy()
    clusters = rows["policy_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    fitted = fit(columns, lost, clusters)
    return Model(design=design, fitted=fitted, spread=spread_of(rows, columns @ fitted.coefficients, book))


def spread_of(rows: pl.DataFrame, eta: Floats, book: Book) -> Spread:
    """Compare the residuals of cohorts and agents with chance (moments), on the first day that each policy has.

    The mean over the days of a policy would not do: who is lost early has few, so lost policies would weigh more than
    they did in the fit, and every group would seem to lose more than expected.
    """
    share, change = lost_share(eta), slope(eta)
    each = rows.select(
        "policy_id",
        "cohort",
        first=pl.col("day") == pl.col("day").min().over("policy_id"),
        residual=(~pl.col("kept")).cast(pl.Float64) - pl.Series(share),
        chance=pl.Series(share * (1 - share)),
        change=pl.Series(change),
    )
    named = writing_agents(each.filter("first"), book)
    return Spread(cohort=_beyond_chance(named, "cohort"), agent=_beyond_chance(named, "agent_id"))


def _beyond_chance(each: pl.DataFrame, key: str) -> float:
    """Return the standard deviation between groups: (sum of residual^2 - chance) over the sum of change^2, rooted.

    0 where chance alone would show as much once in 20 times, so that a few losses make no spread; 1 at most.
    """
    groups = each.group_by(key).agg(pl.col("residual", "chance", "change").sum())
    chance = pl.col("chance")
    excess, noise, scale = groups.select(
        (pl.col("residual") ** 2 - chance).sum(),
        noise=(2 * chance**2 + chance).sum().sqrt(),
        scale=(pl.col("change") ** 2).sum(),
    ).row(0)
    return min(float((excess / scale) ** 0.5), 1.0) if excess > 1.645 * noise else 0.0


def kept_later(past: History) -> pl.DataFrame:
    """Estimate the share that is kept of what is open after each day, Kaplan-Meier with two ends (Aalen-Johansen).

    Columns: `lead` (days from the due day), `kept`, `seen` (policies observed beyond it), sorted. Policies still open,
    or excluded, count until the day they were last seen open; so the newest cohorts speak too.
    """
    lead = (pl.coalesce("decided_on", pl.lit(past.as_of)) - pl.col("due_on")).dt.total_days()
    recent = pl.col("cutoff_on") >= past.final["cutoff_on"].min()
    counted = (
        past.decided.filter(recent)
        .group_by(lead=lead)
        .agg(
            *((pl.col("outcome") == name).sum().cast(pl.Int64).alias(name) for name in ("kept", "lost")), gone=pl.len()
        )
        .sort("lead")
    )
    at_risk = pl.col("gone").sum() - pl.col("gone").cum_sum() + pl.col("gone")
    still_open = (1 - (pl.col("kept") + pl.col("lost")) / pl.col("at_risk")).cum_prod()
    before = pl.col("open").shift(1, fill_value=1.0)
    ways = counted.with_columns(at_risk=at_risk).with_columns(open=still_open)
    ways = ways.with_columns(so_far=(before * pl.col("kept") / pl.col("at_risk")).cum_sum())
    ahead = (pl.col("so_far").last() - pl.col("so_far")) / (pl.col("open") - pl.col("open").last())
    table = ways.with_columns(share=ahead, seen=pl.col("at_risk") - pl.col("gone"))
    rest = table.filter(pl.col("open") > pl.col("open").last() + 1e-12).select("lead", kept="share", seen="seen")
    return rest.with_columns(pl.col("lead").cast(pl.Int64))


def _base_rate(past: History) -> pl.DataFrame:
    """Give everybody the share of the final policies that was kept."""
    kept = (past.final["outcome"] == "kept").mean()
    return pl.DataFrame(
        {"lead": [-1000], "kept": [kept], "seen": [past.final.height]},
        schema={"lead": pl.Int64, "kept": pl.Float64, "seen": pl.UInt32},
    )


def _of_shares(found: pl.DataFrame) -> Chances:
    """Put shares on the scale of the hazard; their uncertainty is that of a share of `seen` policies, common to all."""
    import numpy as np

    lost = np.clip(1 - found["kept"].to_numpy(), 1e-6, 1 - 1e-6)
    eta = predictor(lost)
    seen = np.clip(found["seen"].cast(pl.Float64).to_numpy(), 1, None)
    error = np.sqrt(lost * (1 - lost) / seen) / slope(eta)
    return Chances(eta=eta, columns=error[:, None], covariance=np.eye(1), spread=Spread())
