"""Lists of the core system, taken into the book."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from policyserve import db
from policyserve.access import audit
from policyserve.access.viewer import Viewer
from policyserve.book import list_import
from policyserve.book.list_import import ImportReport
from policyserve.errors import DatabaseBusyError
from policyserve.operations.database import Database
from policyserve.operations.sums import keep_sums

__all__ = ["ImportReport", "import_list", "take_list"]


def import_list(engine: Database, *asked: Any, **settings: Any) -> ImportReport:
    """Import a list (see `list_import.import_list`), and bring the sums that are kept up to what it says."""
    report = list_import.import_list(engine, *asked, **settings)
    if not report.dry_run:
        with suppress(
            DatabaseBusyError
        ):  # the list is in; sums that are not kept are worked out when they are asked for
            keep_sums(engine, as_of=settings["as_of"])
    return report


def take_list(engine: Database, viewer: Viewer, kind: str, *asked: Any, **settings: Any) -> ImportReport:
    """Import a list as a user, and note it in the audit log unless it was a rehearsal."""
    report = import_list(engine, kind, *asked, **settings)
    if not report.dry_run:
        with db.writing(engine) as connection:
            audit.note(connection, viewer, "list imported", at=settings["at"], kind="list", number=kind)
    return report
