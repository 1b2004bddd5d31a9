"""Grades of customers (客户分级): the first rule of a standard that fits what is known of a customer on a day."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from policyserve.book.columns import Book
from policyserve.book.money import decimals_of
from policyserve.contracts.annual_premiums import annual_premiums
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.keys import lookup
from policyserve.dates import completed_years
from policyserve.standard.grade import Grade, GradeRule


class GradesByRules(dict[tuple[Grade, ...], pl.DataFrame]):
    """The grades of the customers of a book by the rules of standards, each worked out once."""

    def __init__(self, contracts: Contracts) -> None:
        """Look at the customers of these contracts."""
        super().__init__()
        self.contracts = contracts

    def __missing__(self, rules: tuple[Grade, ...]) -> pl.DataFrame:
        """Work the grades out, and keep them."""
        self[rules] = grades(self.contracts, rules)
        return self[rules]


def grades(contracts: Contracts, rules: tuple[Grade, ...]) -> pl.DataFrame:
    """Return the grade of every customer on the day of `contracts`: `customer_id`, `grade` (a code; null: none).

    The first grade with a rule that fits; a rule fits where all that it asks for is there. Only what some rule asks for
    is worked out.
    """
    people = _standing(contracts, [rule for grade in rules for rule in grade.rules])
    fitting = (
        pl.when(pl.any_horizontal(_fits(rule) for rule in grade.rules)).then(pl.lit(grade.code)) for grade in rules
    )
    return people.select("customer_id", grade=pl.coalesce(*fitting, pl.lit(None, dtype=pl.String)))


def _fits(rule: GradeRule) -> pl.Expr:
    """Whether all that a rule asks for is there; what is not known is not."""
    parts = [pl.lit(value=True)]
    if rule.vip:
        parts.append(pl.col("vip").is_not_null())
    if rule.marks:
        parts.append(pl.col("vip").str.to_lowercase().str.contains_any([word.lower() for word in rule.marks]))
    if rule.premium is not None:
        parts.append(pl.col(_premium(rule)) >= rule.premium * 10 ** decimals_of(rule.currency))
    if rule.years is not None:
        parts.append(pl.col("years") >= rule.years)
    if rule.referrals is not None:
        parts.append(pl.col("referred") >= rule.referrals)
    return pl.all_horizontal(parts).fill_null(value=False)


def _premium(rule: GradeRule) -> str:
    return f"premium {rule.currency}"


def _standing(contracts: Contracts, rules: list[GradeRule]) -> pl.DataFrame:
    """Return what the rules ask of each customer: `customer_id`, `vip`, `premium CNY`, `years`, `referred`."""
    people = contracts.book.customers.select("customer_id", "vip")
    return people.with_columns(_facts(contracts, rules, people["customer_id"]))


def _facts(contracts: Contracts, rules: list[GradeRule], keys: pl.Series) -> Iterator[pl.Series]:
    if any(rule.premium for rule in rules):
        in_force = contracts.in_force_on(contracts.as_of).select("policy_id")
        held = annual_premiums(contracts.book).join(in_force, on="policy_id", how="semi")
        for name, currency in sorted({(_premium(rule), rule.currency) for rule in rules if rule.premium}):
            sums = held.filter(pl.col("currency") == currency).group_by("customer_id").agg(pl.col("premium").sum())
            yield lookup(sums, "customer_id", "premium", keys).rename(name)
    if any(rule.years for rule in rules):
        mains = contracts.terms.filter(pl.col("main_policy_id").is_null())
        first = mains.group_by("customer_id").agg(pl.col("effective_date").min())
        since = first.with_columns(years=completed_years(pl.col("effective_date"), pl.lit(contracts.as_of)))
        yield lookup(since, "customer_id", "years", keys)
    if any(rule.referrals for rule in rules):
        counts = customers_referred(contracts.book).group_by("referrer_id").agg(referred=pl.len())
        yield lookup(counts, "referrer_id", "referred", keys)


def customers_referred(book: Book) -> pl.DataFrame:
    """Say who brought the customers that somebody referred: `referred_id`, `referrer_id`, one row each.

    The first in either list by its day; of one day the customers list goes before the list of referrals, and there the
    row that came first. Nobody refers himself.
    """
    listed = book.customers.select("referred_on", referred_id="customer_id", referrer_id="referred_by_id", row=0)
    named = book.referrals.select("referred_on", "referred_id", "referrer_id", row="referral_id")
    known = pl.concat([listed, named], how="vertical_relaxed").drop_nulls()
    others = known.filter(pl.col("referred_id") != pl.col("referrer_id")).sort("referred_on", "row")
    return others.unique("referred_id", keep="first", maintain_order=True).select("referred_id", "referrer_id")
