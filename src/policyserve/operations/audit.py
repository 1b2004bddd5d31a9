"""The audit log, read page by page."""

from __future__ import annotations

from collections.abc import Collection

from policyserve import db
from policyserve.access import audit
from policyserve.access.audit import Entry, Sought
from policyserve.access.users import people
from policyserve.operations.database import Database


def people_of(engine: Database, entries: Collection[Entry]) -> dict[str, str]:
    """Return what the users in those entries are called, by the name that they sign in with."""
    with db.reading(engine) as connection:
        users = {one.number for one in entries if one.kind == "user" and one.number}
        return people(connection, users | {one.actor for one in entries})


def audit_log(
    engine: Database, *, last: int, before: int | None = None, sought: Sought | None = None
) -> list[tuple[int, Entry]]:
    """Return the newest entries with their keys; `before` goes on from one."""
    with db.reading(engine) as connection:
        return audit.entries(connection, last=last, before=before, sought=sought)
