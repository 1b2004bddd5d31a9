"""Service standards in use."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class StandardVersion(Model, table=True):
    """A service standard in use from a day on."""

    __tablename__ = "standards"

    id: int | None = Field(default=None, primary_key=True)
    holds_from: date = Field(unique=True)
    document: str
    since: str
    """JSON: for each service, the day from which its rule holds without a break; null is always."""
    at: datetime
