"""Every table of the report as a workbook: a sheet each, numbers as numbers, dates as dates."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from policyserve.locale import say
from policyserve.reporting.sections import Report
from policyserve.reporting.sheets import Styles, new_workbook, printed, styles_of, write_figure
from policyserve.reporting.tables import Table
from policyserve.signs import seen

LONGEST_NAME = 31
"""Characters of a sheet's name."""


def workbook(report: Report) -> bytes:
    """Return the file (XLSX): what the report is about, then a sheet for each table with all its rows."""
    written_to = io.BytesIO()
    book = new_workbook(written_to)
    styles = styles_of(book)
    _about(book, report, styles)
    tables = [table for section in report.sections for table in section.tables]
    for name, table in zip(_names(tables, report.language), tables, strict=True):
        _sheet(book.add_worksheet(name), table, report, styles)
    book.close()
    return written_to.getvalue()


def _about(book: Workbook, report: Report, styles: Styles) -> None:
    """Say first what the tables are about, and what their marks mean."""
    sheet = book.add_worksheet(say(report.language, "About"))
    sheet.write_string(0, 0, report.title, styles["title"])
    tiles = [(tile.label, "  ".join([tile.value, *tile.lines])) for tile in report.tiles]
    lines = [
        *report.head,
        *tiles,
        (say(report.language, "What the marks mean"), ""),
        *report.marks,
        ("", report.private),
    ]
    for row, (label, value) in enumerate(lines, 2):
        sheet.write_string(row, 0, seen(label), styles["text"])
        sheet.write_string(row, 1, seen(value), styles["long"])
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 100)
    printed(sheet)


def _names(tables: list[Table], language: str) -> Iterator[str]:
    """Name the sheets: short, without the signs that Excel refuses, each once."""
    taken: set[str] = set()
    for table in tables:
        plain = re.sub(r"[\[\]:*?/\\']", " ", table.figure.title.told(language)).strip()
        name, number = plain[:LONGEST_NAME], 2
        while name.lower() in taken:
            name, number = f"{plain[: LONGEST_NAME - 3]} {number}", number + 1
        taken.add(name.lower())
        yield name


def _sheet(sheet: Worksheet, table: Table, report: Report, styles: Styles) -> None:
    write_figure(sheet, table.figure, language=report.language, styles=styles)
    sheet.set_footer(f"&L{report.title.replace('&', '&&')} {report.head[1][1]}&R&P / &N")
