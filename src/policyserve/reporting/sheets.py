"""Figures as sheets of a workbook: numbers as numbers, days as days, people with their names, marks in a column."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from policyserve.book.money import decimal
from policyserve.locale import N_, translated
from policyserve.metrics.cells import NOTHING, cell
from policyserve.metrics.figure import PROVISIONAL, Column, Figure, Kind, Row
from policyserve.metrics.legend import legend, title
from policyserve.metrics.percents import PLACES, decimals

FORMATS: dict[Kind, str] = {
    "count": "#,##0",
    "key": "0",
    "number": "#,##0.00",
    "ratio": "0.00%",
    "money": "#,##0.00",
    "day": "yyyy-mm-dd",
}
"""How Excel shows each kind of value; texts as they are."""

NARROWEST, WIDEST, SENTENCE = 7, 32, 70
"""Widths of columns in characters; a sentence is wrapped."""

FINEST = 9
"""The most decimals of a percentage."""

FIGURE, ABOUT, MARKS = N_("Figure"), N_("About"), N_("Marks")


def figure_workbook(figure: Figure, language: str) -> bytes:
    """Return a file (XLSX) with a figure, and the list below its rows; a second sheet says what it means."""
    content = io.BytesIO()
    book = new_workbook(content)
    styles = styles_of(book)
    write_sheet(book.add_worksheet(translated(language, FIGURE)), figure.flat, language, styles)
    about = book.add_worksheet(translated(language, ABOUT))
    told = (*legend(figure), *figure.lines, *figure.definition)
    for row, line in enumerate([title(figure, language), *(one.told(language) for one in told)]):
        about.write_string(row, 0, line, styles["long" if row else "title"])
    about.set_column(0, 0, 100)
    book.close()
    return content.getvalue()


def new_workbook(content: io.BytesIO) -> Workbook:
    """Begin a workbook; a text that looks like a formula or an address stays a text."""
    return Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def styles_of(book: Workbook) -> dict[str, Any]:
    """Return the formats of cells: by kind, `percent3` and finer, `text`, `long`, heads and the `title`."""
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


def write_sheet(sheet: Worksheet, figure: Figure, language: str, styles: dict[str, Any]) -> None:
    """Write all rows of a figure; behind a figure that is marked stand its marks."""
    rows = figure.rows.to_dicts()
    places = 0
    for column in figure.shown:
        texts = [cell(column, row, language, figure.names) for row in rows]
        heading = translated(language, column.title)
        sheet.write_string(0, places, heading, styles["right" if column.right else "head"])
        sheet.set_column(places, places, _width(column, heading, texts))
        for line, (row, text) in enumerate(zip(rows, texts, strict=True), 1):
            value, style = _content(column, row, text)
            _write(sheet, (line, places), value, styles[style])
        places += 1
        if marked(column):
            sheet.write_string(0, places, translated(language, MARKS), styles["head"])
            for line, row in enumerate(rows, 1):
                sheet.write_string(line, places, " ".join(marks(column, row)), styles["text"])
            places += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), places - 1)
    sheet.repeat_rows(0)
    printed(sheet)


def marked(column: Column) -> bool:
    """Whether the values of a column can have marks."""
    return bool(column.target or column.small or column.running)


def marks(column: Column, row: Row) -> list[str]:
    """Return the marks of a value on paper, where a figure that is not final has one too."""
    return column.marks(row) + ([PROVISIONAL] if row.get("status") == "provisional" else [])


def printed(sheet: Worksheet) -> None:
    """Set a sheet up for printing."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write(sheet: Worksheet, place: tuple[int, int], value: Any, style: Any) -> None:
    if value is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    elif isinstance(value, str):
        sheet.write_string(*place, value, style)
    else:
        sheet.write_number(*place, value, style)


def _content(column: Column, row: Row, text: str) -> tuple[Any, str]:
    """Return what a cell holds, and the name of its format."""
    value = row.get(column.fields[0])
    if column.kind not in FORMATS or value is None:
        return text if value is not None or text != NOTHING else None, "long" if column.kind == "long" else "text"
    return decimal(value, row.get("currency")) if column.kind == "money" else value, _style(column, row, value)


def _style(column: Column, row: Row, value: Any) -> str:
    """Name the format of a cell: a ratio that only rounding would lift onto its target has more decimals."""
    if column.kind != "ratio":
        return column.kind
    places = min(decimals(value, target=column.goal(row)), FINEST)
    return column.kind if places == PLACES else f"percent{places}"


def _width(column: Column, heading: str, texts: list[str]) -> float:
    """Fit a column to what it holds; a Chinese character takes two places, a heading may wrap once."""
    if column.kind == "long":
        return SENTENCE
    cents = 3 if column.kind == "money" else 0
    longest = max((_places(text) for text in texts), default=0)
    return min(max(longest + cents + 2, _places(heading) / 2 + 3, NARROWEST), WIDEST)


def _places(said: str) -> int:
    return sum(2 if sign > "\u2e80" else 1 for sign in said)
