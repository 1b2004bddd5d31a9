"""Points of referrers (转介绍积分): what own business and people referred earn, by rates that are data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import polars as pl
from pydantic import Field

from policyserve.book.columns import Book
from policyserve.book.money import decimals_of
from policyserve.contracts.annual_premiums import annual_premiums
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.metrics.add_ons.add_ons import FREELOOK_DAYS
from policyserve.metrics.referrals.funnel import people
from policyserve.metrics.referrals.referrals import STAGES, Stage, rows_of_people
from policyserve.metrics.rule_files import Rule

OWN = "own-policy"
"""The kind of what own business earns; what people earn has the name of the stage."""

PAID = "paid"
"""The kind of a payment."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class OwnBusiness(Rule):
    """What a referrer's own policies earn."""

    points: Count = 0
    """For each policy."""
    one_point_per: dict[Currency, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """By currency, the units of annualised first-year premium that earn one point more."""


class Rates(Rule):
    """What facts earn."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    version: Annotated[str, Field(min_length=1, max_length=200)]
    since: date | None = None
    """Facts of before that day earn nothing."""
    own_business: OwnBusiness = OwnBusiness()

    @property
    def pays_own_business(self) -> bool:
        """Whether a customer's own premium earns: it may be a benefit outside the contract (保险法 116, 131)."""
        return bool(self.own_business.points or self.own_business.one_point_per)

    people: dict[Literal["named", "contacted", "consented", "met", "issued"], Count] = Field(default_factory=dict)
    """For each person who has reached the stage."""


FACTS = pl.Schema(
    {
        "customer_id": pl.Int32(),
        "kind": pl.String(),
        "points": pl.Int64(),
        "policy_id": pl.Int32(),
        "referral_id": pl.Int32(),
        "referred_id": pl.Int32(),
        "happened_on": pl.Date(),
        "person": pl.String(),
    }
)
"""A fact that earns; `person` tells who it is within one book and is never stored."""


def facts(book: Book, rates: Rates, *, grace_days: int = GRACE_DAYS, as_of: date) -> pl.DataFrame:
    """Return everything that earns points by `as_of`: columns as FACTS, one row per fact.

    The first three stages after `named` bear no day in the lists, so they happened when they were first seen: on
    `as_of`.
    """
    known = book.as_of(as_of)
    persons = people(book, grace_days=grace_days, as_of=as_of).rename({"referrer_id": "customer_id"})
    rows = mentions(book, as_of).filter(pl.col("referral_id").is_not_null())
    first = rows.unique("person", keep="first", maintain_order=True).select("person", "referral_id")
    persons = persons.join(first, on="person", how="left", maintain_order="left")
    bought = _past_freelook(known, as_of)
    earned = pl.concat([_own_business(known, persons, bought, rates), *_of_people(persons, bought, rates, as_of)])
    worth = earned.filter(pl.col("points") > 0)
    return worth if rates.since is None else worth.filter(pl.col("happened_on") >= rates.since)


def mentions(book: Book, as_of: date) -> pl.DataFrame:
    """Return the rows that mean each person, the first one first: `person`, `referral_id` (null: customers list)."""
    return rows_of_people(book.as_of(as_of)).select("person", "referral_id")


def fresh(earned: pl.DataFrame, rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Leave out the facts that have earned before.

    `rows`: as from `mentions`; `stored`: `kind`, `policy_id`, `referral_id`, `referred_id`. A policy earns once. A
    person earns once for each stage, whoever referred him, known by his number or by any of the rows that name him.
    """
    by_row = rows.join(stored.select("kind", "referral_id").drop_nulls(), on="referral_id").select("person", "kind")
    again = earned.join(by_row.unique(), on=["person", "kind"], how="anti")
    for key in ("policy_id", "referred_id"):
        again = again.join(stored.select("kind", key).drop_nulls(), on=["kind", key], how="anti")
    return again


def _past_freelook(known: Book, as_of: date) -> pl.DataFrame:
    """Return the individual policies that can be cancelled no more: `policy_id`, `customer_id`, `issue_date`."""
    undone = known.events.filter(pl.col("kind").is_in(["freelook_cancel", "void"])).select("policy_id").drop_nulls()
    free_look = pl.duration(days=pl.col("freelook_days").fill_null(FREELOOK_DAYS))
    return (
        known.policies.filter(
            pl.col("main_policy_id").is_null(),
            ~pl.col("is_group").fill_null(value=False),
            pl.col("receipt_on") + free_look < as_of,
        )
        .join(undone, on="policy_id", how="anti")
        .select("policy_id", "customer_id", "issue_date")
    )


def _own_business(known: Book, persons: pl.DataFrame, bought: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """What referrers bought themselves on or after the day of their first referral."""
    began = persons.group_by("customer_id").agg(began_on=pl.col("referred_on").min())
    own = bought.join(began, on="customer_id").filter(pl.col("issue_date") >= pl.col("began_on"))
    premiums = annual_premiums(known).select("policy_id", "main_policy_id", "currency", "premium")
    whole = premiums.with_columns(pl.coalesce("main_policy_id", "policy_id").alias("policy_id"))
    sums = whole.group_by("policy_id", "currency").agg(pl.col("premium").sum())
    units = {name: count * 10 ** decimals_of(name) for name, count in rates.own_business.one_point_per.items()}
    unit = pl.col("currency").replace_strict(units, default=None, return_dtype=pl.Int64)
    more = own.join(sums, on="policy_id").group_by("policy_id").agg(more=(pl.col("premium") // unit).sum())
    points = pl.col("more").fill_null(0) + rates.own_business.points
    rows = own.join(more, on="policy_id", how="left", maintain_order="left").with_columns(points=points)
    return _as_facts(rows.with_columns(happened_on="issue_date"), OWN)


def _of_people(persons: pl.DataFrame, bought: pl.DataFrame, rates: Rates, as_of: date) -> list[pl.DataFrame]:
    """What people referred earn for who referred them, stage by stage."""
    policies = bought.select("issue_date", referred_id="customer_id")
    since = policies.join(persons.select("referred_id", "referred_on").drop_nulls(), on="referred_id")
    since = since.filter(pl.col("issue_date") >= pl.col("referred_on"))
    first = since.group_by("referred_id").agg(happened_on=pl.col("issue_date").min())
    parts = []
    for stage, points in rates.people.items():
        there = persons.filter(pl.col("stage") >= pl.lit(stage, dtype=Stage))
        if stage == STAGES[-1]:
            there = there.join(first, on="referred_id")
        elif stage == STAGES[0]:
            there = there.with_columns(happened_on="referred_on")
        else:
            there = there.with_columns(happened_on=pl.lit(as_of))
        parts.append(_as_facts(there.with_columns(points=pl.lit(points, dtype=pl.Int64)), stage))
    return parts


def _as_facts(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Give rows the columns of FACTS; what they do not have is null."""
    named = rows.with_columns(kind=pl.lit(kind))
    return named.select(
        (pl.col(name).cast(dtype) if name in named.columns else pl.lit(None, dtype=dtype).alias(name))
        for name, dtype in FACTS.items()
    )
