"""Obligations: what was owed in some days, or in the life of one policy, read and judged."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from policyserve import db
from policyserve.access import scope
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import customer_of, load_book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.metrics.figure import Figure
from policyserve.obligations.figures import AHEAD, Question
from policyserve.obligations.occasions import Ground
from policyserve.obligations.owed import Owed, read_owed
from policyserve.obligations.proof import proof_figure
from policyserve.operations.database import Database
from policyserve.operations.figures import Reading
from policyserve.operations.seen_figures import named

YEAR_AHEAD = 400
"""Days ahead within which what is owed to one customer is shown."""


def owed(facts: Reading, days: Days) -> tuple[Owed, Question]:
    """Judge what is owed with its last day in `days`, and what is about to break; return it with what was asked."""
    ahead = facts.as_of + timedelta(days=AHEAD + 1)
    wide = Days(start=min(days.start, facts.as_of), end=max(days.end, ahead))
    ground = Ground.of(facts.book, facts.standard, facts.market, wide, facts.as_of)
    found = read_owed(facts.connection, ground, wide, zone=facts.zone)
    return found, Question(standard=facts.standard, days=days, as_of=facts.as_of)


def proof(facts: Reading, *, policy_no: str | None = None, customer_no: str | None = None) -> Figure:
    """Prove what was owed in the life of a policy, or to a customer and for all policies held.

    Raises NotFoundError for a number that the book does not know.
    """
    key = customer_of(facts.connection, policy_no=policy_no, customer_no=customer_no)
    book = load_book(facts.connection, customers=[key])
    theirs = book.policies.filter(customer_id=key)
    first = min([facts.as_of, *theirs["issue_date"].drop_nulls()])
    days = Days(start=first, end=facts.as_of + timedelta(days=YEAR_AHEAD))
    ground = Ground.of(book, facts.standard, facts.market, days, facts.as_of)
    found = read_owed(facts.connection, ground, days, zone=facts.zone, customers=[key])
    of_it = found.rows.filter(pl.col("customer_id") == key if policy_no is None else pl.col("policy_no") == policy_no)
    return proof_figure(found, Question(standard=facts.standard, days=days, as_of=facts.as_of), of_it)


def proof_seen(
    engine: Database, viewer: Viewer, calendar: Calendar, *, as_of: date, zone: str, policy_no: str | None = None,
    customer_no: str | None = None,
) -> Figure:  # fmt: skip
    """Prove the same to a viewer; raises NotFoundError also for a policy or customer who is not seen."""
    with db.reading(engine) as connection:
        if policy_no is not None:
            scope.check_policy(connection, viewer, policy_no, as_of)
        else:
            scope.check_customer(connection, viewer, customer_no or "", as_of)
        made = proof(Reading(connection, as_of, calendar, zone), policy_no=policy_no, customer_no=customer_no)
        return named(connection, viewer, made)
