"""Lists that would take the process with them: each is refused in a sentence, within its bound of memory and time."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import Engine

from books.lists_in import import_text, problems, rows_of
from policyserve.book.files import read_source
from policyserve.book.lists import KINDS
from policyserve.errors import PolicyserveError

MEGABYTES = 300
SECONDS = 60.0


def refusal(path: Path) -> str:
    began = time.monotonic()
    with pytest.raises(PolicyserveError) as refused:
        read_source(path, megabytes=MEGABYTES)
    assert time.monotonic() - began < SECONDS
    return str(refused.value)


def workbook(path: Path, *, row: int = 1, column: int = 0, text: str = "C1") -> Path:
    """Write a list of one customer, with one more cell."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["customer_no", "name"])
        sheet.write_row(1, 0, ["C1", "One"])
        sheet.write_string(row, column, text)
    return path


def repacked(path: Path, name: str, content: bytes) -> Path:
    """Put another part into a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, was in {**parts, name: content}.items():
            archive.writestr(one, was)
    return path


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (900_000, 300), (1_048_575, 9_000)])
def test_one_cell_far_away_is_refused(tmp_path: Path, row: int, column: int) -> None:
    assert "memory_mb" in refusal(workbook(tmp_path / "far.xlsx", row=row, column=column))


def test_a_text_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx")
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    assert "memory_mb" in refusal(repacked(path, "xl/sharedStrings.xml", strings % (b"a" * 400_000_000)))
    assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n1\n", "no header"),
        (b",".join(b"%d" % number for number in range(20_000)) + b"\n1\n", "more than 16,384 columns"),
        (b"customer_no," + b"n" * 200_000 + b"\nC1,One\n", "no header"),
        (b"\n" * 5_000_000 + b"customer_no,name\n" + b"\n" * 5_000_000, "memory_mb"),
        (b"customer_no,name\n" + b",\n" * 6_000_000, "memory_mb"),
        (b"customer_no,name\nC1,One\n" + b"x" * 90_000_000, "memory_mb"),
        (b"customer_no,name\nC1,O\x00ne\n", "neither a CSV file nor a spreadsheet"),
        (b"PK\x03\x04" + b"\x00" * 5_000, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000, "damaged"),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    assert said in refusal(tmp_path / "list.csv")


ODS = (
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    b'<table:table table:name="List"><table:table-row><table:table-cell office:value-type="string">'
    b"<text:p>customer_no</text:p></table:table-cell></table:table-row>%s</table:table>"
    b"</office:spreadsheet></office:body></office:document-content>"
)
CELL = b'<table:table-cell office:value-type="string"%s><text:p>%s</text:p></table:table-cell>'


def open_document(path: Path, rows: bytes) -> Path:
    """Write a list of customers as an OpenDocument spreadsheet."""
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        b'<manifest:file-entry manifest:full-path="/" manifest:media-type="' + kind + b'"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", ODS % rows)):
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        b'<table:table-row table:number-rows-repeated="1048570">%s</table:table-row>'
        % (CELL % (b' table:number-columns-repeated="16384"', b"x")),
        b"<table:table-row>%s</table:table-row>" % (CELL % (b"", b"a" * 400_000_000)),
        b'<table:table-row table:number-rows-repeated="1048570">%s</table:table-row>' % (CELL % (b"", b"y" * 9_000)),
    ],
    ids=["cells repeated to the corner", "a text without end", "long rows repeated"],
)
def test_an_open_document_that_unpacks_without_end_is_refused(tmp_path: Path, rows: bytes) -> None:
    path = open_document(tmp_path / "list.ods", rows)
    assert path.stat().st_size < 1_000_000
    assert "list.ods" in refusal(path)


def test_an_open_document_is_read_like_another_spreadsheet(tmp_path: Path) -> None:
    row = b"<table:table-row>%s</table:table-row>" % (CELL % (b"", b"C1"))
    source = read_source(open_document(tmp_path / "list.ods", row), megabytes=MEGABYTES)
    assert (source.headers, source.cells.height) == (("customer_no",), 1)


def test_a_zip_of_zips_is_no_list(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    with zipfile.ZipFile(tmp_path / "list.xlsx", "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.zip", inner.getvalue())
    assert "list.xlsx" in refusal(tmp_path / "list.xlsx")


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_of_nine_thousand_letters_ends_its_row_and_not_the_list(
    engine: Engine, tmp_path: Path, kind: str
) -> None:
    """Every column of every list, in a row of its own: the database is not asked to hold what an index cannot."""
    columns = [column.name for column in KINDS[kind].columns]
    rows = [",".join("K" * 9_000 if one == name else "" for one in columns) for name in columns]
    report = import_text(engine, tmp_path, kind, "\n".join([",".join(columns), *rows]) + "\n")
    assert report.rejected == len(rows)


def test_a_lone_half_of_a_character_is_refused_or_replaced(engine: Engine, tmp_path: Path) -> None:
    lone = "customer_no,name\nC1,O".encode("utf-16-le") + b"\x00\xd8" + "ne\n".encode("utf-16-le")
    report = import_text(engine, tmp_path, "customers", b"\xff\xfe" + lone)
    assert problems(report) == []
    ((name,),) = rows_of(engine, "SELECT name FROM customers")
    assert name.encode()
