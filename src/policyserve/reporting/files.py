"""The files of a report."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from policyserve.errors import PolicyserveError
from policyserve.files import check_target, replacing
from policyserve.reporting.contents import report_of
from policyserve.reporting.drawing_process import Pen
from policyserve.reporting.excel import workbook
from policyserve.reporting.fonts import check_installed
from policyserve.reporting.html import page
from policyserve.reporting.layout import laid_out
from policyserve.reporting.material import Material
from policyserve.reporting.pdf import document

PAGE, PRINT, TABLES = "report.html", "report.pdf", "tables.xlsx"


def write_report(material: Material, folder: Path, *, kept: Collection[Path] = ()) -> list[Path]:
    """Write page, print and tables into `folder`, for their owner only, and return their paths: all three or none.

    `kept`: files that must stay.
    """
    check_installed()
    for name in (PAGE, PRINT, TABLES):
        if (folder / name).exists():
            check_target(folder / name, kept=kept)
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
    with ExitStack() as written:
        for name, content in made.items():
            file = written.enter_context(replacing(folder / name, kept=kept))
            file.write(content)
            file.flush()
    return [folder / name for name in made]
