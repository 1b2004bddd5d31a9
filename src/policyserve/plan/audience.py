"""Which subjects a service is for: what the audience asks of the holder, and of the policies."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.contracts.keys import lookup
from policyserve.dates import add_months, months_later
from policyserve.plan.subjects import Subjects
from policyserve.standard.model import Audience, Service


def members(touches: pl.LazyFrame, service: Service, facts: Subjects, first: date) -> pl.LazyFrame:
    """Leave the touches whose subject belongs to the audience on the nominal day; `first`: no nominal day is earlier.

    A policy-level touch asks its holder and its policy; a customer-level one the customer, and that a policy in force
    on the day is as the audience wants it.
    """
    asked = service.audience
    if asked == Audience():
        return touches
    persons = touches.filter(*_of_person(service, facts))
    if service.subject == "policy":
        return persons.filter(*_of_policy(asked, facts))
    if service.subject == "customer":
        return _holding(persons, asked, facts, first)
    own = pl.col("policy_id").is_null()
    holders = _holding(persons.filter(own), asked, facts, first)
    return pl.concat([persons.filter(~own, *_of_policy(asked, facts)), holders])


SHORT = 12
"""Months: a policy whose last day of cover comes before their end is renewed, not paid out."""

HOLDER = ("gender", "birthday", "occupation")
"""What an audience may ask of a person."""


def _of_person(service: Service, facts: Subjects) -> list[pl.Expr]:
    """Say what the audience asks of the holder; an age is counted by the solar birthday."""
    asked, tests = service.audience, []
    if asked.gender:
        tests.append(_holder(service, facts, "gender") == asked.gender)
    if asked.min_age is not None:
        tests.append(months_later(_holder(service, facts, "birthday"), asked.min_age * 12) <= pl.col("nominal"))
    if asked.occupations:
        words = [word.lower() for word in asked.occupations]
        known = facts.book.customers["occupation"].unique()
        meant = known.filter(known.str.to_lowercase().str.contains_any(words).fill_null(value=False))
        tests.append(_holder(service, facts, "occupation").is_in(meant.implode()))
    return tests


def _of_policy(asked: Audience, facts: Subjects) -> list[pl.Expr]:
    """Say what the audience asks of the touch's own policy."""
    tests = []
    if asked.participating:
        tests.append(_policy(facts, "participating"))
    if asked.term is not None:
        is_short = _policy(facts, "ends_on") < months_later(_policy(facts, "effective_date"), SHORT)
        short = is_short.fill_null(value=False)
        tests.append(short if asked.term == "short" else ~short)
    if asked.insured_under_age is not None:
        born = _looked_up(_policy(facts, "insured_id"), facts.book.customers, "customer_id", "birthday")
        tests.append(months_later(born, asked.insured_under_age * 12) > pl.col("nominal"))
    return tests


def _holding(touches: pl.LazyFrame, asked: Audience, facts: Subjects, first: date) -> pl.LazyFrame:
    """Leave the touches of customers with policies in force that the audience wants: each wish by some policy."""
    if asked.participating:
        sharing = facts.in_force.filter(pl.col("participating")).select("customer_id", "start", "end")
        touches = _with_policy(touches, sharing, pl.lit(value=True))
    if asked.insured_under_age is not None:
        born = lookup(facts.book.customers, "customer_id", "birthday", facts.in_force["insured_id"])
        insured = facts.in_force.select("customer_id", "start", "end").with_columns(born=born)
        young = insured.filter(pl.col("born") > add_months(first, -12 * asked.insured_under_age - 1))
        grown_on = months_later(pl.col("born"), asked.insured_under_age * 12)
        touches = _with_policy(touches, young.with_columns(grown_on=grown_on), pl.col("grown_on") > pl.col("nominal"))
    return touches


def _with_policy(touches: pl.LazyFrame, policies: pl.DataFrame, condition: pl.Expr) -> pl.LazyFrame:
    """Leave the touches whose customer has one of `policies` in force on the nominal day, under a condition."""
    held = policies.lazy().rename({"start": "since", "end": "until"})
    found = (
        touches.select("customer_id", "subject_id", "ordinal", "nominal")
        .join(held, on="customer_id")
        .filter(pl.col("nominal").is_between("since", "until", closed="left"), condition)
    )
    return touches.join(found, on=["subject_id", "ordinal"], how="semi")


def _holder(service: Service, facts: Subjects, column: str) -> pl.Expr:
    """Name a column of the holder: touches of customers have it, those of policies look it up."""
    if service.subject == "customer":
        return pl.col(column)
    return _looked_up(pl.col("customer_id"), facts.book.customers, "customer_id", column)


def _policy(facts: Subjects, column: str) -> pl.Expr:
    return _looked_up(pl.col("policy_id"), facts.policies, "policy_id", column)


def _looked_up(ids: pl.Expr, frame: pl.DataFrame, key: str, column: str) -> pl.Expr:
    return ids.map_batches(lambda keys: lookup(frame, key, column, keys), return_dtype=frame.schema[column])
