"""Points of referrers."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from policyserve.tables.model import Model


class PointEntry(Model, table=True):
    """Points of a referrer: earned by a fact, paid out, or corrected. A fact earns once; a row is never changed."""

    __tablename__ = "points"
    __table_args__ = (
        UniqueConstraint("kind", "policy_id"),
        UniqueConstraint("kind", "referral_id"),
        UniqueConstraint("kind", "referred_id"),
        Index("ix_points_customer_id", "customer_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id")
    """The referrer."""
    kind: str
    """own-policy, named, contacted, consented, met, issued; paid; or taken-back and given-back."""
    points: int = Field(sa_type=BigInteger)
    """Negative where they were paid out or taken back."""
    policy_id: int | None = Field(default=None, foreign_key="policies.id")
    referral_id: int | None = Field(default=None, foreign_key="referrals.id")
    """The first row of the list that names the person."""
    referred_id: int | None = Field(default=None, foreign_key="customers.id")
    """The person, where a customer by then."""
    happened_on: date
    """The day of the fact, or of the payment."""
    receipt: str | None = Field(default=None, unique=True)
    """The number of a payment, under which it is made once."""
    rates: str | None = None
    """Name and version of the rates that held."""
    corrects_id: int | None = Field(default=None, foreign_key="points.id", index=True)
    """The row whose points are taken back, or given back, by this one."""
    note: str | None = None
    at: datetime
    as_of: date
    actor: str
