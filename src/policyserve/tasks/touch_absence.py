"""The absence of a touch: which step of the planner left it out, and the fact behind it, as a code of `reasons`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from policyserve.calendars.calendar import Calendar
from policyserve.contracts.endings import policy_ends
from policyserve.dates import Days
from policyserve.locale import Sentence
from policyserve.plan.candidates import EverySubject, candidates
from policyserve.plan.endings import NO_LONGER_SERVED, NOT_SERVED
from policyserve.plan.handovers import tells
from policyserve.plan.subjects import EVER
from policyserve.standard import reasons
from policyserve.standard.model import Standard

REACH = 400
"""How many days on either side of the day asked for an occurrence is looked for."""

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a touch is not there: a code of `reasons`, and what its sentence names."""

    code: str
    arguments: str | None = None
    """JSON, an object."""

    @classmethod
    def of(cls, code: str, **named: object) -> Reason:
        """Return the reason of a code; days are written as ISO dates."""
        return cls(code=code, arguments=json.dumps({name: str(value) for name, value in named.items()}) or None)

    def sentence(self) -> Sentence:
        """Word it."""
        return reasons.sentence(self.code, self.arguments)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom a touch would be for: a policy or a customer, by its key."""

    kind: Literal["policy", "customer"]
    key: int


def near(
    facts: EverySubject, standard: Standard, calendar: Calendar, *, service: str, subject: Subject, day: date
) -> list[dict[str, Any]]:
    """Return the occurrences of a service for a subject that have to do with a day, else the nearest one.

    Rows of `candidates.FOUND`; none where no fact calls for one within `REACH` days.
    """
    days = Days.between(day, day).widened(before=REACH, after=REACH)
    found = candidates(facts, only(standard, {service}), calendar, days, standing=True)
    own = found.filter(
        pl.col("service") == service, pl.col("subject_kind") == subject.kind, pl.col("subject_id") == subject.key
    )
    rows = own.sort((pl.col("nominal") - pl.lit(day)).abs(), "nominal").to_dicts()
    return [row for row in rows if _is_on(row, day)] or rows[:1]


def only(standard: Standard, codes: Collection[str]) -> Standard:
    """Leave services, and those that have a say in whether they come: festivals, and what tells of another agent."""
    asked = [one for one in standard.services if one.code in codes]
    kinds = {one.trigger.kind for one in asked} & {"festival"}
    kept = [one for one in standard.services if one in asked or one.trigger.kind in kinds or tells(one)]
    return standard.model_copy(update={"services": tuple(kept)})


def _is_on(row: Row, day: date) -> bool:
    return day in (row["nominal"], row["due"]) or (row["due"] is not None and row["earliest"] <= day <= row["latest"])


def left_out(row: Row, facts: EverySubject) -> Reason:
    """Say why a step of the planner left out an occurrence."""
    code: str = row["reason"]
    if code in (NOT_SERVED, NO_LONGER_SERVED):
        day = row["nominal"] if code == NOT_SERVED else facts.as_of
        return _policy(row["policy_id"], day, facts) if row["policy_id"] else _customer(row["customer_id"], day, facts)
    on = row["fact_on"]
    if code == "instalment-paid":
        paid = Reason.of(code, instalment=row["instalment"], on=on)
        return Reason.of("paid-at-issue") if on == EVER else paid
    return Reason.of(code) if on is None else Reason.of(code, on=on)


def _policy(key: int, day: date, facts: EverySubject) -> Reason:
    """Say why a policy may not be served on a day."""
    policy = facts.terms.row(by_predicate=pl.col("policy_id") == key, named=True)
    if day < policy["issue_date"]:
        return Reason.of("not-issued", on=policy["issue_date"])
    if day >= policy["ended_on"]:
        end = policy_ends(facts.book).row(by_predicate=pl.col("policy_id") == key, named=True)
        return Reason.of(end["ended_by"], on=end["ended_on"])
    broken = facts.suspended.filter(
        pl.col("policy_id") == key, pl.lit(day).is_between("suspended_from", "suspended_to", closed="left")
    )
    started = broken["suspended_from"].min()
    return Reason.of("not-covered", on=day) if started is None else Reason.of("suspended", on=started)


def _customer(key: int, day: date, facts: EverySubject) -> Reason:
    """Say why a customer may not be served on a day."""
    died = facts.book.customers.row(by_predicate=pl.col("customer_id") == key, named=True)["deceased_on"]
    if died is not None and died <= day:
        return Reason.of("died", on=died)
    last = facts.policies.filter(pl.col("customer_id") == key)["ended_on"].max()
    gone = isinstance(last, date) and last <= day
    return Reason.of("last-policy-ended", on=last) if gone else Reason.of("nobody-covered", on=day)
