"""Spreadsheets: the sheet that holds the list, as strings, as one would see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Sentence

_LONG = r"^-?\d{16,}"
"""Numbers of 1e15 and more: a spreadsheet keeps 15 digits."""


_DEEP = 20
"""Rows among which the header is looked for: above it a clerk's sheet has titles."""

Likeness = Callable[[Sequence[str]], tuple[bool, int]]
"""How much a row looks like the header: whether it is complete, and how many columns are known."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as it was read."""

    name: str | None
    """Its name, where the file has several."""
    headers: tuple[str, ...]
    cells: pl.DataFrame
    """The rows below the header: `line`, `0`, `1`, ..."""
    rounded: pl.DataFrame
    """The numbers that have lost digits: `line`, `column`."""


def read_spreadsheet(data: bytes, name: str, likeness: Likeness | None = None) -> Sheet:
    """Read the first sheet that has the whole header, from the row that is it; else the row that comes nearest.

    Without `likeness` the header is the first row that is not blank. Raises PolicyserveError for a file that cannot be
    opened.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        names = book.sheet_names
        number, texts, line = _find(book, len(names), likeness or (lambda _: (True, 0)))
    except fastexcel.FastExcelError as error:
        raise _why_not(str(error), name) from error
    if line is None:
        raise PolicyserveError(
            "{sheet} is empty; a list has a header row and rows below it.", sheet=_first(names, name)
        )
    rows = _filled(texts)
    headers = rows.filter(pl.col("line") == line).drop("line").row(0)
    return Sheet(
        name=names[number] if len(names) > 1 else None,
        headers=tuple(cell or "" for cell in headers),
        cells=rows.filter(pl.col("line") > line),
        rounded=_rounded(book, number, texts),
    )


def _first(names: Sequence[str], name: str) -> Sentence:
    words = N_("Every sheet of {name}") if len(names) > 1 else N_("The first sheet of {name}")
    return Sentence(words, name=name)


def _find(book: Any, count: int, likeness: Likeness) -> tuple[int, pl.DataFrame, int | None]:
    """Return the number of the sheet with the header, its cells, and the header's line; no line where all is empty."""
    best: tuple[tuple[bool, int], int, pl.DataFrame, int] | None = None
    for number in range(count):
        texts = _load(book, number, "string")
        for row in _filled(texts).head(_DEEP).rows():
            found = likeness([cell or "" for cell in row[1:]])
            if best is None or found > best[0]:
                best = (found, number, texts, row[0])
            if found[0]:
                return number, texts, row[0]
    return (0, pl.DataFrame(), None) if best is None else best[1:]


def _filled(texts: pl.DataFrame) -> pl.DataFrame:
    """Number the rows by their line and leave blank ones out."""
    return texts.with_row_index("line", offset=1).filter(~pl.all_horizontal(pl.exclude("line").is_null()))


def _load(book: Any, number: int, form: str) -> pl.DataFrame:
    frame: pl.DataFrame = book.load_sheet(number, header_row=None, skip_rows=0, dtypes=form).to_polars()
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
    numbers = _load(book, number, "boolean")
    cells = [
        pl.DataFrame({"line": (long[name] & numbers[name].is_not_null()).arg_true() + 1}).with_columns(
            column=pl.lit(name)
        )
        for name in names
    ]
    return pl.concat([found, *(frame.cast(found.schema) for frame in cells)])
