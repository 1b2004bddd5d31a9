"""Points in the database: what was earned and what was paid out, row by row, each with who and when.

A balance is the sum of a referrer's rows and never falls below zero: a payment looks at it while it holds the
referrer's row. Each function works within the caller's transaction; earning takes one that is `bulk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date

import polars as pl
from sqlalchemy import Connection, case, func, insert, select
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.book.loading import customer_id, load_book
from policyserve.errors import PolicyserveError
from policyserve.metrics.points import PAID, Rates, facts, fresh, mentions
from policyserve.tables import Customer, PointEntry, Policy
from policyserve.tasks.history import Stamp

CUSTOMERS = Customer.__table__  # type: ignore[attr-defined]
POINTS = PointEntry.__table__  # type: ignore[attr-defined]
POLICIES = Policy.__table__  # type: ignore[attr-defined]

_STORED = "SELECT kind, policy_id, referral_id, referred_id FROM points WHERE points > 0"


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What one run wrote down."""

    facts: int
    referrers: int
    points: int


def earn(connection: Connection, rates: Rates, stamp: Stamp) -> Earned:
    """Write down every fact that earns points by the day of the stamp and has not earned yet."""
    book = load_book(connection)
    schema = pl.Schema({"kind": pl.String(), **dict.fromkeys(("policy_id", "referral_id", "referred_id"), pl.Int32())})
    stored = db.read_frame(connection, _STORED, schema)
    new = fresh(facts(book, rates, as_of=stamp.as_of), mentions(book, stamp.as_of), stored)
    rows = new.drop("person").with_columns(
        at=pl.lit(stamp.at.astimezone(UTC), dtype=pl.Datetime("us", "UTC")),
        as_of=pl.lit(stamp.as_of),
        actor=pl.lit(stamp.actor),
        rates=pl.lit(f"{rates.name} {rates.version}"),
    )
    db.insert_frame(connection, "points", rows)
    return Earned(facts=rows.height, referrers=rows["customer_id"].n_unique(), points=int(rows["points"].sum()))


def pay(
    connection: Connection,
    customer_no: str,
    points: int,
    stamp: Stamp,
    *,
    receipt: str | None = None,
    note: str | None = None,
) -> int:
    """Pay points out and return what is left. With a `receipt`, paying again under that number changes nothing.

    Raises PolicyserveError where there are not so many points, or the receipt is of another payment.
    """
    if points <= 0:
        raise PolicyserveError(f"{points} points cannot be paid out; give a number above zero.")
    key = customer_id(connection, customer_no)
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == key).with_for_update())
    if receipt is not None and (paid := _payment(connection, receipt)) is not None:
        if (paid["customer_id"], paid["points"]) != (key, -points):
            raise PolicyserveError(f"Another payment has the receipt {receipt}; give this one its own number.")
        return _balance(connection, key)
    left = min(_balance(connection, key), _balance(connection, key, stamp.as_of))
    if points > left:
        raise PolicyserveError(f"Customer {customer_no} has {left} points, so {points} cannot be paid out.")
    row = {"customer_id": key, "kind": PAID, "points": -points, "happened_on": stamp.as_of, "receipt": receipt}
    made = {"note": note, "at": stamp.at, "as_of": stamp.as_of, "actor": stamp.actor}
    connection.execute(insert(POINTS).values(row | made))
    return _balance(connection, key)


def _payment(connection: Connection, receipt: str) -> RowMapping | None:
    return connection.execute(select(POINTS).where(POINTS.c.receipt == receipt)).mappings().first()


def _balance(connection: Connection, key: int, as_of: date | None = None) -> int:
    query = select(func.coalesce(func.sum(POINTS.c.points), 0)).where(POINTS.c.customer_id == key)
    if as_of is not None:
        query = query.where(POINTS.c.as_of <= as_of)
    return int(connection.scalar(query) or 0)


def balances(connection: Connection, as_of: date) -> list[dict[str, object]]:
    """List the referrers with points on `as_of`, the most first: `customer_no`, `earned`, `paid`, `balance`."""
    earned = func.sum(case((POINTS.c.points > 0, POINTS.c.points), else_=0))
    paid = func.sum(case((POINTS.c.points < 0, -POINTS.c.points), else_=0))
    query = (
        select(CUSTOMERS.c.customer_no, earned.label("earned"), paid.label("paid"), (earned - paid).label("balance"))
        .join(CUSTOMERS, CUSTOMERS.c.id == POINTS.c.customer_id)
        .where(POINTS.c.as_of <= as_of)
        .group_by(CUSTOMERS.c.customer_no)
        .order_by((earned - paid).desc(), CUSTOMERS.c.customer_no)
    )
    numbers = ("earned", "paid", "balance")
    return [
        {"customer_no": row["customer_no"], **{name: int(row[name]) for name in numbers}}
        for row in connection.execute(query).mappings()
    ]


def entries(connection: Connection, customer_no: str, as_of: date) -> list[dict[str, object]]:
    """List the rows of one referrer up to `as_of`, the first one first. Raises NotFoundError.

    Fields: `entry`, `happened_on`, `kind`, `points`, `policy_no`, `referred_no`, `receipt`, `note`, `as_of`, `actor`.
    """
    key = customer_id(connection, customer_no)
    other = CUSTOMERS.alias()
    shown = [POINTS.c[name] for name in ("happened_on", "kind", "points", "receipt", "note", "as_of", "actor")]
    query = (
        select(
            POINTS.c.id.label("entry"),
            *shown[:3],
            POLICIES.c.policy_no,
            other.c.customer_no.label("referred_no"),
            *shown[3:],
        )
        .outerjoin(POLICIES, POLICIES.c.id == POINTS.c.policy_id)
        .outerjoin(other, other.c.id == POINTS.c.referred_id)
        .where(POINTS.c.customer_id == key, POINTS.c.as_of <= as_of)
        .order_by(POINTS.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
