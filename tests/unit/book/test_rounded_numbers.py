"""Numbers that a spreadsheet has rounded: rejected, and rejected again in every list that is made of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from policyserve.book.cells import parse
from policyserve.book.headers import recognise
from policyserve.book.list_import import read_list
from policyserve.book.lists import CUSTOMERS
from policyserve.book.rejects import RejectedRows

NUMBERS = (1.2e17, 123456789012345678, 1e21, 1.5e15)
TEXTS = ("1.23457E+11", "1.2E+17", "1.2E17", "12E+17", "1,2E+17", "-1.2e+17", "１.２Ｅ＋１７")
GOOD = ("123456789012345678", "E17", "1E17", "12E5", "1.2")


def rejects(path: Path) -> tuple[RejectedRows, list[str]]:
    """Read a list of customers: the rows with problems, and the numbers that go in."""
    source = read_list(path, "customers")
    headers = recognise(source.headers, CUSTOMERS)
    rows = parse(source, headers, CUSTOMERS)
    return RejectedRows.of(rows, source, headers, "customers"), rows.good["customer_no"].to_list()


@pytest.fixture(scope="module")
def rounded(tmp_path_factory: pytest.TempPathFactory) -> RejectedRows:
    path = tmp_path_factory.mktemp("rounded") / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["customer_no", "name"])
        for line, number in enumerate(NUMBERS, 1):
            sheet.write_number(line, 0, number)
        for line, words in enumerate((*TEXTS, *GOOD), 1 + len(NUMBERS)):
            sheet.write_string(line, 0, words)
    found, good = rejects(path)
    assert good == list(GOOD)
    return found


def again(folder: Path, content: bytes) -> tuple[RejectedRows, list[str]]:
    path = folder / "list.csv"
    path.write_bytes(content)
    return rejects(path)


def test_they_are_told_as_spreadsheets_show_them(rounded: RejectedRows) -> None:
    shown = ["1.2E+17", "1.23456789012346E+17", "1E+21", "1.5E+15", *TEXTS]
    assert rounded.rejected["0"].to_list() == rounded.problems["value"].to_list() == shown


@pytest.mark.parametrize("typed", [{}, {(2, "1"): "a name"}])
def test_rows_that_are_sent_again_are_rejected_again(
    rounded: RejectedRows, tmp_path: Path, typed: Mapping[tuple[int, str], str]
) -> None:
    found, good = again(tmp_path, rounded.mended(typed)[0])
    assert (found.rejected.height, good) == (len(NUMBERS) + len(TEXTS), [])


def test_a_file_of_rejects_is_rejected_again(rounded: RejectedRows, tmp_path: Path) -> None:
    found, good = again(tmp_path, rounded.file("zh"))
    assert (found.rejected.height, good) == (len(NUMBERS) + len(TEXTS), [])


def test_the_number_that_is_meant_goes_in(rounded: RejectedRows, tmp_path: Path) -> None:
    assert again(tmp_path, rounded.mended({(2, "0"): "123456789012345678"})[0])[1] == ["123456789012345678"]
