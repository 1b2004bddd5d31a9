"""Which customers a service is for."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.dates import born_by, completed_years
from policyserve.plan.facts import Facts
from policyserve.plan.states import taken
from policyserve.standard.model import Service


def in_audience(service: Service, facts: Facts, day: pl.Expr | date) -> pl.Expr:
    """Whether a customer belongs to the service's audience on `day`: a date, or a column of dates."""
    audience = service.audience
    tests = [pl.lit(value=True)]
    if audience.gender:
        tests.append(pl.col("gender") == audience.gender)
    if audience.min_age is not None:
        tests.append(_old_enough(audience.min_age, day))
    if audience.occupations:
        words = [word.lower() for word in audience.occupations]
        tests.append(pl.col("occupation").str.to_lowercase().str.contains_any(words))
    if audience.insured_under_age is not None and isinstance(day, date):
        tests.append(pl.col("customer_id").is_in(holders_of_children(facts, day, audience.insured_under_age).implode()))
    return pl.all_horizontal(test.fill_null(value=False) for test in tests)


def _old_enough(age: int, day: pl.Expr | date) -> pl.Expr:
    if isinstance(day, date):
        return pl.col("birthday") <= born_by(day, age)
    return completed_years(pl.col("birthday"), day) >= age


def holders_of_children(facts: Facts, day: date, age: int) -> pl.Series:
    """Return the customers with a policy in force on `day` whose insured is younger than `age`."""
    insured = facts.in_force.filter(
        pl.col("insured_id").is_not_null(), pl.lit(day).is_between("start", "end", closed="left")
    )
    born = taken(facts.book.customers, "customer_id", "birthday", insured["insured_id"])
    return insured.filter((born > born_by(day, age)) & (born <= day))["customer_id"].unique()
