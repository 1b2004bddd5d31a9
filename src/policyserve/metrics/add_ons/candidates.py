"""Add-on candidates (加保): single-policy customers, ranked by the kinds of cover that they lack.

What somebody of an age and family should have is data (`fixtures/cover/`). An agent's talk about cover is no text
message, so who refused texts may be on the list; who refused marketing altogether is not, because the list is made of
personal data for a purpose that was refused (PIPL 15, 16, 24). Nor is anybody with a death in the family within a year,
or an open claim: that is no time to sell.

The list is for today's work and is no figure: refusals and sums assured bear no day, so those of today hold whatever
day is asked for, and the list of an earlier day may change.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, model_validator
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.money import decimals_of
from policyserve.contracts.annual_premiums import annual_premiums
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.dates import completed_years
from policyserve.locale import in_language
from policyserve.metrics.add_ons.add_ons import single_policy_customers
from policyserve.metrics.agents_by_day import customer_agents
from policyserve.metrics.rule_files import Rule
from policyserve.model_errors import UnfitError
from policyserve.plan.customers import family_cases

Kind = Literal["life", "annuity", "critical-illness", "health", "accident", "savings"]
Age = Annotated[int, Field(ge=0, le=120)]

COLUMNS = ("customer_no", "agent_no", "age", "missing", "score", "why")


class Need(Rule):
    """Cover that some people should have."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    """Cover of any of these kinds will do."""
    min_age: Age | None = None
    max_age: Age | None = None
    gender: Literal["male", "female"] | None = None
    children: bool | None = None
    """Whether there is a child in the family, or insured by the customer."""
    minimum: Annotated[int, Field(ge=1)] | None = None
    """The sum assured, in units of the rules' currency."""
    minimum_premiums: Annotated[int, Field(ge=1)] | None = None
    """The sum assured as a multiple of the annualised premium that the customer pays."""
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    name: Annotated[str, Field(max_length=60)] | None = None
    name_zh: Annotated[str, Field(max_length=60)] | None = None
    """What people call the cover; without a name, the code."""
    why: Annotated[str, Field(min_length=1)]
    why_zh: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _one_minimum(self) -> Self:
        if self.minimum is not None and self.minimum_premiums is not None:
            raise UnfitError("give either minimum or minimum_premiums, not both")
        return self

    def called(self, language: str) -> str:
        """Return what people call the cover."""
        return in_language(self, "name", language) or self.code

    def reason(self, language: str) -> str:
        """Return why people should have it."""
        return in_language(self, "why", language) or self.why


class CoverRules(Rule):
    """Which cover belongs to which people."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    version: Annotated[str, Field(min_length=1, max_length=200)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    child_until: Age = 18
    """A person is a child below that age."""
    needs: Annotated[tuple[Need, ...], Field(min_length=1)]


def read_sums(connection: Connection) -> pl.DataFrame:
    """Read the sums assured that are known today: `policy_id`, `sum_assured` (minor units)."""
    query = "SELECT id, sum_assured FROM policies WHERE sum_assured IS NOT NULL"
    return db.read_frame(connection, query, pl.Schema({"policy_id": pl.Int32(), "sum_assured": pl.Int64()}))


def read_refusals(connection: Connection) -> pl.DataFrame:
    """Read who refused marketing: `customer_id`. A refusal holds whatever day is asked for."""
    query = (
        "SELECT id FROM customers WHERE restricted_on IS NOT NULL OR erased_on IS NOT NULL "
        "OR marketing_consent IS NOT NULL AND NOT marketing_consent"
    )
    return db.read_frame(connection, query, pl.Schema({"customer_id": pl.Int32()}))


def candidates(
    book: Book,
    rules: CoverRules,
    sums: pl.DataFrame,
    refusals: pl.DataFrame,
    *,
    language: str = "en",
    grace_days: int = GRACE_DAYS,
    as_of: date,
) -> pl.DataFrame:
    """Rank the single-policy customers of `as_of` by the cover that they lack; who lacks nothing is left out.

    `sums`, `refusals`: as from `read_sums` and `read_refusals`. Columns as COLUMNS: `missing` (the codes of the needs,
    the heaviest first, joined by +), `score` (sum of weight x share lacking), `why` (their sentences). The highest
    score first, ties by customer number. Without a birthday only needs without an age can be told.
    """
    contracts = Contracts.of(book, as_of, grace_days)
    held = _in_force(contracts)
    people = _people(book, contracts, rules, refusals, held)
    cover = _cover(held, rules, sums)
    lacking = [_lacking(people, cover, need, rules.currency, language) for need in rules.needs]
    needs = pl.concat(lacking).sort("weight", descending=True, maintain_order=True)
    found = needs.group_by("customer_id", maintain_order=True).agg(
        missing=pl.col("code").str.join("+"),
        score=(pl.col("weight") * pl.col("share")).sum(),
        why=pl.col("why").str.join(" ").str.replace_all("。 ", "。", literal=True),  # Chinese has no space there
    )
    return (
        people.join(found, on="customer_id")
        .join(book.agents.select("agent_id", "agent_no"), on="agent_id", how="left")
        .sort("score", "customer_no", descending=[True, False])
        .select(COLUMNS)
    )


def _people(
    book: Book, contracts: Contracts, rules: CoverRules, refusals: pl.DataFrame, held: pl.DataFrame
) -> pl.DataFrame:
    """Return who can be asked: `customer_id`, `customer_no`, `agent_id`, `age`, `gender`, `children`, `premium`."""
    known, as_of = contracts.book, contracts.as_of
    single = single_policy_customers(contracts, as_of).select("customer_id")
    troubled = _troubled(known, as_of)
    asked = single.join(refusals, on="customer_id", how="anti").join(troubled, on="customer_id", how="anti")
    parents = _parents(known, rules.child_until, as_of)
    details = known.customers.select("customer_id", "customer_no", "gender", "birthday")
    return (
        asked.join(details, on="customer_id")
        .join(customer_agents(book, contracts.grace_days, as_of), on="customer_id", how="left")
        .join(_premiums(held, rules.currency), on="customer_id", how="left")
        .with_columns(
            age=completed_years(pl.col("birthday"), pl.lit(as_of)),
            children=pl.col("customer_id").is_in(parents["customer_id"].implode()),
            premium=pl.col("premium").fill_null(0),
        )
    )


def _troubled(known: Book, as_of: date) -> pl.DataFrame:
    """Return the customers with an open claim or a death of the last year in the family: `customer_id`."""
    no_lapses = pl.DataFrame(schema={"policy_id": pl.Int32, "suspended_from": pl.Date, "suspended_to": pl.Date})
    cases = family_cases(known, known.policies.select("policy_id", "customer_id"), no_lapses)
    return cases.filter(pl.lit(as_of).is_between("start", "end", closed="left")).select("customer_id").unique()


def _parents(known: Book, child_until: int, as_of: date) -> pl.DataFrame:
    """Return who has a child in the family, or insures one: `customer_id`."""
    young = completed_years(pl.col("birthday"), pl.lit(as_of)) < child_until
    children = known.customers.filter(young, pl.col("deceased_on").is_null())
    families = children.filter(pl.col("family_no").is_not_null()).select("family_no")
    of_family = known.customers.join(families, on="family_no", how="semi").join(children, on="customer_id", how="anti")
    insurers = known.policies.join(children, left_on="insured_id", right_on="customer_id", how="semi")
    return pl.concat([of_family.select("customer_id"), insurers.select("customer_id")]).unique()


def _in_force(contracts: Contracts) -> pl.DataFrame:
    """Return the individual policies and riders in force on their day, with `premium` annualised."""
    individual = annual_premiums(contracts.book).filter(~pl.col("is_group").fill_null(value=False))
    return individual.join(contracts.in_force_on(contracts.as_of), on="policy_id", how="semi")


def _premiums(held: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return what customers pay a year for what is in force: `customer_id`, `premium` (minor units of `currency`)."""
    return held.filter(pl.col("currency") == currency).group_by("customer_id").agg(pl.col("premium").sum())


def _cover(held: pl.DataFrame, rules: CoverRules, sums: pl.DataFrame) -> pl.DataFrame:
    """Return the cover of each person: `customer_id` (who is insured), `product_kind`, `sum_assured`.

    The sum is null where it is not known, or in another currency than that of the rules. Group cover ends with the
    employment and does not count.
    """
    told = pl.when(pl.col("currency") == rules.currency).then("sum_assured")
    insured = pl.coalesce("insured_id", "customer_id")
    known = held.join(sums, on="policy_id", how="left")
    return known.select("product_kind", customer_id=insured, sum_assured=told).drop_nulls("product_kind")


def _lacking(people: pl.DataFrame, cover: pl.DataFrame, need: Need, currency: str, language: str) -> pl.DataFrame:
    """Return who lacks what a need asks for: `customer_id`, `code`, `weight`, `share` (0 to 1), `why`."""
    asked = people.filter(_holds(need)).select("customer_id", least=_least(need, currency))
    held = (
        cover.filter(pl.col("product_kind").is_in(need.kinds))
        .group_by("customer_id")
        .agg(held=pl.col("sum_assured").sum(), unknown=pl.col("sum_assured").is_null().any())
    )
    found = asked.join(held, on="customer_id", how="left")
    short = 1 - pl.col("held") / pl.col("least")
    share = (
        pl.when(pl.col("held").is_null())
        .then(1.0)
        .when(pl.col("unknown") | pl.col("least").is_null() | (pl.col("held") >= pl.col("least")))
        .then(0.0)
        .otherwise(short)
    )
    return found.select(
        "customer_id",
        code=pl.lit(need.code),
        weight=pl.lit(need.weight),
        share=share,
        why=pl.lit(need.reason(language)),
    ).filter(pl.col("share") > 0)


def _holds(need: Need) -> pl.Expr:
    """Whether the conditions of a need hold; an unknown age or gender fulfils no condition on it."""
    conditions = [pl.lit(value=True)]
    if need.min_age is not None:
        conditions.append(pl.col("age") >= need.min_age)
    if need.max_age is not None:
        conditions.append(pl.col("age") <= need.max_age)
    if need.gender is not None:
        conditions.append(pl.col("gender") == need.gender)
    if need.children is not None:
        conditions.append(pl.col("children") == need.children)
    return pl.all_horizontal(conditions)


def _least(need: Need, currency: str) -> pl.Expr:
    """Return the sum assured that is enough (minor units); null where any is."""
    if need.minimum is not None:
        return pl.lit(need.minimum * 10 ** decimals_of(currency), dtype=pl.Int64)
    if need.minimum_premiums is not None:
        return pl.col("premium") * need.minimum_premiums
    return pl.lit(None, dtype=pl.Int64)
