"""The points of referrers: earned, paid out, listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from policyserve import db
from policyserve.access import audit
from policyserve.config import fixture
from policyserve.metrics.referrals import point_ledger
from policyserve.metrics.referrals.point_ledger import PointCounts
from policyserve.metrics.referrals.points import Rates
from policyserve.metrics.rule_files import read_rules
from policyserve.operations.database import Database
from policyserve.tasks.transitions import Stamp


def read_rates(rates: Path | None) -> Rates:
    """Read the rates of a file; None: those that ship."""
    return read_rules(rates or fixture("points", "points-cn.yaml"), Rates)


def earn_points(engine: Database, found: Rates, stamp: Stamp) -> PointCounts:
    """Write down what has been earned by the rates, and take back what was not."""
    with db.writing(engine, bulk=True) as connection:
        return point_ledger.earn(connection, found, stamp)


def pay_points(
    engine: Database, customer_no: str, count: int, stamp: Stamp, *, receipt: str | None, note: str | None
) -> int:
    """Pay points out; return how many are left. See `point_ledger.pay`."""
    with db.writing(engine) as connection:
        left = point_ledger.pay(connection, customer_no, count, stamp, receipt=receipt, note=note)
        audit.note(connection, stamp.actor, "points paid", at=stamp.at, kind="customer", number=customer_no)
        return left


def list_balances(engine: Database, *, as_of: date) -> list[dict[str, Any]]:
    """Return what each referrer has."""
    with db.reading(engine) as connection:
        return point_ledger.balances(connection, as_of)


def list_entries(engine: Database, customer_no: str, *, as_of: date) -> list[dict[str, Any]]:
    """Return every row of one referrer; raises NotFoundError."""
    with db.reading(engine) as connection:
        return point_ledger.entries(connection, customer_no, as_of)
