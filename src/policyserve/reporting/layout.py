"""The report laid out for a page: every value written, every picture drawn; HTML and PDF show the same."""

from __future__ import annotations

from typing import Any

from policyserve.locale import say, translated
from policyserve.metrics.cells import value
from policyserve.metrics.figure import Column, Names, Row
from policyserve.reporting.charts import Drawing, drawn
from policyserve.reporting.pictures import Picture
from policyserve.reporting.sections import Report, Section
from policyserve.reporting.tables import Table

NONE = "–"
"""What stands in place of a value that is not there; the head of every report says so."""


def laid_out(report: Report, *, draw: Drawing = drawn) -> dict[str, Any]:
    """Return what the templates of the page and of the print show; strings, lists and mappings alone."""
    numbers = iter(range(1, 1_000))
    return {
        "title": report.title,
        "language": report.language,
        "head": [list(pair) for pair in report.head],
        "marks": [list(pair) for pair in report.marks],
        "marks_title": say(report.language, "What the marks mean"),
        "tiles": [{"label": tile.label, "value": tile.value, "lines": list(tile.lines)} for tile in report.tiles],
        "sections": [_section(section, report.language, numbers, draw) for section in report.sections],
        "private": report.private,
    }


def _section(section: Section, language: str, numbers: Any, draw: Drawing) -> dict[str, Any]:
    return {
        "title": section.title,
        "sentences": list(section.sentences),
        "pictures": [{"title": _caption(one, language), "svg": draw(one, next(numbers))} for one in section.pictures],
        "tables": [_table(table, section.title, language) for table in section.tables if table.paper],
        "notes": list(section.notes),
    }


def _caption(picture: Picture, language: str) -> str:
    """Say what a picture shows, and with what its axis begins where that is not 0."""
    if not picture.start:
        return picture.title
    return say(language, "{title} The axis begins at {start}.", title=picture.title, start=f"{picture.start:.0%}")


def _table(table: Table, above: str, language: str) -> dict[str, Any]:
    """Lay out a table; its title is left out where it says what stands above already."""
    left = len(table.rows) - table.paper
    return {
        "title": "" if table.title == above else table.title,
        "columns": [
            {"title": translated(language, one.title), "right": one.right, "long": one.kind == "long"}
            for one in table.columns
            if one.paper
        ],
        "rows": [_row(table, row, language) for row in table.rows[: table.paper]],
        "note": table.note,
        "more": say(language, "{count} more rows in tables.xlsx.", count=left) if left > 0 else "",
    }


def _row(table: Table, row: Row, language: str) -> list[str]:
    return [_cell(column, row, language, table.names) for column in table.columns if column.paper]


def _cell(column: Column, row: Row, language: str, names: Names) -> str:
    """Write a value for a page; a dash for none."""
    if row.get(column.name) is None:
        return NONE
    return " ".join(value(column, row, language, names).split())
