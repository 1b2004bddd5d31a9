"""Spreadsheets: the first sheet as strings, as one would see them."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.errors import PolicyserveError

_LONG = r"^-?\d{16,}"
"""Numbers of 1e15 and more: a spreadsheet keeps 15 digits."""


def read_spreadsheet(data: bytes, name: str) -> tuple[tuple[str, ...], pl.DataFrame, pl.DataFrame]:
    """Read the headers, the cells (`line`, `0`, `1`, ...) and the numbers that have lost digits (`line`, `column`).

    The header is the first row that is not blank. Raises PolicyserveError for a file that cannot be opened.
    """
    import fastexcel

    try:
        sheet = fastexcel.read_excel(data)
        texts = _load(sheet, "string")
    except fastexcel.FastExcelError as error:
        raise PolicyserveError(_why_not(str(error), name)) from error
    rows = texts.with_row_index("line", offset=1).filter(~pl.all_horizontal(pl.exclude("line").is_null()))
    if rows.is_empty():
        raise PolicyserveError(f"The first sheet of {name} is empty; a list has a header row and rows below it.")
    headers = tuple(cell or "" for cell in rows.drop("line").row(0))
    return headers, rows[1:], _rounded(sheet, texts)


def _load(sheet: Any, form: str) -> pl.DataFrame:
    frame: pl.DataFrame = sheet.load_sheet(0, header_row=None, skip_rows=0, dtypes=form).to_polars()
    return frame.rename({name: str(number) for number, name in enumerate(frame.columns)})


def _why_not(problem: str, name: str) -> str:
    if "password" in problem.lower() or "encrypt" in problem.lower():
        return f"The spreadsheet {name} is protected by a password; save it without one."
    return (
        f"The spreadsheet {name} cannot be opened, it may be damaged; save it again as XLSX, or export the list as CSV."
    )


def _rounded(sheet: Any, texts: pl.DataFrame) -> pl.DataFrame:
    """Find long numbers that are numbers and not text: only a number reads as a truth value too."""
    long = texts.select(pl.all().str.contains(_LONG).fill_null(value=False))
    names = [name for name in long.columns if long[name].any()]
    found = pl.DataFrame(schema={"line": pl.UInt32, "column": pl.String})
    if not names:
        return found
    numbers = _load(sheet, "boolean")
    cells = [
        pl.DataFrame({"line": (long[name] & numbers[name].is_not_null()).arg_true() + 1}).with_columns(
            column=pl.lit(name)
        )
        for name in names
    ]
    return pl.concat([found, *(frame.cast(found.schema) for frame in cells)])
