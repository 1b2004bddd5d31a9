"""What customers and books are worth in commission: first year, renewals, further policies, referrals and theirs.

Commission = premium paid x the share that the rate table gives for the policy year. What was cancelled in the
free-look, or void, earned nothing. A policy counts for the agent who serves it now.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts, part_of
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.contracts.instalments import due_by, policy_year
from policyserve.contracts.keys import locate, lookup
from policyserve.contracts.payments import payments
from policyserve.contracts.premiums import premium_steps
from policyserve.contracts.terms import instalments_a_year, policy_terms
from policyserve.contracts.turns import of_last, policy_turns
from policyserve.errors import NotFoundError
from policyserve.metrics.agents_by_day import customer_agents
from policyserve.metrics.commission.rates import ANY, FOR_LIFE, RateTable
from policyserve.metrics.forecast.survival import NEVER_WAS
from policyserve.metrics.groupings import with_agents
from policyserve.metrics.referrals.referrals import people_referred
from policyserve.metrics.referrals.tree import ancestry

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
    lives = _bought(known, rates)
    rows = pl.concat([_paid(known, lives), _due_ahead(known, lives, as_of)])
    earned = rows.join(rates.lines().select("line", "year", "share"), on=["line", "year"])
    first, amount = pl.col("year") == 1, pl.col("amount") * pl.col("share")
    parts = {"first_year": ~pl.col("ahead") & first, "renewal": ~pl.col("ahead") & ~first, "ahead": pl.col("ahead")}
    split = [pl.when(part).then(amount).otherwise(0.0).alias(name) for name, part in parts.items()]
    sums = earned.select("policy_id", *split).group_by("policy_id").agg(pl.col(*parts).sum().round().cast(pl.Int64))
    began = pl.col("issue_date")
    return lives.select(
        "policy_id",
        "customer_id",
        "currency",
        *(lookup(sums, "policy_id", name, lives["policy_id"]).fill_null(0) for name in parts),
        add_on=began > began.min().over("customer_id"),
    )


def _bought(known: Book, rates: RateTable) -> pl.DataFrame:
    """Return the lives of what was bought, with the `line` of the rates that fits, null where none does, and the
    `last_year` that it pays for.
    """
    undone = known.events.filter(pl.col("kind").is_in(NEVER_WAS))["policy_id"].drop_nulls()
    years = pl.when(pl.col("step").is_null()).then(1).otherwise(pl.col("pay_years").fill_null(FOR_LIFE))
    terms = policy_terms(known)
    lives = terms.with_columns(shift=_shift(known, terms)).select(LIFE).with_columns(years=years.clip(1, FOR_LIFE))
    bought = lives.filter(~pl.col("policy_id").is_in(undone.implode()))
    fitting = _fitting(bought.select("product_kind", "years").unique(), rates)
    return bought.join(fitting, on=["product_kind", "years"], how="left", nulls_equal=True, maintain_order="left")


def _shift(known: Book, terms: pl.DataFrame) -> pl.Series:
    """Return by how many instalments of today's mode the numbers lag behind, after a change of the mode."""
    last = of_last(policy_turns(known)).with_columns(shift=pl.col("before") // pl.col("step"))
    return lookup(last, "policy_id", "shift", terms["policy_id"]).fill_null(0)


LIFE = (
    "policy_id", "customer_id", "currency", "product_kind", "pay_years", "issue_date", "effective_date", "premium",
    "step", "stopped_on", "instalments", "shift",
)  # fmt: skip
"""The columns of a policy's life that commission follows from; `shift`: see `_shift`."""


def _fitting(asked: pl.DataFrame, rates: RateTable) -> pl.DataFrame:
    """Find the first line of the table that fits, those for any kind last: adds `line`, `last_year` to `asked`."""
    table = rates.lines().group_by("line", "kind", "first", "last").agg(last_year=pl.col("year").max())
    either = [asked.with_columns(kind="product_kind"), asked.with_columns(kind=pl.lit(ANY))]
    fits = pl.concat(either).join(table, on="kind").filter(pl.col("years").is_between("first", "last"))
    ordered = fits.sort(pl.col("kind") == ANY, "line").unique(asked.columns, keep="first", maintain_order=True)
    return ordered.select(*asked.columns, "line", "last_year")


def _paid(known: Book, lives: pl.DataFrame) -> pl.DataFrame:
    """Return what was paid: the columns of FLOW.

    A first instalment that no list has was paid at issue.
    """
    bought = locate(lives["policy_id"], known.premiums["policy_id"]).is_not_null()
    mine = Book(policies=known.policies, premiums=known.premiums.filter(bought), events=known.events)
    rows = payments(mine, lives).filter(pl.col("paid_on").is_not_null())
    listed = rows.with_columns(lives[name].gather(rows["place"]) for name in ("line", "step"))
    begun = mine.premiums.filter(pl.col("instalment") == 1)["policy_id"]
    unlisted = lives.filter(locate(begun, lives["policy_id"]).is_null()).with_columns(
        instalment=pl.lit(1, dtype=pl.Int32), amount="premium"
    )
    paid = pl.concat([part.select("policy_id", "line", "step", "instalment", "amount") for part in (listed, unlisted)])
    return paid.with_columns(
        year=policy_year(pl.col("instalment"), policy_turns(known)), ahead=pl.lit(value=False)
    ).select(FLOW)


FLOW = ("policy_id", "line", "year", "amount", "ahead")
"""Premiums: `line` of the rates, `year` of the policy, `amount` in minor units, `ahead`: not paid yet."""


def _due_ahead(known: Book, lives: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return what will fall due after `as_of` in each year that earns commission, of policies in force and paying: the
    columns of FLOW.
    """
    turns = policy_turns(known)
    first = pl.max_horizontal(due_by(pl.lit(as_of), turns) + 1, pl.lit(1))
    stopped = due_by(pl.col("stopped_on").dt.offset_by("-1d"), turns)
    last = pl.min_horizontal(pl.col("last_year") * 12 // pl.col("step") - pl.col("shift"), "instalments", stopped)
    paying = (
        lives.filter(pl.col("step").is_not_null(), pl.col("line").is_not_null(), pl.col("stopped_on") > as_of)
        .with_columns(first=first, last=last, premium=_asked(known, lives, turns))
        .filter(pl.col("first") <= pl.col("last"))
        .with_columns(pl.col("first", "last") + pl.col("shift"))
    )
    suspended = Contracts(part_of(known, paying["policy_id"]), as_of, GRACE_DAYS).suspended_now
    a_year, year = instalments_a_year(), pl.col("year")
    years = pl.int_ranges((pl.col("first") - 1) // a_year + 1, (pl.col("last") - 1) // a_year + 2, dtype=pl.Int32)
    count = pl.min_horizontal("last", year * a_year) - pl.max_horizontal("first", (year - 1) * a_year + 1) + 1
    in_force = paying.join(suspended, on="policy_id", how="anti").with_columns(year=years).explode("year")
    return in_force.with_columns(amount=pl.col("premium") * count, ahead=pl.lit(value=True)).select(FLOW)


def _asked(known: Book, lives: pl.DataFrame, turns: pl.DataFrame) -> pl.Expr:
    """Return what an instalment asks for after a change of the mode; else the policy's premium."""
    if turns.is_empty():
        return pl.col("premium")
    steps = premium_steps(known.events, lives).join(turns, on="policy_id", how="semi").unique("policy_id", keep="last")
    return pl.coalesce(
        pl.col("policy_id").replace_strict(steps["policy_id"], steps["changed"], default=None), "premium"
    )


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
        of_add_ons=pl.when("add_on").then(so_far).otherwise(0).sum(),
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
            agent_id=lookup(serving, "customer_id", "agent_id", own["customer_id"]),
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
        with_agents(sums, book.agents_on(as_of), ["branch", "team", "agent_no"])
        .sort(pl.col("agent_no").is_null(), "currency", -so_far, "agent_no")
        .select("branch", "team", "agent_no", "currency", "customers", "policies", *OF_AGENT)
    )
