"""Retention: which policies make an insurer keep a customer's data, and until when.

保险法 87 asks for ten years from the end of a contract, five where it covers a year or less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl
from sqlalchemy import Connection, or_, select

from policyserve.book.snapshot import load_book
from policyserve.contracts.endings import policy_ends
from policyserve.dates import add_months
from policyserve.privacy.holdings import POLICIES, Person

YEARS: Final = 10
YEARS_OF_SHORT_COVER: Final = 5


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A policy for which data are kept."""

    policy_no: str
    product: str | None = None
    until: date | None
    """The day from which they need not be kept; None: the contract has not ended."""


def kept(connection: Connection, person: Person, day: date) -> list[Kept]:
    """Return the policies of a customer, held or insuring them, whose data are to be kept on a day."""
    own = or_(POLICIES.c.customer_id == person.key, POLICIES.c.insured_id == person.key)
    rows = connection.execute(select(POLICIES).where(own).order_by(POLICIES.c.policy_no)).all()
    if not rows:
        return []
    book = load_book(connection, customers={row.customer_id for row in rows}).as_of(day)
    ends = dict(policy_ends(book).select("policy_id", "ended_on").filter(pl.col("ended_on") <= day).iter_rows())
    found = [
        Kept(
            policy_no=row.policy_no,
            product=row.product,
            until=_until(ends.get(row.id), row.effective_date or row.issue_date, row.ends_on),
        )
        for row in rows
    ]
    return [one for one in found if one.until is None or one.until > day]


def _until(ended_on: date | None, begins: date, ends_on: date | None) -> date | None:
    if ended_on is None:
        return None
    short = ends_on is not None and ends_on <= add_months(begins, 12)
    return add_months(ended_on, 12 * (YEARS_OF_SHORT_COVER if short else YEARS))


def last_day(found: Sequence[Kept]) -> date | None:
    """Return from when nothing need be kept any more; None while a contract has not ended."""
    days = [one.until for one in found]
    return None if None in days else max((day for day in days if day is not None), default=None)
