"""Lists taken in."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class ImportRun(Model, table=True):
    """One list taken in."""

    __tablename__ = "imports"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    file_name: str
    sha256: str
    as_of: date
    at: datetime
    rows: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int
