"""Two sets of lists whose sums are known from practice; `write_lists` makes files of them.

`half_year`: the second premiums of a branch in the first half of 2026, in 10,000 yuan: due 1,371 = collected 1,117 +
surrendered 13 + suspended 241, a collection rate of 81.5 %; 156 agents.
`influence`: a centre of influence with 20 policies and 389,307 yuan of premium around her, 387,353 of it by referral.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from policyserve.dates import add_months

Lists = dict[str, pl.DataFrame]

HALF_YEAR_AS_OF = date(2026, 9, 30)
"""A day after which the grace period of no premium of the half year is still open."""

COLLECTED = [200_000] * 55 + [170_000]
SURRENDERED = [130_000]
SUSPENDED = [200_000] * 12 + [10_000]
"""Yearly premiums in yuan; one policy each."""

AGENTS = 156

INFLUENCE_AS_OF = date(2026, 6, 30)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone around the centre of influence: who named them, when, and their yearly premiums in yuan."""

    customer_no: str
    name: str
    referred_by: str | None
    since: date
    premiums: list[int] = field(default_factory=list)


CIRCLE = [
    Person(customer_no="C1", name="本人", referred_by=None, since=date(2022, 3, 8), premiums=[1_954]),
    Person(
        customer_no="C2", name="儿子", referred_by="C1", since=date(2022, 9, 20),
        premiums=[50_000, 30_000, 20_000, 10_000, 6_000],
    ),
    Person(customer_no="C3", name="同事", referred_by="C1", since=date(2023, 2, 14), premiums=[10_670]),
    Person(customer_no="C4", name="侄女", referred_by="C2", since=date(2023, 5, 31), premiums=[2_868]),
    Person(
        customer_no="C5", name="朋友一", referred_by="C1", since=date(2023, 8, 31),
        premiums=[40_000, 30_000, 25_000, 15_000, 10_000, 7_000],
    ),
    Person(
        customer_no="C6", name="朋友二", referred_by="C5", since=date(2024, 1, 10),
        premiums=[50_000, 36_000, 20_000, 13_000, 10_000],
    ),
    Person(customer_no="C7", name="朋友三", referred_by="C6", since=date(2024, 2, 29), premiums=[1_815]),
]  # fmt: skip
"""Some were named by those whom she had named, so that the tree reaches three generations below her."""


def half_year() -> Lists:
    """Build the branch: annual policies effective from January to June 2025, one customer each."""
    ends = ["collected"] * len(COLLECTED) + ["surrendered"] * len(SURRENDERED) + ["suspended"] * len(SUSPENDED)
    premiums = COLLECTED + SURRENDERED + SUSPENDED
    policies = pl.DataFrame({"premium": premiums, "end": ends}).with_row_index("row", offset=1)
    return _branch(policies.with_columns(effective_date=date(2025, 1, 1) + pl.duration(days=pl.col("row") * 41 % 181)))


def _branch(policies: pl.DataFrame) -> Lists:
    """Write the lists of policies with `row`, `premium`, `end` and `effective_date`; each has its own agent."""
    row, due = pl.col("row"), pl.col("effective_date").dt.offset_by("1y")
    numbered = policies.with_columns(
        policy_no=pl.format("P{}", row), customer_no=pl.format("C{}", row), agent_no=pl.format("A{}", row), due_on=due
    )
    return {
        "agents": pl.DataFrame([_agent(number) for number in range(1, AGENTS + 1)]),
        "customers": numbered.select("customer_no", "agent_no", name=pl.format("客户{}", row)),
        "policies": numbered.select(
            "policy_no", "customer_no", "agent_no", "effective_date", "premium",
            issue_date="effective_date", writing_agent_no="agent_no", product=pl.lit("福满年金"),
            product_kind=pl.lit("annuity"), mode=pl.lit("annual"), pay_years=pl.lit(10),
        ),
        "premiums": pl.concat([_first_premiums(numbered), _second_premiums(numbered)]),
        "events": numbered.filter(pl.col("end") == "surrendered").select(
            "policy_no", kind=pl.lit("surrender"), occurred_on=pl.col("due_on") + pl.duration(days=30)
        ),
    }  # fmt: skip


def _agent(number: int) -> dict[str, object]:
    return {"agent_no": f"A{number}", "name": f"业务员{number}", "branch": "示例分公司"}


def _first_premiums(policies: pl.DataFrame) -> pl.DataFrame:
    return policies.select(
        "policy_no", due_on="effective_date", amount="premium", instalment=pl.lit(1), paid_on="effective_date"
    )


def _second_premiums(policies: pl.DataFrame) -> pl.DataFrame:
    """Collected ones are paid on the due day, every fifth on the last day of grace; the others are not paid."""
    late = pl.when(pl.col("row") % 5 == 0).then(60).otherwise(0)
    paid = pl.when(pl.col("end") == "collected").then(pl.col("due_on") + pl.duration(days=late))
    return policies.select("policy_no", "due_on", amount="premium", instalment=pl.lit(2), paid_on=paid)


def influence() -> Lists:
    """Build the circle: one agent, yearly policies, all premiums paid on the day."""
    return {
        "agents": pl.DataFrame({"agent_no": ["A1"], "name": ["业务员"]}),
        "customers": pl.DataFrame([_customer(person) for person in CIRCLE]),
        "policies": pl.DataFrame([policy for person in CIRCLE for policy in _policies(person)]),
        "premiums": pl.DataFrame([paid for person in CIRCLE for paid in _payments(person)]),
    }


def _customer(person: Person) -> dict[str, object]:
    return {
        "customer_no": person.customer_no,
        "name": person.name,
        "agent_no": "A1",
        "referred_by": person.referred_by,
        "referred_on": person.since - timedelta(days=14) if person.referred_by else None,
    }


def _policies(person: Person) -> Iterable[dict[str, object]]:
    for number, premium in enumerate(person.premiums, start=1):
        yield {
            "policy_no": f"{person.customer_no}-P{number}",
            "customer_no": person.customer_no,
            "writing_agent_no": "A1",
            "agent_no": "A1",
            "product": "世代传家终身寿险",
            "product_kind": "life",
            "issue_date": person.since,
            "mode": "annual",
            "premium": premium,
            "pay_years": 10,
        }


def _payments(person: Person) -> Iterable[dict[str, object]]:
    for policy in _policies(person):
        for instalment in range(1, 11):
            due = add_months(person.since, 12 * (instalment - 1))
            if due <= INFLUENCE_AS_OF:
                yield {"policy_no": policy["policy_no"], "instalment": instalment, "due_on": due, "paid_on": due}
