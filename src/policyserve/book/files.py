"""Files of lists, CSV or spreadsheet, read as they are: every cell a string, every row with its line in the file."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from policyserve.book.bounds import COPIES, MEGABYTES, check_size
from policyserve.book.csv_files import read_csv
from policyserve.book.header_row import EXTRA, Likeness, any_row
from policyserve.book.signs import Signs, signs_of
from policyserve.book.spreadsheets import Sheet, read_spreadsheet
from policyserve.errors import PolicyserveError, of_system
from policyserve.locale import N_, Sentence
from policyserve.memory import MEGABYTE, BoundError, bounded

__all__ = ["EXTRA", "Source", "read_content", "read_source"]

_BEGINNING = 4096
_PAGES = {
    N_(
        "a web page (HTML)"
    ): rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|meta|body|style|table|div)\b",
    N_("a web archive (MHTML)"): rb"(MIME-Version|From|Content-Type):\s",
    N_("an XML document"): rb"<(\?xml|Workbook)\b",
    N_("a PDF document"): rb"%PDF-",
    N_("a text document (RTF)"): rb"\{\\rtf",
}
"""How files begin that are no lists, whatever their names say."""

_HEADER_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file as it was read; `cells` has the columns `line`, `0`, `1`, ... and perhaps `extra`, all strings."""

    name: str
    sha256: str
    headers: tuple[str, ...]
    cells: pl.DataFrame
    sheet: bool = False
    """Whether it is a spreadsheet."""
    sheet_name: str | None = None
    """Which sheet was read, where there are several."""
    signs: Signs = field(default_factory=Signs)
    """What its cells may hold."""
    rounded: pl.DataFrame | None = None
    """Of a spreadsheet: the cells (`line`, `column`) with numbers so long that digits are lost."""


def read_source(
    path: Path, likeness: Likeness = any_row, sheet: str | None = None, *, megabytes: int = MEGABYTES
) -> Source:
    """Read a CSV file (UTF-8 or GB18030) or a sheet of a spreadsheet, below the row that is the header by `likeness`.

    `sheet` names the sheet, where several have such a header. It takes no more memory than `megabytes`; a spreadsheet
    is read in a process of its own, for nobody can tell from the outside what it unpacks to. Raises PolicyserveError
    where the file is missing, empty, broken, too large or something else.
    """
    return read_content(_read_bytes(path, megabytes), path.name, likeness, sheet, megabytes=megabytes)


def read_content(
    data: bytes, name: str, likeness: Likeness = any_row, sheet: str | None = None, *, megabytes: int = MEGABYTES
) -> Source:
    """As `read_source`, with what the file `name` holds at hand."""
    check_size(len(data), 0, name, megabytes)
    if not data.strip():
        raise PolicyserveError("The file {name} is empty; a list has a header row and rows below it.", name=name)
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        read = _bounded(data, name, likeness, sheet, megabytes)
        return Source(
            name=name,
            sha256=sha256,
            headers=read.headers,
            cells=read.cells,
            sheet=True,
            sheet_name=read.name,
            rounded=read.rounded,
        )
    text = _as_utf8(data, name)
    _refuse_pages(text, name)
    headers, cells = read_csv(text, name, likeness, megabytes)
    return Source(name=name, sha256=sha256, headers=headers, cells=cells, signs=signs_of(text))


def _bounded(data: bytes, name: str, likeness: Likeness, sheet: str | None, megabytes: int) -> Sheet:
    try:
        return bounded(megabytes, read_spreadsheet, data, name, likeness, sheet)
    except BoundError as error:
        raise PolicyserveError(
            "The spreadsheet {name} takes more than {megabytes:,} MB of memory to read, or is damaged. Delete what "
            "stands far out below or beside the list, or export the list as CSV. The setting lists.memory_mb allows "
            "more.",
            name=name,
            megabytes=megabytes,
        ) from error


def _read_bytes(path: Path, megabytes: int) -> bytes:
    most = megabytes * MEGABYTE // COPIES
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError as error:
        raise PolicyserveError("There is no file {path}; check the name.", path=path) from error
    except IsADirectoryError as error:
        raise PolicyserveError("{path} is a folder; name the file in it.", path=path) from error
    except OSError as error:
        raise PolicyserveError(
            "The file {path} cannot be read: {strerror}.", path=path, strerror=of_system(error)
        ) from error


def _refuse_pages(text: bytes, name: str) -> None:
    """Raise PolicyserveError for the tables that core systems call .xls although they are something else."""
    form = next(
        (form for form, begins in _PAGES.items() if re.match(rb"\s*" + begins, text[:_BEGINNING], re.I | re.S)), None
    )
    if form:
        raise PolicyserveError(
            "The file {name} is {form}, whatever its name says; open it in Excel or WPS and save it as XLSX or CSV.",
            name=name,
            form=Sentence(form),
        )


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
        before = data[: error.start][:_HEADER_BYTES].decode(errors="ignore")
        if (
            sum(sign >= "\u0800" for sign in before) >= 10
        ):  # so much Chinese never reads as UTF-8 in GB18030 (未知 does)
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
