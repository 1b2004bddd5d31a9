"""The report of a company, branch or team."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from policyserve import db
from policyserve.operations.database import Database
from policyserve.reporting.files import write_report
from policyserve.reporting.fonts import check_installed
from policyserve.reporting.material import read_material


def report(
    engine: Database,
    folder: Path,
    *,
    as_of: date,
    language: str,
    branch: str | None = None,
    team: str | None = None,
    kept: Collection[Path] = (),
) -> list[Path]:
    """Write the files of a report into a folder and return them.

    Raises PolicyserveError where a library is missing, and for a branch or team that is not there or has no policy.
    """
    check_installed()
    with db.reading(engine) as connection:
        material = read_material(connection, as_of=as_of, language=language, branch=branch, team=team)
    return write_report(material, folder, kept=kept)
