"""CSV files: separator, header and rows, every row with the line on which it starts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import polars as pl
from polars.exceptions import ComputeError, NoDataError

from policyserve.book.bounds import check_size, check_width
from policyserve.book.header_row import DEEP, HeaderRow, Likeness, nearest, with_extra
from policyserve.errors import PolicyserveError

_SEPARATORS = ",;\t，"
_HINT = re.compile(rb'"?sep=([,;\t|])"?[,;\t| ]*\r?\n', re.IGNORECASE)
_HEADER_BYTES = 1 << 20
_BEYOND = 16
"""So many cells beyond the header are looked at."""


def read_csv(text: bytes, name: str, likeness: Likeness, megabytes: int) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Read a CSV file in UTF-8: its header, and the rows below it as `line`, `0`, `1`, ... and perhaps `extra`.

    Raises PolicyserveError where it cannot be cut into cells, or takes more than `megabytes` of memory.
    """
    if text.count(b'"') % 2:
        raise PolicyserveError(
            "A quotation mark in the file {name} is opened and never closed, so that rows run into each "
            "other; close it, or double the marks that belong to the text.",
            name=name,
        )
    separator, header = _header_of(text, name, likeness)
    rows = text[_after_line(text, header.line) :]
    width, lines = len(header.cells), text.count(b"\n") + 1
    check_width(width, name)
    check_size(len(text), lines * (width + 2), name, megabytes)
    widest = _widest(rows, separator, width)
    check_size(len(text), lines * (widest + 2), name, megabytes)
    cells = _cells(rows, separator, widest, name)
    cells = _without_blank_rows(_with_lines(cells, header.line + 1, quoted=b'"' in rows))
    return header.cells, with_extra(cells, width)


def _header_of(text: bytes, name: str, likeness: Likeness) -> tuple[str, HeaderRow]:
    try:
        return _header(text, likeness)
    except csv.Error as error:
        raise PolicyserveError(
            "The first lines of the file {name} are no header: a cell has more than {most:,} characters.",
            name=name,
            most=csv.field_size_limit(),
        ) from error


def _header(text: bytes, likeness: Likeness) -> tuple[str, HeaderRow]:
    """Find separator and header: a spreadsheet's own hint `sep=;` goes, else the reading that knows most columns."""
    hint = _HINT.match(text)
    head = text[:_HEADER_BYTES].decode(errors="ignore")
    separators = hint[1].decode() if hint else _SEPARATORS
    rows = [nearest(_first_rows(head, separator, skip=1 if hint else 0), likeness) for separator in separators]
    readings = [(separator, row) for separator, row in zip(separators, rows, strict=True) if row]
    if not readings:
        return separators[0], HeaderRow(found=(False, 0), line=1 if hint else 0, cells=())
    separator, header = max(readings, key=lambda reading: (reading[1].found, len(reading[1].cells)))
    if separator == "，":
        raise PolicyserveError("The cells are separated by Chinese commas (，); separate them by commas (,).")
    return separator, header


def _first_rows(head: str, separator: str, *, skip: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    count = 0
    for row in reader:
        if reader.line_num > skip and any(cell.strip() for cell in row):
            yield reader.line_num, row
            count += 1
        if count == DEEP:
            return


def _cells(rows: bytes, separator: str, width: int, name: str) -> pl.DataFrame:
    names = [str(number) for number in range(width)]
    first = separator.join(names).encode() + b"\n"  # as a header, so that no row is taken for the measure of the others
    try:
        return pl.read_csv(
            first + rows, separator=separator, infer_schema=False, truncate_ragged_lines=True, raise_if_empty=False
        )
    except NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    except ComputeError as error:
        raise PolicyserveError(
            "The file {name} is no CSV file that can be read; a cell with a quotation mark or a separator in "
            "it must stand in quotation marks.",
            name=name,
        ) from error


def _widest(rows: bytes, separator: str, width: int) -> int:
    """Return how many cells are read of a row: those of the header, and where some row is longer, a few more."""
    sign = separator.encode()
    others = bytes(set(range(256)) - {*sign, ord("\n")})
    if sign * width not in rows.translate(None, delete=others):  # no line has so many
        return width
    lines = pl.Series([rows], dtype=pl.Binary).cast(pl.String).str.split("\n").explode()
    most: int = lines.str.count_matches(separator, literal=True).to_frame().max().item() + 1
    return width + min(max(most - width, 0), _BEYOND)


def _after_line(text: bytes, number: int) -> int:
    position = 0
    for _ in range(number):
        position = text.find(b"\n", position) + 1 or len(text)
    return position


def _with_lines(cells: pl.DataFrame, first: int, *, quoted: bool) -> pl.DataFrame:
    """Number the rows by the line on which each starts: a cell may run over several lines."""
    if not quoted:
        return cells.with_row_index("line", offset=first)
    inside = pl.sum_horizontal(pl.col(pl.String).str.count_matches("\n", literal=True).fill_null(0))
    return cells.with_row_index("line", offset=first).with_columns(
        line=(pl.col("line") + inside.cum_sum().shift(1, fill_value=0)).cast(pl.UInt32)
    )


def _without_blank_rows(cells: pl.DataFrame) -> pl.DataFrame:
    blank = pl.all_horizontal(pl.exclude("line").is_null())
    return cells.filter(~blank) if cells.select(blank.any()).item() else cells
