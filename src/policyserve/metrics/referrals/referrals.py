"""Referrals (转介绍): people named by customers, counted by agent and year, and followed down the tree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.book.values import name_key, phone_key
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.contracts.terms import instalments_a_year, step
from policyserve.errors import NotFoundError
from policyserve.metrics.agents_by_day import customer_agents
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.targets import REFERRED

STAGES = ("named", "contacted", "consented", "met", "issued")
"""How far a referral has come (提名, 已联系, 已同意, 已面谈, 已承保); who is at one has passed those before."""

Stage = pl.Enum(STAGES)

TREE = ("depth", "customer_no", "referrer_no", "currency", "policies", "premium")
BROUGHT = ("policies", "premium", "policies_through", "premium_through", "policies_together", "premium_together")


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


def annual_premiums(book: Book) -> pl.DataFrame:
    """Return what was bought: the policies and riders with `premium` as annualised first-year premium (minor units).

    Policies cancelled in the free-look, or void, were not bought.
    """
    undone = book.events.filter(pl.col("kind").is_in(["freelook_cancel", "void"])).select("policy_id")
    first = book.premiums.filter(pl.col("instalment") == 1).select("policy_id", "amount")
    return (
        book.policies.join(undone.drop_nulls(), on="policy_id", how="anti")
        .join(first, on="policy_id", how="left")
        .with_columns(step=step())
        .with_columns(premium=pl.coalesce("amount", "premium") * instalments_a_year().fill_null(1))
    )


def premiums_held(book: Book) -> pl.DataFrame:
    """Add up what each customer bought: `customer_id`, `currency`, `policies`, `premium` (annualised first-year premium
    with riders, minor units).
    """
    counts = (pl.col("main_policy_id").is_null().sum().cast(pl.Int64).alias("policies"), pl.col("premium").sum())
    return annual_premiums(book).group_by("customer_id", "currency").agg(counts)


def referral_tree(book: Book, customer_no: str) -> pl.DataFrame:
    """Follow a customer's referrals: `depth` (0: the customer), `customer_no`, `referrer_no`, `currency`, `policies`,
    `premium` (annualised first-year premium with riders, minor units).

    A row per customer and currency, sorted by depth, number and currency; people who are no customers yet, or hold
    nothing, show 0 or are left out. Raises NotFoundError.
    """
    start = book.customers.filter(pl.col("customer_no") == customer_no).select("customer_id")
    if start.is_empty():
        raise NotFoundError("customer", customer_no)
    members = _below(people_referred(book), start)
    numbers = book.customers.select("customer_id", "customer_no")
    above = numbers.rename({"customer_id": "referrer_id", "customer_no": "referrer_no"})
    return (
        members.join(numbers, on="customer_id")
        .join(above, on="referrer_id", how="left")
        .join(premiums_held(book), on="customer_id", how="left")
        .with_columns(pl.col("policies", "premium").fill_null(0))
        .select(TREE)
        .sort("depth", "customer_no", "currency")
    )


def _below(referred: pl.DataFrame, start: pl.DataFrame) -> pl.DataFrame:
    """Go down from `start` one generation after the other: `customer_id`, `referrer_id`, `depth`; nobody twice."""
    edges = referred.select("referrer_id", customer_id="referred_id").drop_nulls()
    generation = start.select("customer_id", referrer_id=pl.lit(None, dtype=pl.Int32), depth=pl.lit(0, dtype=pl.Int32))
    seen = generation
    while not generation.is_empty():
        next_depth = generation.select(referrer_id="customer_id", depth=pl.col("depth") + 1)
        generation = edges.join(next_depth, on="referrer_id").select(seen.columns)
        generation = generation.join(seen, on="customer_id", how="anti")
        seen = pl.concat([seen, generation])
    return seen


def brought(tree: pl.DataFrame) -> pl.DataFrame:
    """Sum up a tree by currency: own, `_through` referrals, and both `_together`: `policies`, `premium`."""
    own = pl.col("depth") == 0
    return (
        tree.filter(pl.col("currency").is_not_null())
        .group_by("currency")
        .agg(
            pl.col("policies", "premium").filter(own).sum(),
            pl.col("policies", "premium").filter(~own).sum().name.suffix("_through"),
            pl.col("policies", "premium").sum().name.suffix("_together"),
        )
        .sort("currency")
        .select("currency", *BROUGHT)
    )


def centres_of_influence(book: Book, top: int = 10) -> pl.DataFrame:
    """List the customers whose referrals brought most premium (影响力中心), the first `top` of each currency.

    Columns: `customer_no`, `currency` and those of `brought`; ties go to the lowest number.
    """
    referred = people_referred(book).select(descendant_id="referred_id", ancestor_id="referrer_id").drop_nulls()
    held = premiums_held(book)
    through = (
        ancestry(referred)
        .join(held, left_on="descendant_id", right_on="customer_id")
        .group_by("currency", customer_id="ancestor_id")
        .agg(pl.col("policies", "premium").sum().name.suffix("_through"))
    )
    together = [
        (pl.col(name) + pl.col(f"{name}_through")).alias(f"{name}_together") for name in ("policies", "premium")
    ]
    return (
        through.join(held, on=["customer_id", "currency"], how="left")
        .with_columns(pl.col("policies", "premium").fill_null(0))
        .with_columns(together)
        .join(book.customers.select("customer_id", "customer_no"), on="customer_id")
        .sort("currency", "premium_through", "customer_no", descending=[False, True, False])
        .group_by("currency", maintain_order=True)
        .head(top)
        .select("customer_no", "currency", *BROUGHT)
    )


def ancestry(parents: pl.DataFrame) -> pl.DataFrame:
    """Pair every person referred with all those above, any number of steps; circles end where they close.

    `parents` and the result: `descendant_id`, `ancestor_id`; each person has one referrer (see `people_referred`).
    """
    above = parents.select(ancestor_id="descendant_id", next_id="ancestor_id")
    generation = parents
    seen = parents.clear()
    while not generation.is_empty():
        seen = pl.concat([seen, generation])
        generation = generation.join(above, on="ancestor_id").select("descendant_id", ancestor_id="next_id")
        generation = generation.filter(pl.col("descendant_id") != pl.col("ancestor_id"))
        generation = generation.join(seen, on=["descendant_id", "ancestor_id"], how="anti")
    return seen
