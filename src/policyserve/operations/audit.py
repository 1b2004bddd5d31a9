"""The audit log, read page by page."""

from __future__ import annotations

from policyserve import db
from policyserve.access import audit
from policyserve.access.audit import Entry, Sought
from policyserve.operations.database import Database


def audit_log(
    engine: Database, *, last: int, before: int | None = None, sought: Sought | None = None
) -> list[tuple[int, Entry]]:
    """Return the newest entries with their keys; `before` goes on from one."""
    with db.reading(engine) as connection:
        return audit.entries(connection, last=last, before=before, sought=sought)
