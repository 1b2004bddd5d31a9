"""Points in the database: what was earned, taken back and paid out, row by row, each with who and when.

A payment never takes a balance below zero: it looks at it while it holds the referrer's row. Points taken back after
they were paid out are owed, and what is earned next pays them off. Each function works within the caller's
transaction; earning takes one that is `bulk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date

import polars as pl
from sqlalchemy import Connection, case, func, insert, select
from sqlalchemy.engine import RowMapping

from policyserve import db
from policyserve.book.snapshot import customer_id, load_book
from policyserve.errors import PolicyserveError
from policyserve.metrics.referrals.point_corrections import STORED, corrections
from policyserve.metrics.referrals.points import PAID, Rates, facts, fresh, mentions
from policyserve.tables import Customer, PointEntry, Policy, table
from policyserve.tasks.transitions import Stamp

CUSTOMERS = table(Customer)
POINTS = table(PointEntry)
POLICIES = table(Policy)

_STORED = f"SELECT id, {', '.join(STORED.names()[1:])} FROM points"


@dataclass(frozen=True, kw_only=True)
class PointCounts:
    """What one run wrote down."""

    facts: int
    referrers: int
    points: int
    taken_back: int
    """Points of earlier facts that turned out not to be so."""
    given_back: int
    """Points taken back before, of facts that turned out to be so after all."""


def earn(connection: Connection, rates: Rates, stamp: Stamp) -> PointCounts:
    """Write down every fact that earns points by the day of the stamp and has not earned yet, and what is corrected."""
    book = load_book(connection)
    stored = db.read_frame(connection, _STORED, STORED)
    corrected = corrections(book, stored, as_of=stamp.as_of)
    earlier = stored.filter(pl.col("points") > 0, pl.col("corrects_id").is_null())
    new = fresh(facts(book, rates, as_of=stamp.as_of), mentions(book, stamp.as_of), earlier).drop("person")
    _write(connection, new.with_columns(rates=pl.lit(f"{rates.name} {rates.version}")), stamp)
    _write(connection, corrected, stamp)
    return PointCounts(
        facts=new.height,
        referrers=new["customer_id"].n_unique(),
        points=int(new["points"].sum()),
        taken_back=-int(corrected["points"].filter(corrected["points"] < 0).sum()),
        given_back=int(corrected["points"].filter(corrected["points"] > 0).sum()),
    )


def _write(connection: Connection, rows: pl.DataFrame, stamp: Stamp) -> None:
    """Insert rows of points with who, when and as of what day."""
    made = rows.with_columns(
        at=pl.lit(stamp.at.astimezone(UTC), dtype=pl.Datetime("us", "UTC")),
        as_of=pl.lit(stamp.as_of),
        actor=pl.lit(stamp.actor),
    )
    db.insert_frame(connection, "points", made)


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
        raise PolicyserveError("{points} points cannot be paid out; give a number above zero.", points=points)
    key = customer_id(connection, customer_no)
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == key).with_for_update())
    if receipt is not None and (paid := _payment(connection, receipt)) is not None:
        if (paid["customer_id"], paid["points"]) != (key, -points):
            raise PolicyserveError(
                "Another payment has the receipt {receipt}; give this one its own number.", receipt=receipt
            )
        return max(0, _balance(connection, key))
    left = min(_balance(connection, key), _balance(connection, key, stamp.as_of))
    if left < 0:
        raise PolicyserveError(
            "Customer {customer_no} owes {points} points, so none can be paid out.",
            customer_no=customer_no,
            points=-left,
        )
    if points > left:
        raise PolicyserveError(
            "Customer {customer_no} has {left} points, so {points} cannot be paid out.",
            customer_no=customer_no,
            left=left,
            points=points,
        )
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
    """List the referrers with points on `as_of`, the most first.

    Fields: `customer_no`, `earned`, `taken_back`, `paid`, `balance` (what can be paid out), `owed` (paid out, and taken
    back since).
    """
    left = func.sum(POINTS.c.points)
    taken_back = func.sum(case((POINTS.c.corrects_id.is_not(None), -POINTS.c.points), else_=0))
    paid = func.sum(case((POINTS.c.kind == PAID, -POINTS.c.points), else_=0))
    query = (
        select(CUSTOMERS.c.customer_no, left.label("left"), taken_back.label("taken_back"), paid.label("paid"))
        .join(CUSTOMERS, CUSTOMERS.c.id == POINTS.c.customer_id)
        .where(POINTS.c.as_of <= as_of)
        .group_by(CUSTOMERS.c.customer_no)
        .order_by(left.desc(), CUSTOMERS.c.customer_no)
    )
    return [_summed(row) for row in connection.execute(query).mappings()]


def _summed(row: RowMapping) -> dict[str, object]:
    left, taken_back, paid = (int(row[name]) for name in ("left", "taken_back", "paid"))
    return {
        "customer_no": row["customer_no"],
        "earned": left + taken_back + paid,
        "taken_back": taken_back,
        "paid": paid,
        "balance": max(0, left),
        "owed": max(0, -left),
    }


def entries(connection: Connection, customer_no: str, as_of: date) -> list[dict[str, object]]:
    """List the rows of one referrer up to `as_of`, the first one first. Raises NotFoundError.

    Fields: `entry`, `happened_on`, `kind`, `points`, `policy_no`, `referred_no`, `corrects` (the entry that this one
    takes back, or gives back), `receipt`, `note`, `as_of`, `actor`.
    """
    key = customer_id(connection, customer_no)
    other, first = CUSTOMERS.alias(), POINTS.alias()
    shown = [POINTS.c[name] for name in ("happened_on", "kind", "points", "receipt", "note", "as_of", "actor")]
    query = (
        select(
            POINTS.c.id.label("entry"),
            *shown[:3],
            POLICIES.c.policy_no,
            other.c.customer_no.label("referred_no"),
            POINTS.c.corrects_id.label("corrects"),
            *shown[3:],
        )
        .outerjoin(first, first.c.id == POINTS.c.corrects_id)
        .outerjoin(POLICIES, POLICIES.c.id == func.coalesce(POINTS.c.policy_id, first.c.policy_id))
        .outerjoin(other, other.c.id == func.coalesce(POINTS.c.referred_id, first.c.referred_id))
        .where(POINTS.c.customer_id == key, POINTS.c.as_of <= as_of)
        .order_by(POINTS.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
