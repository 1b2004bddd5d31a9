"""Lists of the core system, taken into the book."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from policyserve.access import audit
from policyserve.access.viewer import SYSTEM, Viewer
from policyserve.book import list_import
from policyserve.book.list_import import ImportReport
from policyserve.complaints.records import open_told
from policyserve.errors import PASSING
from policyserve.operations.database import Database
from policyserve.operations.sums import keep_sums
from policyserve.tasks.transitions import Stamp

__all__ = ["ImportReport", "bring_up", "follow_list", "import_list", "note_list"]


def import_list(engine: Database, *asked: Any, by: Viewer | None = None, **settings: Any) -> ImportReport:
    """Import a list (see `list_import.import_list`), and bring the sums that are kept up to what it says.

    The audit log names who did it, where somebody is named.
    """

    def note(connection: Connection, report: ImportReport) -> None:
        follow_list(connection, report.kind, Stamp(at=settings["at"], as_of=settings["as_of"], actor=_actor(by)))
        if by is not None:
            note_list(connection, by, report.kind, at=settings["at"])

    report = list_import.import_list(engine, *asked, beside=note, **settings)
    if not report.dry_run:
        bring_up(engine, as_of=settings["as_of"])
    return report


def _actor(by: Viewer | None) -> str:
    return SYSTEM.who if by is None else by.who


def follow_list(connection: Connection, kind: str, stamp: Stamp) -> None:
    """Do what follows from a list that is taken in, in the same transaction: events that tell of complaints open one.

    `kind` is that of the list.
    """
    if kind == "events":
        open_told(connection, stamp)


def note_list(connection: Connection, by: Viewer | str, kind: str, *, at: datetime) -> None:
    """Write into the audit log that somebody has imported a list, in the transaction that takes it in."""
    audit.note(connection, by, "list imported", at=at, kind="list", number=kind)


def bring_up(engine: Database, *, as_of: date) -> None:
    """Bring the sums that are kept up to a list that is in; those that are not kept are worked out when asked for."""
    with suppress(*PASSING):
        keep_sums(engine, as_of=as_of)
