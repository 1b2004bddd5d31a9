"""A branch of referrers for the ledger of points."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, update

from policyserve import db
from policyserve.metrics.referrals.point_ledger import balances, earn, pay
from policyserve.metrics.referrals.points import Rates
from policyserve.tables import Agent, Customer, Policy, Referral, ReferralStage, table
from policyserve.tasks.transitions import Stamp

AS_OF = date(2026, 11, 21)

DAY = date(2026, 3, 1)

RATES = Rates.model_validate(
    {
        "name": "Rates",
        "version": "1",
        "own_business": {"points": 20, "one_point_per": {"CNY": 100}},
        "people": {"named": 10, "met": 40, "issued": 200},
    }
)

CUSTOMERS, POLICIES, REFERRALS = table(Customer), table(Policy), table(Referral)

STAGES = table(ReferralStage)


def stamp(as_of: date = AS_OF) -> Stamp:
    return Stamp(at=datetime(2026, 11, 21, 2, 0, tzinfo=UTC), as_of=as_of, actor="office")


def three_customers(engine: Engine) -> Engine:
    """Return a book of three customers; C1 has named one person of the list, who is no customer yet."""
    with db.writing(engine) as connection:
        connection.execute(insert(Agent).values(id=1, agent_no="A1"))
        for key in (1, 2, 3):
            connection.execute(
                insert(Customer).values(id=key, customer_no=f"C{key}", agent_id=1, known_on=date(2026, 1, 1))
            )
    name(engine)
    return engine


def name(engine: Engine, *, referrer: int = 1, on: date = DAY, **more: Any) -> None:
    row = {"referrer_id": referrer, "referred_on": on, "referred_name": "李小明", "referred_phone": "15400000001"}
    with db.writing(engine) as connection:
        connection.execute(insert(Referral).values(row | more))


def sell(engine: Engine, key: int, customer: int, issued: date, premium: int = 1_000, **more: Any) -> None:
    row = {"policy_no": f"P{key}", "customer_id": customer, "agent_id": 1, "mode": "annual", "currency": "CNY"}
    days = {"issue_date": issued, "receipt_on": issued, "known_on": issued}
    with db.writing(engine) as connection:
        connection.execute(insert(Policy).values(id=key, premium=premium * 100, **row | days | more))


def change(engine: Engine, key: int, **values: Any) -> None:
    with db.writing(engine) as connection:
        connection.execute(update(REFERRALS).where(REFERRALS.c.id == key).values(values))


def reach(engine: Engine, stage: str, on: date = AS_OF, key: int = 1) -> None:
    """Let a list of the day `on` say how far a referral has come."""
    with db.writing(engine) as connection:
        connection.execute(delete(STAGES).where(STAGES.c.referral_id == key, STAGES.c.known_on == on))
        connection.execute(insert(STAGES).values(referral_id=key, known_on=on, stage=stage))


def run(engine: Engine, as_of: date = AS_OF, rates: Rates = RATES) -> int:
    """Earn, and return how many points were written down."""
    with db.writing(engine, bulk=True) as connection:
        return earn(connection, rates, stamp(as_of)).points


def have(engine: Engine, as_of: date = AS_OF) -> dict[str, int]:
    with db.reading(engine) as connection:
        return {str(row["customer_no"]): int(str(row["balance"])) for row in balances(connection, as_of)}


def paid(engine: Engine, points: int, customer_no: str = "C1", as_of: date = AS_OF, receipt: str | None = None) -> int:
    with db.writing(engine) as connection:
        return pay(connection, customer_no, points, stamp(as_of), receipt=receipt)
