"""The files of a report."""

from __future__ import annotations

from pathlib import Path

from policyserve.errors import PolicyserveError
from policyserve.reporting.contents import report_of
from policyserve.reporting.drawing_process import Pen
from policyserve.reporting.excel import workbook
from policyserve.reporting.fonts import check_installed
from policyserve.reporting.html import page
from policyserve.reporting.layout import laid_out
from policyserve.reporting.material import Material
from policyserve.reporting.pdf import document

PAGE, PRINT, TABLES = "report.html", "report.pdf", "tables.xlsx"


def write_report(material: Material, folder: Path) -> list[Path]:
    """Write page, print and tables into `folder`, readable by their owner only, and return their paths."""
    check_installed()
    with Pen() as pen:
        report = report_of(material, begin=pen.begin)
        laid = laid_out(report, draw=pen.finished)
    made = {
        PAGE: page(laid).encode("utf-8"),
        PRINT: document(laid, as_of=material.question.as_of),
        TABLES: workbook(report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise PolicyserveError("'{folder}' is a file; name a folder for the report.", folder=folder) from error
    return [_written(folder / name, content) for name, content in made.items()]


def _written(path: Path, content: bytes) -> Path:
    """Write a file; one of the same name is replaced."""
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
