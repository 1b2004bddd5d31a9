"""The cells of an XLSX sheet that read otherwise than one sees them: zeros by number format, and failed formulas.

A number format of zeros shows 12345 as 0000012345: what one sees is the number. A formula that failed or was never
worked out reads as an empty cell, and an empty cell may mean something: it reads as an error here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import polars as pl

from policyserve.book.header_row import HeaderRow

UNCOMPUTED = "#VALUE!"
"""What a formula reads as whose value the file does not hold."""

_GREATEST = 1 << 30
"""Bytes of a sheet, unpacked, up to which it is looked at again."""

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*?\br:id=\"([^\"]+)\"")
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ZEROS = re.compile(r"(?:\[[^\]]*\])?(0{2,})(?:_.)?(?:;.*)?")
_FORMAT = re.compile(rb"<numFmt\b[^>]*>")
_STYLES = re.compile(rb"<cellXfs\b.*?</cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<xf\b[^>]*>")
_CELL = rb"<c\b(?=[^>]*\br=\"([A-Z]+)(\d+)\")"
_FORMULA = rb"(?:<f\b[^>]*(?:/>|>[^<]*</f>))"
_ZERO_CELL = _CELL + rb"(?=[^>]*\bs=\"(%s)\")(?![^>]*\bt=\"(?!n\"))[^>]*>" + _FORMULA + rb"?<v>(\d+)(?:\.0*)?</v>"
_FAILED_CELL = re.compile(_CELL + rb"[^>]*\bt=\"e\"[^>]*>" + _FORMULA + rb"?<v>([^<]*)</v>")
_EMPTY_FORMULA = re.compile(_CELL + rb"[^>]*>" + _FORMULA + rb"(?:<v\s*/>|<v></v>)?</c>")


def as_seen(data: bytes, number: int, texts: pl.DataFrame, header: HeaderRow) -> pl.DataFrame:
    """Return the `texts` (columns `0`, `1`, ...) of the sheet of that `number`, with such cells as one sees them."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            sheet = _sheet(archive, number)
            styles = archive.read("xl/styles.xml") if "xl/styles.xml" in archive.namelist() else b""
    except (zipfile.BadZipFile, KeyError, IndexError):
        return texts  # another form of spreadsheet, whose cells say no more
    cells = [*_zeros(sheet, styles), *_failed(sheet)]
    if not cells or (offset := _offset(sheet, texts, header)) is None:
        return texts
    seen = pl.DataFrame(cells, schema={"place": pl.Int64, "line": pl.UInt32, "text": pl.String}, orient="row")
    seen = seen.filter(pl.col("line") <= texts.height).with_columns(pl.col("place") - offset, pl.col("line") - 1)
    for (place,), part in seen.group_by("place"):
        if str(place) in texts.columns:
            texts = texts.with_columns(texts[str(place)].scatter(part["line"], part["text"]))
    return texts


def _sheet(archive: zipfile.ZipFile, number: int) -> bytes:
    key = _SHEET.findall(archive.read("xl/workbook.xml"))[number]
    relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
    relation = next(one for one in relations if _attribute(one, b"Id") == key.decode())
    path = _attribute(relation, b"Target").removeprefix("/xl/")
    info = archive.getinfo(f"xl/{path}")
    return archive.read(info) if info.file_size <= _GREATEST else b""


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\b%s=\"([^\"]*)\"" % name, tag)
    return unescape(found[1].decode()) if found else ""


def _zeros(sheet: bytes, styles: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield the numbers that a format fills with zeros: column, line, text."""
    formats = {_attribute(tag, b"numFmtId"): _attribute(tag, b"formatCode") for tag in _FORMAT.findall(styles)}
    widths = {key: len(found[1]) for key, code in formats.items() if (found := _ZEROS.fullmatch(code))}
    block = _STYLES.search(styles)
    used = [_attribute(tag, b"numFmtId") for tag in _STYLE.findall(block[0])] if block else []
    by_style = {str(style): widths[key] for style, key in enumerate(used) if key in widths}
    if by_style:
        pattern = re.compile(_ZERO_CELL % "|".join(by_style).encode())
        for column, line, style, digits in pattern.findall(sheet):
            yield _column(column), int(line), digits.decode().zfill(by_style[style.decode()])


def _failed(sheet: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield the formulas that failed, and those that were never worked out: column, line, text."""
    if b't="e"' in sheet:
        for column, line, error in _FAILED_CELL.findall(sheet):
            yield _column(column), int(line), unescape(error.decode())
    if b"<f" in sheet:
        for column, line in _EMPTY_FORMULA.findall(sheet):
            yield _column(column), int(line), UNCOMPUTED


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _offset(sheet: bytes, texts: pl.DataFrame, header: HeaderRow) -> int | None:
    """Return how many empty columns stand before the first one that is read, by the first cell of the header."""
    row = re.search(rb"<row\b[^>]*\br=\"%d\"[^>]*>(.*?)</row>" % header.line, sheet, re.DOTALL)
    first = re.search(rb"<c\b(?=[^>]*\br=\"([A-Z]+)\d+\")[^>]*>(?=<v>|<is>|<f\b)", row[1]) if row else None
    if first is None:
        return None
    filled = (place for place, name in enumerate(texts.columns) if texts[name][header.line - 1] is not None)
    return _column(first[1]) - next(filled, 0)
