"""The report laid out for a page: every value written, every picture drawn; HTML and PDF show the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policyserve.locale import say, translated
from policyserve.metrics.cells import cell
from policyserve.metrics.figure import Column, Figure, Row
from policyserve.metrics.legend import with_status
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
        "sections": [_section(section, report, numbers, draw) for section in report.sections],
        "private": report.private,
    }


def _section(section: Section, report: Report, numbers: Any, draw: Drawing) -> dict[str, Any]:
    language, shown = report.language, [table for table in section.tables if table.paper]
    return {
        "title": section.title,
        "sentences": list(section.sentences),
        "pictures": [{"title": _caption(one, language), "svg": draw(one, next(numbers))} for one in section.pictures],
        "tables": [_table(table, section.title, language) for table in shown],
        "notes": _notes([table.figure for table in shown], report),
    }


def _notes(figures: Sequence[Figure], report: Report) -> list[str]:
    """Say once what the figures of a section mean; not what the head of the report says."""
    told = [one.told(report.language) for figure in figures for one in (*figure.lines, *figure.definition)]
    return [said for said in dict.fromkeys(told) if said not in dict(report.head).values()]


def _caption(picture: Picture, language: str) -> str:
    """Say what a picture shows, and with what its axis begins where that is not 0."""
    if not picture.start:
        return picture.title
    return say(language, "{title} The axis begins at {start}.", title=picture.title, start=f"{picture.start:.0%}")


def _table(table: Table, above: str, language: str) -> dict[str, Any]:
    """Lay out a table; its title is left out where it says what stands above already."""
    figure = table.figure
    title = with_status([figure.title.told(language)], figure, language)
    left = figure.rows.height - table.paper
    return {
        "title": "" if title == above else title,
        "columns": [
            {"title": translated(language, one.title), "right": one.right, "long": one.kind == "long"}
            for one in figure.shown
        ],
        "rows": [
            [_cell(one, row, figure, language) for one in figure.shown]
            for row in figure.rows.head(table.paper).to_dicts()
        ],
        "more": say(language, "{count} more rows in tables.xlsx.", count=left) if left > 0 else "",
    }


def _cell(column: Column, row: Row, figure: Figure, language: str) -> str:
    """Write a value and its marks for a page; a dash for none."""
    if row.get(column.fields[0]) is None and not column.nameless:
        return NONE
    return " ".join(cell(column, row, language, figure.names).split())
