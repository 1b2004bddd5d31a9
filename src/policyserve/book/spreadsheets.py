"""Spreadsheets: the visible sheet that holds the list, as strings, as one would see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from policyserve.book.header_row import DEEP, HeaderRow, Likeness, nearest, with_extra
from policyserve.book.sheet_cells import as_seen
from policyserve.errors import PolicyserveError

_LONG = r"^-?\d{16,}"
"""Numbers of 1e15 and more: a spreadsheet keeps 15 digits."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as it was read."""

    name: str | None
    """Its name, where the file has several."""
    headers: tuple[str, ...]
    cells: pl.DataFrame
    """The rows below the header: `line`, `0`, `1`, ... and perhaps `extra`"""
    rounded: pl.DataFrame
    """The numbers that have lost digits: `line`, `column`."""


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A sheet that one sees, while it is looked at."""

    number: int
    name: str
    texts: pl.DataFrame
    header: HeaderRow

    @property
    def is_list(self) -> bool:
        """Whether it has the whole header and rows below it."""
        return self.header.found[0] and _filled(self.texts)["line"].max() != self.header.line


def read_spreadsheet(data: bytes, name: str, likeness: Likeness, sheet: str | None = None) -> Sheet:
    """Read the visible sheet that has the whole header, from the row that is it; else the row that comes nearest.

    Raises PolicyserveError for a file that cannot be opened, and where several sheets hold such a list and `sheet`
    does not name one of them.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        names = book.sheet_names
        page = _chosen(_pages(book, names, likeness), name, sheet)
        rounded = _rounded(book, page.number, page.texts)
    except fastexcel.FastExcelError as error:
        raise _why_not(str(error), name) from error
    texts = as_seen(data, page.number, page.texts, page.header)
    rows = _filled(texts).filter(pl.col("line") > page.header.line)
    return Sheet(
        name=page.name if len(names) > 1 else None,
        headers=page.header.cells,
        cells=with_extra(rows, len(page.header.cells)),
        rounded=rounded,
    )


def _pages(book: Any, names: Sequence[str], likeness: Likeness) -> list[_Page]:
    """Return the sheets that one sees and that are not empty."""
    pages = []
    for number, name in enumerate(names):
        loaded = _load(book, number, "string")
        if loaded.visible != "visible":
            continue
        texts = _places(loaded)
        rows = ((row[0], [cell or "" for cell in row[1:]]) for row in _filled(texts).head(DEEP).rows())
        if header := nearest(rows, likeness):
            pages.append(_Page(number=number, name=name, texts=texts, header=header))
    return pages


def _chosen(pages: Sequence[_Page], name: str, sheet: str | None) -> _Page:
    if sheet is not None:
        pages = [page for page in pages if page.name == sheet]
        if not pages:
            raise PolicyserveError(
                "The spreadsheet {name} has no visible sheet '{sheet}' with rows; name one that has.",
                name=name,
                sheet=sheet,
            )
    if not pages:
        raise PolicyserveError(
            "No visible sheet of {name} has rows; a list has a header row and rows below it.", name=name
        )
    lists = [page for page in pages if page.is_list]
    if len(lists) > 1:
        raise PolicyserveError(
            "Several sheets of {name} hold such a list: {sheets}. Name the one that is meant with --sheet.",
            name=name,
            sheets=", ".join(page.name for page in lists),
        )
    return lists[0] if lists else max(pages, key=lambda page: page.header.found)


def _filled(texts: pl.DataFrame) -> pl.DataFrame:
    """Number the rows by their line and leave blank ones out."""
    return texts.with_row_index("line", offset=1).filter(~pl.all_horizontal(pl.exclude("line").is_null()))


def _load(book: Any, number: int, form: str) -> Any:
    return book.load_sheet(number, header_row=None, skip_rows=0, dtypes=form)


def _places(loaded: Any) -> pl.DataFrame:
    """Return the cells of a sheet under the names `0`, `1`, ..."""
    frame: pl.DataFrame = loaded.to_polars()
    return frame.rename({name: str(place) for place, name in enumerate(frame.columns)})


def _why_not(problem: str, name: str) -> PolicyserveError:
    if "password" in problem.lower() or "encrypt" in problem.lower():
        return PolicyserveError("The spreadsheet {name} is protected by a password; save it without one.", name=name)
    return PolicyserveError(
        "The spreadsheet {name} cannot be opened, it may be damaged; save it again as XLSX, or export the list as CSV.",
        name=name,
    )


def _rounded(book: Any, number: int, texts: pl.DataFrame) -> pl.DataFrame:
    """Find long numbers that are numbers and not text: only a number reads as a truth value too."""
    long = texts.select(pl.all().str.contains(_LONG).fill_null(value=False))
    names = [name for name in long.columns if long[name].any()]
    found = pl.DataFrame(schema={"line": pl.UInt32, "column": pl.String})
    if not names:
        return found
    numbers = _places(_load(book, number, "boolean"))
    cells = [
        pl.DataFrame({"line": (long[name] & numbers[name].is_not_null()).arg_true() + 1}).with_columns(
            column=pl.lit(name)
        )
        for name in names
    ]
    return pl.concat([found, *(frame.cast(found.schema) for frame in cells)])
