"""Every table of the report as a workbook: a sheet each, numbers as numbers, dates as dates."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from policyserve.locale import say
from policyserve.metrics.percents import PLACES, decimals
from policyserve.reporting.sections import Report
from policyserve.reporting.tables import Column, Kind, Table, written

FORMATS: dict[Kind, str] = {
    "count": "#,##0",
    "number": "#,##0.00",
    "percent": "0.00%",
    "money": "#,##0.00",
    "date": "yyyy-mm-dd",
}
"""How Excel shows each kind of value; texts as they are."""

NARROWEST, WIDEST, SENTENCE = 7, 32, 70
"""Widths of columns in characters; a sentence is wrapped."""

FINEST = 9
"""The most decimals of a percentage."""

LONGEST_NAME = 31
"""Characters of a sheet's name."""


def workbook(report: Report) -> bytes:
    """Return the file (XLSX): what the report is about, then a sheet for each table with all its rows."""
    written_to = io.BytesIO()
    book = Workbook(written_to, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = _styles(book)
    _about(book, report, styles)
    tables = [table for section in report.sections for table in section.tables]
    for name, table in zip(_names(tables), tables, strict=True):
        _sheet(book.add_worksheet(name), table, report, styles)
    book.close()
    return written_to.getvalue()


def _styles(book: Workbook) -> dict[str, Any]:
    base = {"valign": "top"}
    styles: dict[str, Any] = {kind: book.add_format({**base, "num_format": shown}) for kind, shown in FORMATS.items()}
    styles |= {f"percent{n}": book.add_format({**base, "num_format": f"0.{'0' * n}%"}) for n in range(3, FINEST + 1)}
    head = {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#E8EEF4"}
    return {
        **styles,
        "text": book.add_format(base),
        "long": book.add_format({**base, "text_wrap": True}),
        "head": book.add_format(head),
        "right": book.add_format({**head, "align": "right"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }


def _about(book: Workbook, report: Report, styles: dict[str, Any]) -> None:
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
        sheet.write_string(row, 0, label, styles["text"])
        sheet.write_string(row, 1, value, styles["long"])
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 100)
    _printed(sheet)


def _names(tables: list[Table]) -> Iterator[str]:
    """Name the sheets: short, without the signs that Excel refuses, each once."""
    taken: set[str] = set()
    for table in tables:
        plain = re.sub(r"[\[\]:*?/\\']", " ", table.title).strip()
        name, number = plain[:LONGEST_NAME], 2
        while name.lower() in taken:
            name, number = f"{plain[: LONGEST_NAME - 3]} {number}", number + 1
        taken.add(name.lower())
        yield name


def _sheet(sheet: Worksheet, table: Table, report: Report, styles: dict[str, Any]) -> None:
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, styles["right" if column.right else "head"])
        sheet.set_column(place, place, _width(column, table))
    for line, row in enumerate(table.rows, 1):
        for place, column in enumerate(table.columns):
            value = row.get(column.name)
            _write(sheet, (line, place), value, column.kind, styles[_style(column, value)])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{report.title.replace('&', '&&')} {report.head[1][1]}&R&P / &N")
    _printed(sheet)


def _style(column: Column, value: Any) -> str:
    """Name the format of a cell: a ratio that only rounding would lift onto its target has more decimals."""
    if column.kind != "percent" or value is None:
        return column.kind
    places = min(decimals(value, target=column.target), FINEST)
    return column.kind if places == PLACES else f"percent{places}"


def _printed(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write(sheet: Worksheet, place: tuple[int, int], value: Any, kind: Kind, style: Any) -> None:
    if value is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    elif kind in {"text", "long", "date"}:
        sheet.write_string(*place, str(value), style)
    else:
        sheet.write_number(*place, value, style)


def _width(column: Column, table: Table) -> float:
    """Fit a column to what it holds; a Chinese character takes two places, a heading may wrap once."""
    if column.kind == "long":
        return SENTENCE
    longest = max((_places(written(row.get(column.name), column.kind)) for row in table.rows), default=0)
    cents = 3 if column.kind == "money" else 0
    return min(max(longest + cents + 2, _places(column.title) / 2 + 3, NARROWEST), WIDEST)


def _places(said: str) -> int:
    return sum(2 if sign > "\u2e80" else 1 for sign in said)
