"""Survival: the share of policies still kept so many days after they took effect (Kaplan-Meier).

The curves are worked out in columns, all groups at once; days count from the effective date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import NormalDist

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.endings import first_event, policy_ends
from policyserve.contracts.keys import lookup
from policyserve.contracts.suspensions import suspensions
from policyserve.dates import FOREVER
from policyserve.errors import PolicyserveError
from policyserve.metrics.groupings import FIELDS, fields_of, with_agents, with_policies, writing_agents
from policyserve.metrics.persistency.cohorts import cohort_policies, grace
from policyserve.metrics.profiles.profile import CN_COMPANY, Profile

LOST_BY = ("surrender", "terminated")
"""Events that are the customer's leaving; what else ends a policy ends only the observation."""

NEVER_WAS = ("freelook_cancel", "void")
"""Events after which a policy is taken for never bought."""

ALLOWED = ("company", "branch", "team", "agent", "product", "channel", "mode", "year")
"""Groupings of a survival curve."""

DAYS_A_MONTH = 365.25 / 12
MONTHS = (3, 6, 9, 12, 13, 14, 15, 18, 24, 27, 36, 39, 48, 60, 120)
"""Months after the effective date at which a curve is shown; a lapse shows two months after its due day."""


def policy_spans(book: Book, profile: Profile = CN_COMPANY, *, as_of: date) -> pl.DataFrame:
    """Say how long each policy was kept, as known on `as_of`: `policy_id`, `effective_date`, `days`, `lost`.

    Lost is a policy on the day of its surrender or reduced paid-up, or on the first day of a suspension that has not
    ended in a reinstatement; a claim, waiver, maturity, conversion or transfer, and `as_of`, end the observation.
    Main policies that could enter a cohort of `profile` by `as_of`, sorted by key; those cancelled in the free-look,
    or void, were never bought.
    """
    known = book.as_of(as_of)
    mains = cohort_policies(known.policies, profile, month=13, cutoff="strict")
    undone = known.events.filter(pl.col("kind").is_in(NEVER_WAS)).select("policy_id").drop_nulls()
    bought = mains.filter(pl.col("reason").is_null(), pl.col("effective_date") <= as_of).join(
        undone, on="policy_id", how="anti", maintain_order="left"
    )
    return (
        _with_ends(known, bought, profile, as_of)
        .with_columns(until=pl.min_horizontal("lost_on", "left_on", pl.lit(as_of)))
        .select(
            "policy_id",
            "effective_date",
            days=(pl.col("until") - pl.col("effective_date")).dt.total_days().clip(0),
            lost=(pl.col("lost_on") <= pl.col("until")).fill_null(value=False),
        )
    )


def _with_ends(known: Book, bought: pl.DataFrame, profile: Profile, as_of: date) -> pl.DataFrame:
    """Add `lost_on` and `left_on` (observed no longer for another reason), null where neither came."""
    ends, keys = policy_ends(known), bought["policy_id"]
    customers = ends.filter(pl.col("ended_by").is_in(LOST_BY))
    others = ends.filter(~pl.col("ended_by").is_in(LOST_BY))
    lapses = (
        _suspensions(known, profile, as_of)
        .filter(pl.col("reinstated_on").is_null() | (pl.col("reinstated_on") == FOREVER))
        .filter(pl.col("suspended_from") <= as_of)
        .group_by("policy_id")
        .agg(pl.col("suspended_from").min())
    )
    paid_up, waived = first_event(known, "reduced_paid_up"), first_event(known, "waiver")
    return bought.with_columns(
        lost_on=pl.min_horizontal(
            lookup(customers, "policy_id", "ended_on", keys),
            lookup(lapses, "policy_id", "suspended_from", keys),
            lookup(paid_up, "policy_id", "occurred_on", keys),
        ),
        left_on=pl.min_horizontal(
            lookup(others, "policy_id", "ended_on", keys), lookup(waived, "policy_id", "occurred_on", keys)
        ),
    )


def _suspensions(known: Book, profile: Profile, as_of: date) -> pl.DataFrame:
    """Return the suspensions, each policy by the grace that the profile gives to its mode."""
    contracts = Contracts(known, as_of, profile.grace_days)
    late = contracts.late.with_columns(mode=lookup(contracts.terms, "policy_id", "mode", contracts.late["policy_id"]))
    return suspensions(known, late.with_columns(grace=grace(profile)), pl.col("grace"))


def survival(
    book: Book, profile: Profile = CN_COMPANY, *, by: Sequence[str] = (), as_of: date, confidence: float = 0.95
) -> pl.DataFrame:
    """Return the curve of each group: its fields and the columns of `kaplan_meier`.

    `by`: of ALLOWED; an agent, team or branch is that of the writing agent, `year` that of the effective date.
    """
    fields = fields_of(by, {name: FIELDS[name] for name in ALLOWED})
    spans = policy_spans(book, profile, as_of=as_of)
    return kaplan_meier(_grouped(spans, fields, book, as_of), by=fields, confidence=confidence)


def _grouped(spans: pl.DataFrame, fields: Sequence[str], book: Book, as_of: date) -> pl.DataFrame:
    of_policy = [field for field in ("product", "channel", "mode") if field in fields]
    frame = with_policies(spans, book, of_policy) if of_policy else spans
    if {"company", "branch", "team", "agent_no"} & set(fields):
        frame = with_agents(writing_agents(frame, book), book.agents_on(as_of), fields)
    return frame.with_columns(year=pl.col("effective_date").dt.year()) if "year" in fields else frame


def kaplan_meier(spans: pl.DataFrame, *, by: Sequence[str] = (), confidence: float = 0.95) -> pl.DataFrame:
    """Estimate the share kept beyond each day: the product of (1 - lost / at risk) over the days up to it.

    `spans`: the columns `by`, `days` (0 or more) and `lost`. Columns: those of `by`, `days`, `at_risk` (observed up to
    that day), `lost`, `left` (observation ended), `survival`, `lower`, `upper`; a row per day on which one was lost or
    left, sorted. The limits are those of the exponential Greenwood formula; while nobody is lost both are 1.
    """
    keys = [_EVERYBODY, *by]
    before = pl.col("gone").cum_sum() - pl.col("gone")
    return (
        spans.with_columns(pl.lit(0).alias(_EVERYBODY))
        .group_by(*keys, "days")
        .agg(lost=pl.col("lost").sum().cast(pl.Int64), gone=pl.len().cast(pl.Int64))
        .sort(*keys, "days")
        .with_columns(at_risk=(pl.col("gone").sum() - before).over(keys), left=pl.col("gone") - pl.col("lost"))
        .with_columns(
            survival=(1 - pl.col("lost") / pl.col("at_risk")).cum_prod().over(keys),
            variance=_greenwood().cum_sum().over(keys),
        )
        .with_columns(lower=_limit(-1, confidence), upper=_limit(1, confidence))
        .select(*by, "days", "at_risk", "lost", "left", "survival", "lower", "upper")
    )


_EVERYBODY = "everybody"
"""A key that all rows share, so that no grouping is a grouping too."""


def _greenwood() -> pl.Expr:
    """Lost / (at risk x still there); 0 where nobody is left."""
    there = pl.col("at_risk") - pl.col("lost")
    return pl.when(there > 0).then(pl.col("lost") / (pl.col("at_risk") * there)).otherwise(0.0)


def _limit(sign: int, confidence: float) -> pl.Expr:
    """S to the power exp(-+ z sqrt(variance) / log S), which stays between 0 and 1."""
    log = pl.col("survival").log()
    width = sign * normal_quantile(confidence) * pl.col("variance").sqrt() / log
    inside = (pl.col("survival") > 0) & (pl.col("survival") < 1)
    return pl.when(inside).then((-((-log).log() + width).exp()).exp()).otherwise("survival")


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors to either side hold `confidence` of a normal distribution (0.95: 1.96)."""
    if not 0 < confidence < 1:
        raise PolicyserveError(
            "A confidence of {confidence} makes no interval; give one between 0 and 1, as 0.95.", confidence=confidence
        )
    return NormalDist().inv_cdf((1 + confidence) / 2)


def at_months(curve: pl.DataFrame, *, by: Sequence[str] = (), months: Sequence[int] = MONTHS) -> pl.DataFrame:
    """Read a curve at `months` after the effective date, as far as it reaches.

    Columns: those of `by`, `month`, `at_risk` (still observed then), `lost` (by then), `survival`, `lower`, `upper`.
    """
    keys = [_EVERYBODY, *by]
    steps = curve.with_columns(pl.lit(0).alias(_EVERYBODY)).with_columns(
        lost=pl.col("lost").cum_sum().over(keys), still=pl.col("at_risk") - pl.col("lost") - pl.col("left")
    )
    asked = pl.DataFrame({"month": list(months)}, schema={"month": pl.Int32}).with_columns(
        days=(pl.col("month") * DAYS_A_MONTH).round().cast(pl.Int64)
    )
    groups = steps.group_by(keys).agg(begun=pl.col("at_risk").max(), last=pl.col("days").max())
    return (
        groups.join(asked, how="cross")
        .filter(pl.col("days") <= pl.col("last"))
        .sort("days")
        .join_asof(steps.sort("days").drop("at_risk"), on="days", by=keys, check_sortedness=False)
        .with_columns(pl.col("lost").fill_null(0), pl.col("survival", "lower", "upper").fill_null(1.0))
        .sort(*keys, "month")
        .select(*by, "month", pl.coalesce("still", "begun").alias("at_risk"), "lost", "survival", "lower", "upper")
    )
