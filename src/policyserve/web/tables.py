"""Figures as tables of a page: the same columns, marks, legends and definitions as on a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from policyserve.errands import while_waited_for
from policyserve.locale import translated
from policyserve.metrics.cells import cell
from policyserve.metrics.figure import BELOW, Column, Figure, Row
from policyserve.metrics.legend import legend, title
from policyserve.signs import seen
from policyserve.web.addresses import part

LINKS = {
    "agent": "/agents/{}",
    "customer": "/customers/{}",
    "sample": "/spot-checks/{}",
    "absence": "/absences/{}",
    "handover": "/handovers/{}",
    "complaint": "/complaints/{}",
    "policy": "/policies/{}",
}
"""Where the number of a kind leads."""

OF_AGENT = {"customer": LINKS["customer"], "policy": LINKS["policy"], "task": "/tasks/{}"}
"""The same for an agent, who alone opens tasks."""


HELD = ("agent", "customer", "policy")
"""Kinds of columns that say whom or what a row is about."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell."""

    text: str
    right: bool
    below: bool
    """Whether it is below its target."""
    link: str | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A figure in a language."""

    title: str
    head: list[tuple[str, bool]]
    """The titles of columns, and whether they stand on the right."""
    rows: list[list[Cell]]
    empty: str | None
    lines: list[str]
    definition: list[str]
    held: int
    """The column that stays in sight where the others are scrolled: whom or what a row is about."""
    parts: list[tuple[list[str], Table]]
    """Of a figure with a list below each row: what is said of the row, and the list."""


Behind = Callable[[Row, Column], str | None]
"""Where the number in a column of a row leads: to the list behind it."""


def table_of(figure: Figure, language: str, links: Mapping[str, str], behind: Behind = lambda *_: None) -> Table:
    """Lay a figure out; `links` are those of LINKS that the viewer may follow, `behind` those of numbers."""
    rows = [] if figure.nested else figure.rows.to_dicts()
    return Table(
        title=title(figure, language),
        head=[(translated(language, one.title), one.right) for one in figure.shown],
        rows=[_cells(figure, row, language, links, behind) for row in while_waited_for(rows)],
        held=_held(figure),
        empty=figure.empty.told(language) if figure.empty and figure.rows.is_empty() else None,
        lines=[line.told(language) for line in (*legend(figure), *figure.lines)],
        definition=[one.told(language) for one in figure.definition],
        parts=[_part(figure, row, language, links) for row in (figure.rows.to_dicts() if figure.nested else [])],
    )


def _held(figure: Figure) -> int:
    """Return the column of the first number that has a name, else the last of those that say what a row is about."""
    shown = figure.shown
    words = next((place for place, one in enumerate(shown) if one.right), len(shown))
    named = (place for place, one in enumerate(shown) if one.kind in HELD)
    return next(named, max(0, words - 1) if words < len(shown) else 0)


def _part(figure: Figure, row: Row, language: str, links: Mapping[str, str]) -> tuple[list[str], Table]:
    nested = figure.nested
    assert nested is not None
    of_row = nested.list.of(nested.key, row[nested.key])
    return [one.told(language) for one in nested.sentences(row, figure.names)], table_of(of_row, language, links)


def _cells(figure: Figure, row: dict[str, Any], language: str, links: Mapping[str, str], behind: Behind) -> list[Cell]:
    cells = []
    for one in figure.shown:
        number = row.get(one.fields[0])
        link = links[one.kind].format(part(number)) if one.kind in links and number is not None else None
        if one.kind == "task" and link is None and number is not None:
            link = behind(row, one)
        if one.right and (number or (one.kind == "ratio" and number is not None)):
            link = behind(row, one)
        told = seen(cell(one, row, language, figure.names))
        cells.append(Cell(text=told, right=one.right, below=BELOW in one.marks(row), link=link))
    return cells
