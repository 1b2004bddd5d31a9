"""Files of lists: encodings, separators, lines, spreadsheets, and what is no list."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from policyserve.book.files import Source, read_source
from policyserve.book.headers import likeness, recognise
from policyserve.book.lists import AGENTS, CUSTOMERS, EVENT_LIST, POLICIES
from policyserve.errors import PolicyserveError


@pytest.fixture
def source(tmp_path: Path) -> Any:
    def read(content: str | bytes) -> Source:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source(path)

    return read


@pytest.fixture
def sheet(tmp_path: Path) -> Any:
    def read(*rows: list[object]) -> Source:
        path = tmp_path / "list.xlsx"
        with xlsxwriter.Workbook(path) as book:
            page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        page.write_datetime(number, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
                    elif isinstance(value, str):
                        page.write_string(number, place, value)
                    elif value is not None:
                        page.write(number, place, value)
        return read_source(path)

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_is_read_whatever_the_encoding(source: Any, encoding: str) -> None:
    read = source("客户号,姓名\nC1,㐀𠮷镕\n".encode(encoding))
    assert read.headers == ("客户号", "姓名")
    assert read.cells["1"].to_list() == ["㐀𠮷镕"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_in_the_header(source: Any, separator: str) -> None:
    read = source(f"a{separator}b\n1{separator}2\n")
    assert read.headers == ("a", "b")
    assert read.cells.select("0", "1").rows() == [("1", "2")]


def test_numbers_keep_their_leading_zeros(source: Any) -> None:
    assert source("a\n00012\n").cells["0"].to_list() == ["00012"]


def test_lines_stay_true_with_blank_lines_and_cells_of_several_lines(source: Any) -> None:
    read = source('\na,b\n1,x\n\n2,"two\nlines"\n3,y\r\n4,z')
    assert read.cells.select("line", "0").rows() == [(3, "1"), (5, "2"), (7, "3"), (8, "4")]


def test_a_row_with_more_cells_than_the_header_shows(source: Any) -> None:
    assert source("a,b\n1,2\n1,2,3,4\n").cells["extra"].to_list() == [None, "3"]


def test_a_header_without_rows_is_a_list_of_nothing(source: Any) -> None:
    assert source("a,b\n").cells.height == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (b"\x89PNG\x00\x01", "neither a CSV file nor a spreadsheet"),
        ('a,b\n"1,2\n', "quotation mark"),
        ("a，b\n1，2\n", "Chinese commas"),
        ("姓名，".encode() * 20 + b"\xff\xff\n", "damaged character"),
        (b"\xff\x80\xff\x80", "neither UTF-8 nor GB18030"),
        (b"PK\x03\x04 and nothing more", "cannot be opened"),
    ],
)
def test_what_is_no_list_is_told_in_a_sentence(source: Any, content: str | bytes, says: str) -> None:
    with pytest.raises(PolicyserveError, match=says):
        source(content)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyserveError, match="no file"):
        read_source(tmp_path / "none.csv")
    with pytest.raises(PolicyserveError, match="is a folder"):
        read_source(tmp_path)


def test_a_spreadsheet_reads_as_one_sees_it(sheet: Any) -> None:
    read = sheet(
        ["no", "day", "yes"], ["007", date(2026, 1, 5), True], [12.5, 45000, "N"], [None] * 3, [3, None, False]
    )
    assert read.cells.select("line", "0", "1", "2").rows() == [
        (2, "007", "2026-01-05 00:00:00", "true"),
        (3, "12.5", "45000", "N"),
        (5, "3", None, "false"),
    ]


def test_long_numbers_in_a_spreadsheet_have_lost_digits_and_long_texts_have_not(sheet: Any) -> None:
    read = sheet(["no"], ["110101199001011234"], [110101199001011234], [123456789012345])
    assert read.rounded is not None
    assert read.rounded.rows() == [(3, "0")]


def test_headers_are_known_in_both_languages_in_any_order_and_with_blanks() -> None:
    found = recognise((" 姓名 ", "Customer_No*", "Family No", "mood"), CUSTOMERS)
    assert found.places == {"name": "0", "customer_no": "1", "family_no": "2"}
    assert found.ignored == ("mood",)


def test_the_columns_of_a_reject_file_are_skipped_in_silence() -> None:
    found = recognise(("severity", "line", "field", "value", "reason", "客户号"), CUSTOMERS)
    assert (found.ignored, found.report) == ((), ("0", "1", "2", "3", "4"))


def test_a_missing_required_column_is_named_in_both_languages() -> None:
    with pytest.raises(PolicyserveError, match=r"agent_no \(工号\).*has: 姓名, 手机"):
        recognise(("姓名", "手机"), AGENTS)


def test_the_wrong_kind_of_list_gets_a_hint() -> None:
    with pytest.raises(PolicyserveError, match="looks like a list of agents"):
        recognise(("agent_no", "name", "team"), POLICIES)


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(PolicyserveError, match="more than once"):
        recognise(("customer_no", "客户号"), CUSTOMERS)


def test_events_need_one_of_two_numbers() -> None:
    with pytest.raises(PolicyserveError, match="policy_no"):
        recognise(("kind", "occurred_on"), EVENT_LIST)
    assert "customer_no" in recognise(("kind", "occurred_on", "客户号"), EVENT_LIST).places


def test_titles_above_the_header_and_the_hint_of_a_spreadsheet_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for text in ("清单,,\n,,\n客户号,姓名\nC1,甲\n", 'sep=;\n"清单 2026"\n客户号;姓名\nC1;甲\n'):
        path.write_text(text, "utf-8")
        read = read_source(path, partial(likeness, kind=CUSTOMERS))
        assert (read.headers, read.cells.row(0)[1:3]) == (("客户号", "姓名"), ("C1", "甲"))


def test_a_longer_row_shows_wherever_it_stands_and_blank_cells_behind_a_row_do_not(source: Any) -> None:
    assert source("a,b\n1,2,,x\n3,4\n").cells["extra"].to_list() == ["x", None]
    assert "extra" not in source("a,b,,\n1,2,,,\n3,4\n").cells.columns


@pytest.mark.parametrize("state", ["hide", "very_hidden"])
def test_a_sheet_that_one_does_not_see_is_not_read(tmp_path: Path, state: str) -> None:
    path = sheets(tmp_path, {"old": "C1", "new": "C2"}, hidden={"old": state})
    assert read_source(path, partial(likeness, kind=CUSTOMERS)).cells["0"].to_list() == ["C2"]


def test_of_several_lists_in_a_spreadsheet_one_is_named(tmp_path: Path) -> None:
    path = sheets(tmp_path, {"March": "C1", "April": "C2"})
    with pytest.raises(PolicyserveError, match=r"March, April.*--sheet"):
        read_source(path, partial(likeness, kind=CUSTOMERS))
    assert read_source(path, partial(likeness, kind=CUSTOMERS), "April").cells["0"].to_list() == ["C2"]


def sheets(folder: Path, lists: dict[str, str], hidden: dict[str, str] | None = None) -> Path:
    path = folder / "lists.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, number in lists.items():
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["customer_no", "name"])
            page.write_row(1, 0, [number, "One"])
            if state := (hidden or {}).get(name):
                getattr(page, state)()
        book.get_worksheet_by_name(next(name for name in reversed(lists))).activate()
    return path


def test_zeros_by_number_format_and_failed_formulas_read_as_one_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page, zeros = book.add_worksheet(), book.add_format({"num_format": "000000"})
        page.write_row(2, 1, ["policy_no", "paid_on"])
        page.write_number(3, 1, 12, zeros)
        page.write_formula(3, 2, "=1/0", None, "#DIV/0!")
    assert read_source(path).cells.rows() == [(4, "000012", "#DIV/0!")]


@pytest.mark.parametrize("text", ["<html><table>", "\n<!DOCTYPE html>", "<?xml version='1.0'?><Workbook>", "%PDF-1.7"])
def test_what_is_called_a_list_and_is_a_page_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.xls"
    path.write_text(text)
    with pytest.raises(PolicyserveError, match=r"web page|XML|PDF"):
        read_source(path)
