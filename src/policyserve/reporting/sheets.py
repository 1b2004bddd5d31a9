"""Figures as sheets of a workbook: numbers as numbers, days as days, people with their names, marks in a column."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from policyserve.book.money import decimal
from policyserve.errands import while_waited_for
from policyserve.files import PRODUCT
from policyserve.locale import N_, translated
from policyserve.metrics.cells import NOTHING, value
from policyserve.metrics.figure import Column, Figure, Kind, Row
from policyserve.metrics.legend import legend, title
from policyserve.metrics.percents import PLACES, decimals
from policyserve.signs import seen

Styles = Mapping[str, Any]
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
    sheet = book.add_worksheet(translated(language, FIGURE))
    write_figure(sheet, figure.flat, language=language, styles=styles)
    about = book.add_worksheet(translated(language, ABOUT))
    told = (*legend(figure), *figure.lines, *figure.definition)
    for row, line in enumerate([title(figure, language), *(one.told(language) for one in told)]):
        about.write_string(row, 0, seen(line), styles["long" if row else "title"])
    about.set_column(0, 0, 100)
    book.close()
    return content.getvalue()


def new_workbook(content: io.BytesIO) -> Workbook:
    """Begin a workbook; a text that looks like a formula or an address stays a text."""
    book = Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": PRODUCT})
    return book


def styles_of(book: Workbook) -> Styles:
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


def write_figure(sheet: Worksheet, figure: Figure, *, language: str, styles: Styles) -> None:
    """Write the rows of a figure, each value as Excel expects it, its marks beside it, under a frozen head."""
    marked = with_marks(figure)
    columns, rows = marked.shown, marked.rows.to_dicts()
    for place, column in enumerate(columns):
        texts = [value(column, row, language, figure.names) for row in rows]
        heading = translated(language, column.title)
        sheet.write_string(0, place, heading, styles["right" if column.right else "head"])
        sheet.set_column(place, place, _width(column, heading, texts))
        for line, (row, text) in enumerate(while_waited_for(zip(rows, texts, strict=True)), 1):
            content, style = _content(column, row, text)
            write_cell(sheet, (line, place), content, styles[style])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.repeat_rows(0)
    printed(sheet)


def with_marks(figure: Figure) -> Figure:
    """Put a column of marks behind each column whose values can have some."""
    columns, marks = [], []
    rows = figure.rows.to_dicts()
    for column in figure.shown:
        columns.append(column)
        if column.target or column.small or column.running:
            name = f"_marks_of_{column.name}"
            columns.append(Column(name=name, title=MARKS))
            marks.append(pl.Series(name, [" ".join(column.marks(row)) for row in rows], dtype=pl.String))
    return replace(figure, columns=tuple(columns), rows=figure.rows.with_columns(marks))


def printed(sheet: Worksheet) -> None:
    """Set a sheet up for printing."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def write_cell(sheet: Worksheet, place: tuple[int, int], content: Any, style: Any) -> None:
    """Write a value as Excel expects it: a day as a day, a number as a number; an instant is a text of its own."""
    if content is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(content, date):
        sheet.write_datetime(*place, content, style)
    elif isinstance(content, str):
        sheet.write_string(*place, seen(content), style)
    else:
        sheet.write_number(*place, content, style)


def _content(column: Column, row: Row, text: str) -> tuple[Any, str]:
    """Return what a cell holds, and the name of its format."""
    found = row.get(column.fields[0])
    if column.kind not in FORMATS or found is None:
        return text if found is not None or text != NOTHING else None, "long" if column.kind == "long" else "text"
    return decimal(found, row.get("currency")) if column.kind == "money" else found, _style(column, row, found)


def _style(column: Column, row: Row, ratio: Any) -> str:
    """Name the format of a cell: a ratio that only rounding would lift onto its target has more decimals."""
    if column.kind != "ratio":
        return column.kind
    places = min(decimals(ratio, target=column.goal(row)), FINEST)
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
