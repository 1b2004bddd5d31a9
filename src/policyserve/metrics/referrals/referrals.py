"""Referrals (转介绍): people named by customers, told apart, and counted by agent and year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.book.values import name_key, phone_key
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.metrics.agents_by_day import customer_agents
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.targets import REFERRED

STAGES = ("named", "contacted", "consented", "met", "issued")
"""How far a referral has come (提名, 已联系, 已同意, 已面谈, 已承保); who is at one has passed those before."""

Stage = pl.Enum(STAGES)


def rows_of_people(book: Book) -> pl.DataFrame:
    """Lay both lists under each other and say whom each row means: a row per mention, the first referrer's first.

    Columns: `person` (tells who it is), `referral_id` (null: the customers list), `referrer_id`, `referred_id` (null:
    no customer yet), `referred_on`, `agent_id` (who wrote it down), `stage` (the last one that the book knows, null
    where there is none). Ties go to the referrer with the lowest number.
    """
    both = pl.concat([_from_customers(book), _from_list(book)])
    numbers = book.customers.select("customer_no", referrer_id="customer_id")
    return both.join(numbers, on="referrer_id").sort("referred_on", "customer_no", "referral_id").drop("customer_no")


def people_referred(book: Book) -> pl.DataFrame:
    """Merge both lists: `referrer_id`, `referred_id` (null: no customer yet), `referred_on`, `agent_id` (who wrote it
    down); one row per person, whose first referrer wins (ties: the lowest number).

    A person without a customer number is told by name and phone; without a phone, by name and referrer.
    """
    first = rows_of_people(book).unique("person", keep="first", maintain_order=True)
    return first.select("referrer_id", "referred_id", "referred_on", "agent_id")


def _from_customers(book: Book) -> pl.DataFrame:
    known = pl.col("referred_by_id").is_not_null() & pl.col("referred_on").is_not_null()
    return book.customers.filter(known, pl.col("referred_by_id") != pl.col("customer_id")).select(
        referrer_id="referred_by_id",
        referred_id="customer_id",
        referred_on="referred_on",
        agent_id=pl.lit(None, dtype=pl.Int32),
        stage=pl.lit(None, dtype=Stage),
        person=pl.format("number {}", "customer_id"),
        referral_id=pl.lit(None, dtype=pl.Int32),
    )


def _from_list(book: Book) -> pl.DataFrame:
    """Take the list; a row without a number is of the customer whom another row gives the same name and phone."""
    name, phone = name_key(pl.col("referred_name")), phone_key(pl.col("referred_phone"))
    described = pl.struct(name, phone)
    numbered = book.referrals.with_columns(
        referred_id=pl.coalesce(
            "referred_id",
            pl.when(pl.col("referred_phone").is_not_null()).then(pl.col("referred_id").min().over(described)),
        )
    )
    named = name.fill_null("")
    person = (
        pl.when(pl.col("referred_id").is_not_null())
        .then(pl.format("number {}", "referred_id"))
        .when(pl.col("referred_phone").is_not_null())
        .then(pl.format("phone {} {}", phone, named))
        .when(pl.col("referred_name").is_not_null())
        .then(pl.format("name {} {}", "referrer_id", named))
        .otherwise(pl.format("row {}", "referral_id"))
    )
    other = (pl.col("referred_id") != pl.col("referrer_id")).fill_null(value=True)
    columns = ["referrer_id", "referred_id", "referred_on", "agent_id", "stage", "person", "referral_id"]
    staged = numbered.filter(other).join(_stages(book), on="referral_id", how="left", maintain_order="left")
    return staged.with_columns(person=person).select(columns)


def _stages(book: Book) -> pl.DataFrame:
    """Return the last stage that the book knows of each referral: `referral_id`, `stage`."""
    last = book.stages.sort("known_on").unique("referral_id", keep="last", maintain_order=True)
    return last.select("referral_id", pl.col("stage").cast(Stage, strict=False))


def referrals(
    book: Book, year: int, *, by: Sequence[str] = ("agent",), grace_days: int = GRACE_DAYS, as_of: date
) -> pl.DataFrame:
    """Count the people referred in a calendar year by the agent who serves the referrer, as known on `as_of`.

    Columns: a field per grouping, `year`, `referred`, `target` (3 for each agent; null where no agent was there), and
    `status`: `final` once the year is over. Agents who were there in the year and brought nobody show 0. Where nobody
    serves the referrer, who wrote the referral down counts, else no agent.
    """
    fields = fields_of(by, OF_AGENTS)
    known = book.as_of(as_of)
    counts = (
        with_serving(people_referred(known).filter(pl.col("referred_on").dt.year() == year), book, grace_days, as_of)
        .group_by("agent_id")
        .agg(referred=pl.len().cast(pl.Int64))
    )
    there = _there_in(book.agents, year, as_of).select("agent_id", target=pl.lit(REFERRED, dtype=pl.Int64))
    both = there.join(counts, on="agent_id", how="full", coalesce=True, nulls_equal=True)
    named = with_agents(both, book.agents_on(as_of), fields)
    target = pl.when(pl.col("target").is_not_null().any()).then(pl.col("target").sum())
    status = "provisional" if as_of <= date(year, 12, 31) else "final"
    return (
        named.group_by(fields)
        .agg(pl.col("referred").sum(), target)
        .sort(fields)
        .select(*fields, pl.lit(year).alias("year"), "referred", "target", status=pl.lit(status))
    )


def with_serving(people: pl.DataFrame, book: Book, grace_days: int, as_of: date) -> pl.DataFrame:
    """Put in `agent_id` who serves the referrer on `as_of`; where nobody does, who wrote it down stays."""
    serving = customer_agents(book, grace_days, as_of).select("agent_id", referrer_id="customer_id")
    found = people.join(serving, on="referrer_id", how="left", suffix="_serving", maintain_order="left")
    return found.with_columns(agent_id=pl.coalesce("agent_id_serving", "agent_id")).drop("agent_id_serving")


def _there_in(agents: pl.DataFrame, year: int, as_of: date) -> pl.DataFrame:
    """Return the agents who had joined by the end of a year and not left before it, as known on `as_of`.

    Whom no list of agents has named is none: policies brought the number alone.
    """
    joined = (pl.col("joined_on") <= min(date(year, 12, 31), as_of)).fill_null(value=True)
    stayed = ((pl.col("left_on") > date(year, 1, 1)) | (pl.col("left_on") > as_of)).fill_null(value=True)
    return agents.filter(joined, stayed, pl.col("name").is_not_null())
