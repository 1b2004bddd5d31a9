"""Lists of the core system, taken into the book."""

from __future__ import annotations

from typing import Any

from policyserve import db
from policyserve.access import audit
from policyserve.access.viewer import Viewer
from policyserve.book.list_import import ImportReport, import_list
from policyserve.operations.database import Database

__all__ = ["ImportReport", "import_list", "take_list"]


def take_list(engine: Database, viewer: Viewer, kind: str, *asked: Any, **settings: Any) -> ImportReport:
    """Import a list as a user (see `import_list`), and note it in the audit log unless it was a rehearsal."""
    report = import_list(engine, kind, *asked, **settings)
    if not report.dry_run:
        with db.writing(engine) as connection:
            audit.note(connection, viewer, "list imported", at=settings["at"], kind="list", number=kind)
    return report
