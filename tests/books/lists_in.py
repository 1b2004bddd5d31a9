"""Lists written down in tests, imported, and what the database then holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from policyserve.book.list_import import ImportReport, import_list

AS_OF = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)

AGENTS = "agent_no,name,team,branch\nA1,Gan,Red,North\nA2,Hu,Red,North\nA3,Jin,Blue,South\n"
CUSTOMERS = "customer_no,name\nC1,Li\nC2,Wang\nC3,Zhao\n"
POLICIES = """policy_no,customer_no,agent_no,issue_date,mode,premium
P1,C1,A1,2025-01-31,annual,1200
P2,C2,A2,2025-02-01,monthly,99.50
"""


def import_text(
    engine: Engine,
    folder: Path,
    kind: str,
    text: str | bytes,
    *,
    as_of: date = AS_OF,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> ImportReport:
    """Write `text` to KIND.csv in `folder` and import it."""
    path = folder / f"{kind}.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_list(engine, kind, path, as_of=as_of, at=AT, dry_run=dry_run, rejects=rejects)


def import_book(engine: Engine, folder: Path) -> None:
    """Import the small lists of this module: agents, customers, policies."""
    for kind, text in (("agents", AGENTS), ("customers", CUSTOMERS), ("policies", POLICIES)):
        report = import_text(engine, folder, kind, text)
        assert report.rejected == 0


def rows_of(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, dates as text on both databases."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(query).all()
    return [tuple(str(value) if isinstance(value, date) else value for value in row) for row in rows]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Return added, updated, unchanged and rejected."""
    return report.added, report.updated, report.unchanged, report.rejected


def problems(report: ImportReport) -> list[tuple[int, str, str, str | None]]:
    """Return line, severity, field and value of each problem."""
    return [(row["line"], row["severity"], row["field"], row["value"]) for row in report.problems.to_dicts()]
