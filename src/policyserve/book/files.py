"""Files of lists, CSV or spreadsheet, read as they are: every cell a string, every row with its line in the file."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import ComputeError, NoDataError

from policyserve.book.spreadsheets import Likeness, read_spreadsheet
from policyserve.errors import PolicyserveError

EXTRA = "extra"
"""The column that holds what a row has beyond the header."""

_SEPARATORS = ",;\t，"
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
_HEADER_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file as it was read; `cells` has the columns `line`, `0`, `1`, ... and, in a CSV file, `extra`, all strings."""

    name: str
    sha256: str
    headers: tuple[str, ...]
    cells: pl.DataFrame
    sheet: bool = False
    """Whether it is a spreadsheet."""
    sheet_name: str | None = None
    """Which sheet was read, where there are several."""
    controls: bool = True
    """Whether cells may hold control characters or newlines."""
    rounded: pl.DataFrame | None = None
    """Of a spreadsheet: the cells (`line`, `column`) with numbers so long that digits are lost."""


def read_source(path: Path, likeness: Likeness | None = None) -> Source:
    """Read a CSV file (UTF-8 or GB18030) or the sheet of a spreadsheet that has the header, as `likeness` says.

    Raises PolicyserveError where the file is missing, empty, broken or something else.
    """
    data = _read_bytes(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        read = read_spreadsheet(data, path.name, likeness)
        return Source(
            name=path.name,
            sha256=sha256,
            headers=read.headers,
            cells=read.cells,
            sheet=True,
            sheet_name=read.name,
            rounded=read.rounded,
        )
    text = _as_utf8(data, path.name)
    headers, cells = _read_csv(text, path.name)
    controls = b'"' in text or len(text.translate(None, delete=_CONTROLS)) != len(text)
    return Source(name=path.name, sha256=sha256, headers=headers, cells=cells, controls=controls)


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise PolicyserveError("There is no file {path}; check the name.", path=path) from error
    except IsADirectoryError as error:
        raise PolicyserveError("{path} is a folder; name the file in it.", path=path) from error
    except OSError as error:
        raise PolicyserveError(
            "The file {path} cannot be read: {strerror}.", path=path, strerror=error.strerror
        ) from error
    if not data.strip():
        raise PolicyserveError("The file {name} is empty; a list has a header row and rows below it.", name=path.name)
    return data


def _as_utf8(data: bytes, name: str) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", errors="replace").encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in data:
        raise PolicyserveError(
            "The file {name} is neither a CSV file nor a spreadsheet; export the list as CSV or XLSX.", name=name
        )
    if not _is_utf8(data, name):
        data = _from_gb18030(data, name)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return data


def _is_utf8(data: bytes, name: str) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        if sum(byte >= 0x80 for byte in before[:_HEADER_BYTES]) >= 30:  # so much of GB18030 never reads as UTF-8
            raise PolicyserveError(
                "The file {name} is UTF-8, but line {line} holds a damaged character; export the list again.",
                name=name,
                line=_line(data, error.start),
            ) from error
        return False
    return True


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _from_gb18030(data: bytes, name: str) -> bytes:
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise PolicyserveError(
            "The file {name} is neither UTF-8 nor GB18030 (line {line} is neither); export it again as "
            "UTF-8, or as XLSX.",
            name=name,
            line=_line(data, error.start),
        ) from error


def _read_csv(text: bytes, name: str) -> tuple[tuple[str, ...], pl.DataFrame]:
    if text.count(b'"') % 2:
        raise PolicyserveError(
            "A quotation mark in the file {name} is opened and never closed, so that rows run into each "
            "other; close it, or double the marks that belong to the text.",
            name=name,
        )
    separator, headers, used = _read_header(text)
    start = _after_line(text, used)
    names = [*(str(number) for number in range(len(headers))), EXTRA]
    try:
        cells = pl.read_csv(
            text[start:],
            has_header=False,
            separator=separator,
            schema=dict.fromkeys(names, pl.String()),
            truncate_ragged_lines=True,
            missing_columns="insert",
        )
    except NoDataError:
        cells = pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    except ComputeError as error:
        raise PolicyserveError(
            "The file {name} is no CSV file that can be read; a cell with a quotation mark or a separator in "
            "it must stand in quotation marks.",
            name=name,
        ) from error
    return headers, _without_blank_rows(_with_lines(cells, used + 1, quoted=b'"' in text))


def _read_header(text: bytes) -> tuple[str, tuple[str, ...], int]:
    head = text[:_HEADER_BYTES].decode(errors="ignore")
    readings = [_first_row(head, separator) for separator in _SEPARATORS]
    separator, (headers, used) = max(zip(_SEPARATORS, readings, strict=True), key=lambda reading: len(reading[1][0]))
    if separator == "，":
        raise PolicyserveError("The cells are separated by Chinese commas (，); separate them by commas (,).")
    return separator, headers, used


def _first_row(head: str, separator: str) -> tuple[tuple[str, ...], int]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    for row in reader:
        if any(cell.strip() for cell in row):
            return tuple(row), reader.line_num
    return (), 0


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
