"""What is on record of a policy: events, premium rows, debits, suspensions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a customer, or to a policy of this holder."""

    customer_id: int
    policy_id: int | None
    number: int
    kind: str
    on: date
    amount: int | None = None
    detail: str | None = None
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the list of premiums, as known."""

    amount: int | None
    paid_on: date | None
    paid_amount: int | None


@dataclass(frozen=True, kw_only=True)
class Debit:
    """An attempt to collect an instalment."""

    number: int
    instalment: int | None
    on: date
    result: str


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """The days from `start` on, without `until`, on which the cover is suspended over an instalment."""

    instalment: int
    start: date
    until: date
