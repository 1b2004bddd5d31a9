"""What a customer has beside policies: gaps in cover, people referred, points, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select

from policyserve.access import scope
from policyserve.access.masks import shown_name
from policyserve.access.scope import CUSTOMERS, POLICIES
from policyserve.access.viewer import Viewer
from policyserve.book.columns import Book
from policyserve.complaints.records import COMPLAINTS, listed
from policyserve.config import fixture
from policyserve.metrics.add_ons.candidates import CoverRules, candidates
from policyserve.metrics.rule_files import read_rules
from policyserve.tables import Event, PointEntry, Referral, table

REFERRALS, POINTS, EVENTS = table(Referral), table(PointEntry), table(Event)


@dataclass(frozen=True, kw_only=True)
class Records:
    """What stands on a customer's card beside the policies."""

    gaps: tuple[str, ...]
    """What is lacking and why, in sentences; of customers with one policy alone, as in the figure of add-ons."""
    referrals: list[dict[str, Any]]
    """`customer_no` and `name` of a person who is a customer in scope, else the `name` told; `referred_on`, `stage`."""
    points: int
    """What is left."""
    events: list[dict[str, Any]]
    """`id`, `occurred_on`, `kind`, `detail`, `policy_no`, the newest first, complaints first of all."""
    complaints: list[dict[str, Any]]
    """Those that are open; see `records.listed`."""


def customer_records(
    connection: Connection, viewer: Viewer, book: Book, key: int, *, as_of: date, language: str
) -> Records:
    """Return what a customer (key) whom the viewer sees has beside policies; `book`: at least the customer's part."""
    left = select(func.coalesce(func.sum(POINTS.c.points), 0)).where(
        POINTS.c.customer_id == key, POINTS.c.as_of <= as_of
    )
    return Records(
        gaps=_gaps(connection, book, key, as_of, language),
        referrals=_referrals(connection, viewer, key, as_of),
        points=max(0, int(connection.scalar(left) or 0)), events=_events(connection, key),
        complaints=listed(connection, as_of, CUSTOMERS.c.id == key, COMPLAINTS.c.closed_on.is_(None)),
    )  # fmt: skip


def _gaps(connection: Connection, book: Book, key: int, as_of: date, language: str) -> tuple[str, ...]:
    own = select(POLICIES.c.id, POLICIES.c.sum_assured).where(
        POLICIES.c.customer_id == key, POLICIES.c.sum_assured.is_not(None)
    )
    rows = connection.execute(own).all()
    sums = pl.DataFrame(
        [tuple(row) for row in rows], schema={"policy_id": pl.Int32(), "sum_assured": pl.Int64()}, orient="row"
    )
    nobody = pl.DataFrame(schema={"customer_id": pl.Int32()})
    rules = read_rules(fixture("cover", "cover-cn.yaml"), CoverRules)
    found = candidates(book, rules, sums, nobody, language=language, as_of=as_of)
    asked = book.customers.filter(pl.col("customer_id") == key).select("customer_no")
    return tuple(found.join(asked, on="customer_no", how="semi")["why"])


def _referrals(connection: Connection, viewer: Viewer, key: int, as_of: date) -> list[dict[str, Any]]:
    seen = CUSTOMERS.c.id.in_(select(CUSTOMERS.c.id).where(scope.sees_customers(viewer.scope, as_of)))
    query = (
        select(
            CUSTOMERS.c.customer_no,
            func.coalesce(CUSTOMERS.c.name, REFERRALS.c.referred_name).label("name"),
            REFERRALS.c.referred_on,
            REFERRALS.c.stage,
        )
        .select_from(REFERRALS.outerjoin(CUSTOMERS, (CUSTOMERS.c.id == REFERRALS.c.referred_id) & seen))
        .where(REFERRALS.c.referrer_id == key)
        .order_by(REFERRALS.c.referred_on.desc(), REFERRALS.c.id.desc())
    )
    rows = connection.execute(query).mappings()
    return [{**row, "name": shown_name(viewer, row["name"])} for row in rows]


def _events(connection: Connection, key: int) -> list[dict[str, Any]]:
    query = (
        select(EVENTS.c.id, EVENTS.c.occurred_on, EVENTS.c.kind, EVENTS.c.detail, POLICIES.c.policy_no)
        .select_from(EVENTS.outerjoin(POLICIES, POLICIES.c.id == EVENTS.c.policy_id))
        .where(EVENTS.c.customer_id == key, EVENTS.c.retracted_on.is_(None))
        .order_by((EVENTS.c.kind == "complaint").desc(), EVENTS.c.occurred_on.desc(), EVENTS.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]
