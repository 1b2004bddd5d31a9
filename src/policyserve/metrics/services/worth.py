"""What service is worth: how policies fare after their first-year services were all done, some, or none.

The design is a landmark (van Houwelingen): services count that were done by a day 11 months after the issue, and the
policies still kept on that day are followed from it on. To count services up to the end instead would credit them with
the time that a policy had to survive to receive them (immortal time). A signed receipt stands for the delivery of the
contract, whose task ends with it; alone it is no service, or nobody would be without.

What is measured is association: an agent may visit those who would have stayed anyway. Agents are compared with
themselves, never a diligent one with another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from policyserve.book.columns import MONTHS_OF_MODE, Book
from policyserve.dates import FOREVER, Days, add_months, months_later
from policyserve.errors import PolicyserveError
from policyserve.metrics.add_ons.add_ons import bought_in
from policyserve.metrics.first_year_services import DELIVERY, FIRST_YEAR, services_given
from policyserve.metrics.forecast.outcomes import final, frozen, outcomes
from policyserve.metrics.forecast.survival import DAYS_A_MONTH, kaplan_meier, policy_spans
from policyserve.metrics.groupings import with_policies, writing_agents
from policyserve.metrics.referrals.referrals import people_referred
from policyserve.metrics.services.comparison import GROUPS, hazard_ratios, log_rank

LANDMARK = 11
"""Months after the issue: the last visit is due after 10 months and in time for two weeks more."""

FOLLOWED = 12
"""Months after the landmark within which referrals and further policies are counted."""


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What the groups came to."""

    groups: pl.DataFrame
    """A row per group of GROUPS: `services`, `policies`, `lost`, `survival`, `lower`, `upper` (share kept 12 months
    after the landmark, of those kept at it), `kept`, `due` (premium of month 13 and first-year premium, minor units,
    of final policies) and `persistency`, `followed` (policies watched for 12 months), `referred_per_100`,
    `add_on_share`."""
    curves: pl.DataFrame
    """The curve of each group from the landmark on: `services` and the columns of `kaplan_meier`."""
    ratios: pl.DataFrame
    """Hazard ratios against no service: `services`, `ratio`, `lower`, `upper`, `p`, and the crude `unadjusted` one;
    no rows where the groups cannot be compared."""
    log_rank_p: float | None
    """The chance of curves at least so different if all three were one; None where there is nothing to compare."""
    landmark: int
    since: date
    """Services are on record from this day on; policies issued before are left out."""
    as_of: date
    confidence: float


def worth(
    book: Book, *, as_of: date, landmark: int = LANDMARK, since: date | None = None, confidence: float = 0.95
) -> Worth:
    """Compare policies by their first-year services; `book.contacts` must hold those of policies.

    `since`: the day from which services were recorded, by default that of the first one. Raises PolicyserveError where
    none was, or nothing has been followed yet.
    """
    known = book.as_of(as_of)
    begun = since or _first_service(known)
    policies = served(known, as_of=as_of, landmark=landmark, since=begun)
    if policies.is_empty():
        raise PolicyserveError(
            "No policy issued since {begun} has been kept for {landmark} months by {as_of}; ask again when "
            "some have, or about an earlier day (--since) if services of older policies are on record.",
            begun=begun,
            landmark=landmark,
            as_of=as_of,
        )
    curves = kaplan_meier(policies, by=["services"], confidence=confidence)
    return Worth(
        groups=_groups(policies, curves, known, as_of),
        curves=curves,
        ratios=hazard_ratios(policies, confidence=confidence),
        log_rank_p=log_rank(policies),
        landmark=landmark,
        since=begun,
        as_of=as_of,
        confidence=confidence,
    )


def _first_service(known: Book) -> date:
    day = services_given(known)["done_on"].min()
    if not isinstance(day, date):
        raise PolicyserveError(
            "No first-year service has been recorded yet; release tasks and record what is done before asking what "
            "service is worth."
        )
    return day


def served(known: Book, *, as_of: date, landmark: int, since: date) -> pl.DataFrame:
    """Return the policies issued from `since` on and kept beyond their landmark, sorted by key.

    Columns: `policy_id`, `landmark_on`, `services` (of GROUPS), `days` (from the landmark to the loss, or the end of
    the observation), `lost`, `log_premium` (annualised), `mode`, `kind`, `agent_id` (who wrote it), `customer_id`.
    """
    of_policy = ["issue_date", "receipt_on", "mode", "premium", "product_kind", "product", "customer_id"]
    spans = with_policies(policy_spans(known, as_of=as_of), known, of_policy).with_columns(
        landmark_on=months_later(pl.col("issue_date"), landmark),
        until=pl.col("effective_date") + pl.duration(days=pl.col("days")),
    )
    kept = writing_agents(spans.filter(pl.col("issue_date") >= since, pl.col("until") > pl.col("landmark_on")), known)
    done = (
        services_given(known)
        .join(kept.select("policy_id", "landmark_on"), on="policy_id")
        .filter(pl.col("done_on") <= pl.col("landmark_on"))
        .group_by("policy_id")
        .agg(
            done=pl.col("service").n_unique(),
            visits=pl.col("service").filter(pl.col("service") != DELIVERY).n_unique(),
            told=pl.col("told").all(),
        )
    )
    instalments = pl.col("mode").cast(pl.String).replace_strict(_A_YEAR, default=1, return_dtype=pl.Int64)
    return kept.join(done, on="policy_id", how="left", maintain_order="left").select(
        "policy_id",
        "landmark_on",
        services=_group(),
        days=(pl.col("until") - pl.col("landmark_on")).dt.total_days(),
        lost="lost",
        log_premium=(pl.col("premium") * instalments).cast(pl.Float64).clip(1).log(),
        mode=pl.col("mode").cast(pl.String),
        kind=pl.coalesce("product_kind", "product").fill_null("?"),
        agent_id=pl.col("agent_id").fill_null(-1),
        customer_id="customer_id",
    )


_A_YEAR = {mode: 12 // months for mode, months in MONTHS_OF_MODE.items()}


def _group() -> pl.Expr:
    everything = len(FIRST_YEAR)
    delivered = (pl.col("receipt_on") <= pl.col("landmark_on")).fill_null(value=False)
    complete = (pl.col("done") == everything) | ((pl.col("visits") == everything - 1) & delivered)
    name = pl.when(pl.col("told").fill_null(value=True)).then(pl.lit("none")).when(complete).then(pl.lit("all"))
    return name.otherwise(pl.lit("some")).cast(pl.Enum(GROUPS))


def _groups(policies: pl.DataFrame, curves: pl.DataFrame, known: Book, as_of: date) -> pl.DataFrame:
    year = round(FOLLOWED * DAYS_A_MONTH)
    after = curves.filter(pl.col("days") <= year).group_by("services").last()
    reached = curves.group_by("services").agg(reached=pl.col("days").max() >= year)
    limits = [pl.when("reached").then(name) for name in ("survival", "lower", "upper")]
    return (
        policies.group_by("services")
        .agg(policies=pl.len().cast(pl.Int64), lost=pl.col("lost").sum().cast(pl.Int64))
        .join(after.select("services", "survival", "lower", "upper"), on="services", how="left")
        .join(reached, on="services", how="left")
        .with_columns(limits)
        .drop("reached")
        .join(_persistency(policies, known, as_of), on="services", how="left")
        .join(_bonds(policies, known, as_of), on="services", how="left")
        .sort("services")
    )


def _persistency(policies: pl.DataFrame, known: Book, as_of: date) -> pl.DataFrame:
    """Persistency of month 13 of the groups, by premium, of policies that are final; null over several currencies."""
    settled = final(outcomes(frozen(known, as_of=as_of)), as_of).join(policies, on="policy_id")
    sums = settled.group_by("services").agg(kept=pl.col("numerator").sum(), due=pl.col("denominator").sum())
    if settled["currency"].n_unique() > 1:
        sums = sums.with_columns(pl.lit(None, dtype=pl.Int64).alias(name) for name in ("kept", "due"))
    return sums.with_columns(persistency=pl.when(pl.col("due") > 0).then(pl.col("kept") / pl.col("due")))


def _bonds(policies: pl.DataFrame, known: Book, as_of: date) -> pl.DataFrame:
    """Count referrals and further policies of the customers in the 12 months after the landmark, per policy."""
    followed = policies.filter(pl.col("landmark_on") <= add_months(as_of, -FOLLOWED)).select(
        "policy_id", "services", "customer_id", "landmark_on", end=months_later(pl.col("landmark_on"), FOLLOWED)
    )
    everything = Days(start=date(1900, 1, 1), end=FOREVER)
    bought = bought_in(known, everything, as_of=as_of).select("customer_id", day="bought_on")
    referred = people_referred(known).select(customer_id="referrer_id", day="referred_on")
    within = (pl.col("day") > pl.col("landmark_on")) & (pl.col("day") <= pl.col("end"))
    counts = followed
    for name, happened in (("bought", bought), ("referred", referred)):
        found = followed.join(happened, on="customer_id").filter(within).group_by("policy_id").agg(pl.len().alias(name))
        counts = counts.join(found, on="policy_id", how="left")
    return counts.group_by("services").agg(
        followed=pl.len().cast(pl.Int64),
        referred_per_100=pl.col("referred").fill_null(0).mean() * 100,
        add_on_share=(pl.col("bought").fill_null(0) > 0).mean(),
    )


def effect(found: Worth, services: str = "all") -> str:
    """Say what the interval says: `less` or `more` loss than without services, `unclear`, or `none` to compare."""
    row = found.ratios.filter(pl.col("services") == services)
    if row.is_empty():
        return "none"
    lower, upper = row.select("lower", "upper").row(0)
    return "less" if upper < 1 else "more" if lower > 1 else "unclear"
