"""What customers and books are worth in commission: first year, renewals, further policies, referrals and theirs.

Commission = premium paid x the share that the rate table gives for the policy year. What was cancelled in the
free-look, or void, earned nothing. A policy counts for the agent who serves it now.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import month_number, months_later
from policyserve.errors import NotFoundError
from policyserve.metrics.groupings import with_agents
from policyserve.metrics.rates import ANY, FOR_LIFE, RateTable
from policyserve.metrics.referrals import ancestry, people_referred
from policyserve.metrics.serving import customer_agents, spells_in_force
from policyserve.metrics.survival import NEVER_WAS
from policyserve.plan.states import amounts_due, instalment_rows, policy_lives, taken

GRACE_DAYS = 60
PARTS = ("first_year", "renewal", "ahead", "of_add_ons", "through_referrals", "together")
"""The amounts of a customer: minor units."""

OF_AGENT = ("first_year", "renewal", "ahead", "of_add_ons", "of_referred")
"""The amounts of an agent's book: minor units."""


def commissions(book: Book, rates: RateTable, *, as_of: date) -> pl.DataFrame:
    """Work out each policy's commission, riders too, sorted by key.

    Columns: `policy_id`, `customer_id`, `currency`, `first_year` and `renewal` (of premiums paid by `as_of`), `ahead`
    (of what falls due after it, if all is paid; of policies in force), minor units, and `add_on`: the customer had
    another policy before.
    """
    known = book.as_of(as_of)
    lives = _bought(known)
    shares = _shares(lives, rates)
    rows = pl.concat([_paid(known, lives), _due_ahead(known, lives, shares, as_of)])
    earned = rows.join(shares.select("policy_id", "year", "share"), on=["policy_id", "year"])
    amount = pl.col("amount") * pl.col("share")
    sums = earned.group_by("policy_id").agg(
        first_year=amount.filter(~pl.col("ahead") & (pl.col("year") == 1)).sum(),
        renewal=amount.filter(~pl.col("ahead") & (pl.col("year") > 1)).sum(),
        ahead=amount.filter("ahead").sum(),
    )
    money = pl.col("first_year", "renewal", "ahead").fill_null(0).round().cast(pl.Int64)
    began = pl.col("issue_date")
    return (
        lives.join(sums, on="policy_id", how="left", maintain_order="left")
        .with_columns(money, add_on=began > began.min().over("customer_id"))
        .select("policy_id", "customer_id", "currency", "first_year", "renewal", "ahead", "add_on")
    )


def _bought(known: Book) -> pl.DataFrame:
    undone = known.events.filter(pl.col("kind").is_in(NEVER_WAS)).select("policy_id").drop_nulls()
    return policy_lives(known).join(undone, on="policy_id", how="anti", maintain_order="left")


def _shares(lives: pl.DataFrame, rates: RateTable) -> pl.DataFrame:
    """Return the shares of each policy: `policy_id`, `year`, `share`; by the first line of the table that fits."""
    years = pl.when(pl.col("step").is_null()).then(1).otherwise(pl.col("pay_years").fill_null(FOR_LIFE))
    asked = lives.select("policy_id", kind="product_kind", years=years.clip(1, FOR_LIFE))
    table = rates.lines()
    other = asked.with_columns(kind=pl.lit(ANY))
    fits = pl.concat([asked.filter(pl.col("kind") != ANY), other]).join(table, on="kind")
    order = pl.col("line") + pl.when(pl.col("kind") == ANY).then(len(rates.rates)).otherwise(0)
    told = fits.filter(pl.col("years").is_between("first", "last")).with_columns(order=order)
    return told.filter(pl.col("order") == pl.col("order").min().over("policy_id")).select("policy_id", "year", "share")


def _paid(known: Book, lives: pl.DataFrame) -> pl.DataFrame:
    """Return what was paid: `policy_id`, `year` (of the policy), `amount`, `ahead` (false).

    A first instalment that no list has was paid at issue.
    """
    mine = known.premiums.join(lives, on="policy_id", how="semi")
    part = Book(policies=lives.select(known.policies.columns), premiums=mine, events=known.events)
    rows = instalment_rows(part, lives).with_columns(amount=mine["amount"])
    paid = rows.with_columns(amount=amounts_due(part, lives, rows)).filter(pl.col("paid_on").is_not_null())
    unlisted = lives.join(mine.filter(pl.col("instalment") == 1), on="policy_id", how="anti")
    both = pl.concat([
        paid.select("policy_id", "instalment", "amount"),
        unlisted.select("policy_id", instalment=pl.lit(1, dtype=pl.Int32), amount="premium"),
    ])  # fmt: skip
    return both.join(lives.select("policy_id", "step"), on="policy_id").select(
        "policy_id", "amount", year=_year(), ahead=pl.lit(value=False)
    )


def _year() -> pl.Expr:
    """Return the policy year in which an instalment falls due."""
    return ((pl.col("instalment") - 1) * pl.col("step").fill_null(0) // 12 + 1).cast(pl.Int32)


def _due_ahead(known: Book, lives: pl.DataFrame, shares: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return what will fall due after `as_of` in the years that earn commission, of policies in force and paying."""
    today = pl.lit(as_of).is_between("start", "end", closed="left")
    in_force = spells_in_force(known, GRACE_DAYS, as_of).filter(today)
    last = shares.group_by("policy_id").agg(last_year=pl.col("year").max())
    paying = (
        lives.join(in_force, on="policy_id", how="semi")
        .join(last, on="policy_id")
        .filter(pl.col("step").is_not_null(), pl.col("stopped_on") > as_of)
    )
    passed = (month_number(pl.lit(as_of)) - month_number(pl.col("effective_date"))) // pl.col("step")
    until = pl.min_horizontal(pl.col("last_year") * 12 // pl.col("step"), "instalments")
    numbers = pl.int_ranges(pl.max_horizontal(passed + 1, pl.lit(1)), until + 1, dtype=pl.Int32)
    due_on = months_later(pl.col("effective_date"), (pl.col("instalment") - 1) * pl.col("step"))
    rows = (
        paying.with_columns(instalment=numbers)
        .explode("instalment")
        .filter(pl.col("instalment").is_not_null())
        .with_columns(due_on=due_on)
        .filter(pl.col("due_on") > as_of, pl.col("due_on") < pl.col("stopped_on"))
    )
    return rows.select("policy_id", amount="premium", year=_year(), ahead=pl.lit(value=True))


def customer_value(
    book: Book, rates: RateTable, *, as_of: date, customer_no: str | None = None, top: int | None = None
) -> pl.DataFrame:
    """Return what customers are worth, the greatest first, by currency.

    Columns: `customer_no`, `currency`, `policies`, and minor units: `first_year`, `renewal`, `ahead` (see
    `commissions`), `of_add_ons` (part of the first two, from policies after the first), `through_referrals` (first year
    and renewals of all whom they brought, down the tree), `together` (first year, renewals and through referrals);
    `people` (customers brought). Raises NotFoundError.
    """
    own = _of_customers(commissions(book, rates, as_of=as_of))
    brought = _brought(book.as_of(as_of), own)
    names = book.customers.select("customer_id", "customer_no")
    if customer_no is not None and customer_no not in set(names["customer_no"]):
        raise NotFoundError("customer", customer_no)
    numbers = ["policies", *PARTS[:5], "people"]
    found = (
        own.join(brought, on=["customer_id", "currency"], how="full", coalesce=True)
        .join(names, on="customer_id")
        .with_columns(pl.col(numbers).fill_null(0))
        .with_columns(together=pl.col("first_year") + pl.col("renewal") + pl.col("through_referrals"))
        .sort("currency", "together", "customer_no", descending=[False, True, False])
        .select("customer_no", "currency", "policies", *PARTS, "people")
    )
    asked = found if customer_no is None else found.filter(pl.col("customer_no") == customer_no)
    return asked if top is None else asked.group_by("currency", maintain_order=True).head(top).select(found.columns)


def _of_customers(earned: pl.DataFrame) -> pl.DataFrame:
    so_far = pl.col("first_year") + pl.col("renewal")
    return earned.group_by("customer_id", "currency").agg(
        pl.col("first_year", "renewal", "ahead").sum(),
        policies=pl.len().cast(pl.Int64),
        of_add_ons=so_far.filter("add_on").sum(),
    )


def _brought(known: Book, own: pl.DataFrame) -> pl.DataFrame:
    """Sum up what came of everybody below each customer: `customer_id`, `currency`, `through_referrals`, `people`."""
    referred = people_referred(known).select(descendant_id="referred_id", ancestor_id="referrer_id").drop_nulls()
    so_far = pl.col("first_year") + pl.col("renewal")
    earned = own.select("currency", descendant_id="customer_id", through_referrals=so_far)
    return (
        ancestry(referred)
        .join(earned, on="descendant_id")
        .group_by("currency", customer_id="ancestor_id")
        .agg(pl.col("through_referrals").sum(), people=pl.len().cast(pl.Int64))
    )


def agent_value(book: Book, rates: RateTable, *, as_of: date) -> pl.DataFrame:
    """Return what the books of agents are worth, the greatest first, by currency; customers whom nobody serves last.

    Columns: `branch`, `team`, `agent_no`, `currency`, `customers`, `policies`, and minor units: `first_year`,
    `renewal`, `ahead`, `of_add_ons`, `of_referred` (first year and renewals of customers whom others brought).
    """
    known = book.as_of(as_of)
    referred = people_referred(known).select(customer_id="referred_id").drop_nulls().unique()
    own = _of_customers(commissions(book, rates, as_of=as_of))
    serving = customer_agents(book, GRACE_DAYS, as_of)
    so_far = pl.col("first_year") + pl.col("renewal")
    sums = (
        own.with_columns(
            agent_id=taken(serving, "customer_id", "agent_id", own["customer_id"]),
            referred=pl.col("customer_id").is_in(referred["customer_id"].implode()),
        )
        .group_by("agent_id", "currency")
        .agg(
            pl.col("policies", "first_year", "renewal", "ahead", "of_add_ons").sum(),
            customers=pl.len().cast(pl.Int64),
            of_referred=so_far.filter("referred").sum(),
        )
    )
    return (
        with_agents(sums, book.agents, ["branch", "team", "agent_no"])
        .sort(pl.col("agent_no").is_null(), "currency", -so_far, "agent_no")
        .select("branch", "team", "agent_no", "currency", "customers", "policies", *OF_AGENT)
    )
