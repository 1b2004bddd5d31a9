"""Lists of the core system, taken into the book."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from policyserve import db
from policyserve.access import audit
from policyserve.access.viewer import Viewer
from policyserve.book import list_import
from policyserve.book.list_import import ImportReport
from policyserve.errors import DatabaseBusyError
from policyserve.operations.database import Database
from policyserve.operations.sums import keep_sums

__all__ = ["ImportReport", "bring_up", "import_list"]


def import_list(engine: Database, *asked: Any, by: Viewer | None = None, **settings: Any) -> ImportReport:
    """Import a list (see `list_import.import_list`), and bring the sums that are kept up to what it says.

    The audit log names who did it, where somebody is named.
    """
    report = list_import.import_list(engine, *asked, **settings)
    if not report.dry_run:
        if by is not None:
            with db.writing(engine) as connection:
                audit.note(connection, by, "list imported", at=settings["at"], kind="list", number=report.kind)
        bring_up(engine, as_of=settings["as_of"])
    return report


def bring_up(engine: Database, *, as_of: date) -> None:
    """Bring the sums that are kept up to a list that is in; those that are not kept are worked out when asked for."""
    with suppress(DatabaseBusyError):
        keep_sums(engine, as_of=as_of)
