"""Lists taken in, and those that somebody takes in by a page: jobs."""

from datetime import date, datetime

from sqlalchemy import Index
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


class ImportJob(Model, table=True):
    """A list that was sent by a page or a program: looked at first, taken in after a word of its owner."""

    __tablename__ = "import_jobs"
    __table_args__ = (Index("ix_import_jobs_owner", "owner"), Index("ix_import_jobs_expires_at", "expires_at"))

    id: int | None = Field(default=None, primary_key=True)
    owner: str
    """The name of whoever sent it; nobody else sees it."""
    kind: str
    file_name: str
    status: str
    """See `operations.import_jobs`."""
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    """When the file, and the rows that stayed out, are forgotten."""
    naming: str
    """JSON: which column is which (`columns`), and which are left out (`ignored`)."""
    columns: str | None = None
    """JSON: of each column its `header`, the `field` that it is, whether it is `ignored`, and an `example`."""
    counts: str | None = None
    """JSON: what would happen, or has happened, to how many rows."""
    earlier: str | None = None
    """JSON: of mended rows, the counts before them, and their lines in the file that was sent."""
    failure: str | None = None
    """JSON: why it failed, in each language."""
    mendable: str | None = None
    """JSON: the rows with problems; see `book.rejects`."""
    content: bytes | None = None
    """The file, until it is taken in."""
