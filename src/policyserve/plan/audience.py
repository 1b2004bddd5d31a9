"""Which subjects a service is for: what the audience asks of the holder, and of the policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl

from policyserve.book.columns import Gender
from policyserve.contracts.keys import lookup
from policyserve.dates import add_months, months_later
from policyserve.plan.services import Services
from policyserve.plan.steps import Step, where
from policyserve.plan.subjects import Subjects
from policyserve.standard.model import Service

SHORT = 12
"""Months: a policy whose last day of cover comes before their end is renewed, not paid out."""


def audience_steps(services: Services, facts: Subjects, first: date) -> Iterator[Step]:
    """Yield what the audiences ask of the subject on the nominal day; `first`: none is earlier.

    A policy-level touch asks its holder and its policy; a customer-level one the customer, and that a policy in force
    on the day is as the audience wants it.
    """
    yield from _of_person(services, facts)
    yield from _of_policy(services, facts) if services.subject == "policy" else _holding(services, facts, first)


def _of_person(services: Services, facts: Subjects) -> Iterator[Step]:
    """Say what the audiences ask of the holder; an age is counted by the solar birthday."""
    if any(services.asked(_gender)):
        gender = services.told(_gender, Gender)
        yield where("other-gender", gender.is_null() | (_holder(services, facts, "gender") == gender))
    if any(services.asked(_has_min_age)):
        grown_on = months_later(_holder(services, facts, "birthday"), services.number(_min_age))
        yield where("too-young", ~services.told(_has_min_age) | (grown_on <= pl.col("nominal")))
    for words in {*services.asked(_occupations)} - {()}:
        known = facts.book.customers["occupation"].unique()
        meant = known.filter(known.str.to_lowercase().str.contains_any([*words]).fill_null(value=False))
        others = services.each_of([asked != words for asked in services.asked(_occupations)])
        yield where("other-occupation", others | _holder(services, facts, "occupation").is_in(meant.implode()))
    for codes in {*services.asked(_grades)} - {()}:
        fitting = facts.grades[services.grades].filter(pl.col("grade").is_in(codes))["customer_id"]
        others = services.each_of([asked != codes for asked in services.asked(_grades)])
        yield where("other-grade", others | pl.col("customer_id").is_in(fitting.implode()))


def _gender(service: Service) -> str | None:
    return service.audience.gender


def _has_min_age(service: Service) -> bool:
    return service.audience.min_age is not None


def _min_age(service: Service) -> int:
    return (service.audience.min_age or 0) * 12


def _occupations(service: Service) -> tuple[str, ...]:
    return tuple(word.lower() for word in service.audience.occupations)


def _grades(service: Service) -> tuple[str, ...]:
    return service.audience.grades


def _participating(service: Service) -> bool:
    return service.audience.participating


def _term(service: Service) -> str | None:
    return service.audience.term


def _in_instalments(service: Service) -> bool:
    return service.audience.instalments


def pays_as_wanted(services: Services) -> pl.Expr:
    """Say whether a policy has a second instalment, where its service asks for one."""
    return ~services.told(_in_instalments) | (pl.col("step").is_not_null() & (pl.col("instalments") > 1))


def _age_limit(service: Service) -> int | None:
    age = service.audience.insured_under_age
    return None if age is None else age * 12


OF_POLICY = ("participating", "ends_on", "effective_date", "insured_id", "step", "instalments")
"""What an audience may ask of a policy."""


def asks_of_policy(services: Services) -> bool:
    """Whether an audience asks something of the policy."""
    return any(any(services.asked(wish)) for wish in (_participating, _term, _in_instalments, _age_limit))


def _of_policy(services: Services, facts: Subjects) -> Iterator[Step]:
    """Say what the audiences ask of the touch's own policy."""
    if any(services.asked(_participating)):
        yield where("not-participating", ~services.told(_participating) | pl.col("participating"))
    if any(services.asked(_term)):
        term = services.told(_term, pl.String)
        is_short = pl.col("ends_on") < months_later(pl.col("effective_date"), SHORT)
        yield where("other-term", term.is_null() | (is_short.fill_null(value=False) == (term == "short")))
    if any(services.asked(_in_instalments)):
        yield where("single-premium", pays_as_wanted(services))
    if any(services.asked(_age_limit)):
        limit = services.told(_age_limit, pl.Int32)
        born = _looked_up(pl.col("insured_id"), facts.book.customers, "birthday")
        yield where("insured-too-old", limit.is_null() | (months_later(born, limit) > pl.col("nominal")))


def _holding(services: Services, facts: Subjects, first: date) -> Iterator[Step]:
    """Ask customers for policies in force that the audiences want: each wish by some policy."""
    if any(services.asked(_participating)):
        sharing = facts.in_force.filter(pl.col("participating")).select("customer_id", "start", "end")
        yield _with_policy("none-participating", sharing, services, _participating, pl.lit(value=True))
    if any(services.asked(_age_limit)):
        oldest = max(filter(None, services.asked(_age_limit)))
        limit = services.told(_age_limit, pl.Int32)
        born = lookup(facts.book.customers, "customer_id", "birthday", facts.in_force["insured_id"])
        insured = facts.in_force.select("customer_id", "start", "end").with_columns(born=born)
        young = insured.filter(pl.col("born") > add_months(first, -oldest - 1))
        grown_on = months_later(pl.col("born"), limit)
        yield _with_policy("nobody-young-insured", young, services, _age_limit, grown_on > pl.col("nominal"))


def _with_policy(
    reason: str, policies: pl.DataFrame, services: Services, wish: Callable[[Service], Any], condition: pl.Expr
) -> Step:
    """Leave the touches of services without the wish, and of customers with one of `policies` in force on the day.

    `condition`: what must hold of the two.
    """
    held = policies.lazy().rename({"start": "since", "end": "until"})
    asked = [bool(one) for one in services.asked(wish)]

    def keep(touches: pl.LazyFrame) -> pl.LazyFrame:
        wanted = touches if all(asked) else touches.filter(services.each_of(asked))
        found = wanted.join(held, on="customer_id").filter(
            pl.col("nominal").is_between("since", "until", closed="left"), condition
        )
        kept = wanted.join(found, on=["subject_id", "rule", "nominal"], how="semi")
        return kept if all(asked) else pl.concat([touches.filter(~services.each_of(asked)), kept])

    return Step(reason, keep)


def _holder(services: Services, facts: Subjects, column: str) -> pl.Expr:
    """Name a column of the holder: touches of customers have it, those of policies look it up."""
    if services.subject == "customer":
        return pl.col(column)
    return _looked_up(pl.col("customer_id"), facts.book.customers, column)


def _looked_up(ids: pl.Expr, people: pl.DataFrame, column: str) -> pl.Expr:
    return ids.map_batches(lambda keys: lookup(people, "customer_id", column, keys), return_dtype=people.schema[column])
