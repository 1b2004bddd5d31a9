"""Workbooks: the tables of a page as files for Excel, with the same rows, masks and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from policyserve.locale import Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.legend import title
from policyserve.web.errors import NoPageError
from policyserve.web.visit import Download, Screen, Visit

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked_workbook(visit: Visit, screen: Screen) -> Download | None:
    """Return the table that `?form=xlsx&table=1` asks of a page; None where it asks for the page itself.

    Raises NoPageError where the page has no such table.
    """
    if visit.query.get("form") != "xlsx" or screen.refusal:
        return None
    from policyserve.reporting.sheets import figure_workbook

    place, figures = visit.query.get("table", "0")[:3], screen.figures()
    if not place.isdecimal() or int(place) >= len(figures):
        raise NoPageError("No.")
    figure = figures[int(place)]
    name = title(figure, visit.language).replace("/", " ")
    return Download(name=f"{name}.xlsx", content=figure_workbook(figure, visit.language), media=MEDIA)


def list_figure(
    heading: Sentence,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    as_of: date,
    empty: Sentence | None = None,
) -> Figure:
    """Return a list of a page as a figure: of each row the fields that `columns` name."""
    names = [name for column in columns for name in column.fields]
    cells = {name: [row.get(name) for row in rows] for name in names}
    found = pl.DataFrame(cells, infer_schema_length=None)
    return Figure(title=heading, columns=tuple(columns), rows=found, as_of=as_of, empty=empty)
