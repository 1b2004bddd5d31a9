"""Cleaning only where a cell needs it: the same cells as every rule on every cell, one at a time."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from policyserve.book.cells import cleaned
from policyserve.book.cleaning import clean
from policyserve.book.csv_files import read_csv
from policyserve.book.header_row import any_row
from policyserve.book.headers import words_of
from policyserve.book.list_columns import Column
from policyserve.book.lists import CUSTOMERS, KINDS, POLICIES
from policyserve.book.signs import Signs, signs_of
from policyserve.book.totals import without_totals

PLAIN = ["C001", "张三", "2026-11-21", "", "NULL", "无", "n/a", "O'Neil", "a=b"]
ODD = {
    "a blank": " C001 ",
    "a time": "2026-11-21 00:00:00",
    "a tab": "a\tb",
    "an end of a line": "甲\n乙",
    "another blank": "张\u3000三",
    "full width": "Ｃ００１",
    "a comma of Chinese": "游泳、读书",
    "a sign that is not seen": "C\u200b001",
    "a dot in a name": "阿·买",
    "forced text": '="0012"',
    "an apostrophe": "'0012",
    "an apostrophe behind a blank": " '0012",
    "nothing behind a blank": " 空",
}
COLUMNS = [CUSTOMERS.column("customer_no"), CUSTOMERS.column("name"), CUSTOMERS.column("occupation"),
           CUSTOMERS.column("hobbies"), POLICIES.column("mode"), POLICIES.column("issue_date")]  # fmt: skip


def one_by_one(cells: list[str], column: Column) -> list[str | None]:
    return [pl.DataFrame({column.name: [cell]}).select(clean(pl.col(column.name), column)).item() for cell in cells]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_is_cleaned_as_its_cells_one_by_one(odd: str, column: Column) -> None:
    cells = [*PLAIN, ODD[odd], *PLAIN]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["x"], *([cell] for cell in cells if cell)])
    for signs in (signs_of(text.getvalue().encode()), Signs()):
        assert cleaned(pl.Series(column.name, cells), column, signs).to_list() == one_by_one(cells, column)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_of_plain_cells_is_cleaned_too(column: Column) -> None:
    signs = signs_of("\r\n".join(PLAIN).encode())
    assert not signs.blanks
    assert not signs.odd
    assert cleaned(pl.Series(column.name, PLAIN), column, signs).to_list() == one_by_one(PLAIN, column)


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_that_stands_again_and_a_total_are_found_among_plain_numbers(kind: str) -> None:
    wanted = KINDS[kind]
    key = next(column for column in wanted.columns if column.form == "number")
    totals = [
        *words_of(key, wanted),
        "合计",
        "Total",
        "t o t a l : 3",
        "共3条",
        "Page 1 of 2",
        "制表人：甲",
        "Printed by: X",
    ]
    cells = pl.DataFrame({"line": range(len(totals) + 2), "0": ["P001", *totals, "2024000017"]})
    texts = cells.rename({"0": key.name})
    left, lines = without_totals(texts, cells, wanted)
    assert (left[key.name].to_list(), len(lines)) == (["P001", "2024000017"], len(totals))


@pytest.mark.parametrize(
    ("row", "beyond"), [("C1,甲,x", "x"), ("C1,甲,,,,x", "x"), ('"C1",甲,"a,b"', "a,b"), ("C1,甲,x,,", "x")]
)
def test_what_a_row_has_beyond_the_header_is_never_lost(row: str, beyond: str) -> None:
    text = f"customer_no,name\nC0,乙\n{row}\nC2,丙,\n"
    _, cells = read_csv(text.encode(), "list.csv", any_row, 100)
    assert cells["extra"].to_list() == [None, beyond, None]
