"""Lists of two agents and two customers for the import command, and what it stores of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from commands import Desk

AS_OF = "2026-03-01"

AGENTS = "agent_no,name\nA1,Agent 1\nA2,Agent 2\n"

CUSTOMERS = "customer_no,name\nC1,One\nC2,Two\n"

HEADER = "policy_no,customer_no,agent_no,issue_date,mode,premium\n"

GOOD = "P1,C1,A1,2025-01-31,annual,1200\n"


def policies(desk: Desk) -> list[dict[str, Any]]:
    """Return the policies of the first two customers, from their cards."""
    rows = desk.ask("metrics", "persistency", "--policies", "--as-of", "2030-01-01")
    return sorted(rows, key=lambda row: str(row["policy_no"]))


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["added"], report["updated"], report["unchanged"], report["rejected"]


def write_xlsx(path: Path, *sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path
