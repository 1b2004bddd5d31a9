"""Cells as core systems, spreadsheets and clerks write them, in every column of every list and every kind of file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from policyserve.book import files
from policyserve.book.cells import parse
from policyserve.book.files import read_source
from policyserve.book.headers import likeness, recognise
from policyserve.book.list_columns import Column
from policyserve.book.lists import KINDS
from policyserve.book.rows import Rows
from policyserve.book.values import name_key, phone_key

FORMS = ("utf-8", "gb18030", "utf-16", "xlsx")
NEEDED = {
    "agents": {"agent_no": "A9", "name": "甲"},
    "customers": {"customer_no": "C9"},
    "policies": {
        "policy_no": "P9", "customer_no": "C1", "agent_no": "A1", "issue_date": "2025-01-31", "mode": "annual",
        "premium": "1200",
    },
    "premiums": {"policy_no": "P9", "instalment": "2"},
    "events": {"policy_no": "P9", "kind": "surrender", "occurred_on": "2025-01-01"},
    "referrals": {"referrer_no": "C9", "referred_on": "2025-01-01"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read spreadsheets here: the bound of memory is tried elsewhere, and a process for each takes long."""
    monkeypatch.setattr(files, "bounded", lambda _, read, *arguments: read(*arguments))


def of(kind: str, *forms: str) -> list[Column]:
    """Return the columns of a list, those of these forms if any are named."""
    return [column for column in KINDS[kind].columns if not forms or column.form in forms]


def read(folder: Path, kind: str, cells: Mapping[str, Sequence[str]], form: str = "utf-8", below: str = "") -> Rows:
    """Read a list with these cells in its columns, the needed ones beside them, and perhaps a row `below`."""
    needed = {name: value for name, value in NEEDED[kind].items() if name not in cells}
    rows = [[*cells, *needed], *([*row, *needed.values()] for row in zip(*cells.values(), strict=True))]
    if below:
        rows.append([below, *([""] * (len(rows[0]) - 1))])
    path = folder / ("list.xlsx" if form == "xlsx" else "list.csv")
    if form == "xlsx":
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        path.write_bytes(text.getvalue().encode(form))
    wanted = KINDS[kind]
    source = read_source(path, partial(likeness, kind=wanted))
    return parse(source, recognise(source.headers, wanted), wanted)


def found(rows: Rows, column: str) -> list[str]:
    """Return the severities of the problems of a column."""
    return rows.all_problems.filter(field=column)["severity"].to_list()


GOOD = {
    "number": "K12", "text": "甲乙", "name": "甲乙", "date": "2025-03-01", "birthday": "1980-03-01", "money": "1234.50",
    "whole": "7", "yes-no": "Y", "phone": "13800138000", "lunar": "1968-08-15", "currency": "CNY",
    "days": "周一、周三", "languages": "普通话",
}  # fmt: skip


def good(column: Column) -> str:
    return GOOD.get(column.form) or next(iter(column.words))


def spoilt(cell: str) -> list[str]:
    """Return a cell as it is, and with signs in it that nobody sees or that are wider than they should be."""
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else sign for sign in cell)
    return [
        cell, f"\u200b{cell}", f"\ufeff{cell}\u2060", f"\u3000{cell}\xa0", f"\u202d{cell}\u202c", f" {cell}\u200f ",
        wide,
    ]  # fmt: skip


every_list = pytest.mark.parametrize("kind", KINDS)
every_file = pytest.mark.parametrize("form", FORMS)


@every_file
@every_list
def test_signs_that_nobody_sees_change_no_cell(tmp_path: Path, kind: str, form: str) -> None:
    rows = read(tmp_path, kind, {column.name: spoilt(good(column)) for column in of(kind)}, form)
    assert {name: set(rows.values[name]) for name in KINDS[kind].names if rows.values[name].n_unique() != 1} == {}
    assert (rows.values.null_count().select(KINDS[kind].names).row(0), rows.all_problems.height) == (
        (0,) * len(KINDS[kind].names),
        0,
    )


@every_file
@every_list
def test_a_number_that_was_forced_to_be_text_is_that_number(tmp_path: Path, kind: str, form: str) -> None:
    numbers = [column.name for column in of(kind, "number")]
    rows = read(tmp_path, kind, dict.fromkeys(numbers, ("0012", "'0012", '="0012"', "００１２")), form)
    assert {name: set(rows.values[name]) for name in numbers} == {name: {"0012"} for name in numbers}


@every_file
@every_list
def test_a_word_for_nothing_is_nothing(tmp_path: Path, kind: str, form: str) -> None:
    words = ("NULL", "null", "N/A", "#N/A", "无", "空", "ＮＵＬＬ")
    columns = [column for column in of(kind) if not column.own and column.name not in NEEDED[kind]]
    rows = read(tmp_path, kind, {column.name: words for column in columns}, form)
    assert all(rows.values[column.name].null_count() == len(words) for column in columns)
    assert rows.all_problems.is_empty()
    for column in (column for column in of(kind) if column.required and not column.own):
        assert found(read(tmp_path, kind, {column.name: words}, form), column.name) == ["rejected"] * len(words)


@every_list
def test_nothing_is_a_word_in_a_text_of_a_persons_own(tmp_path: Path, kind: str) -> None:
    for column in (column for column in of(kind) if column.own):
        assert read(tmp_path, kind, {column.name: ("无", "Null")}).values[column.name].to_list() == ["无", "Null"]


DECISIVE = (
    "effective_date", "pay_years", "ends_on", "receipt_on", "main_policy_no", "deceased_on", "left_on", "due_on",
    "amount", "paid_on", "paid_amount", "debit_on", "debit_result",
)  # fmt: skip
UNREADABLE = ("#REF!", "#VALUE!", "未知", "待定", "2026-02-30", "2206-01-01")
NO_PHONES = (*UNREADABLE[:4], "1380013800", "138001380001")


@every_file
@every_list
def test_what_cannot_be_read_rejects_where_an_empty_cell_would_mean_something(
    tmp_path: Path, kind: str, form: str
) -> None:
    columns = of(kind, "date", "birthday", "money", "whole", "code", "phone", "yes-no")
    rows = read(
        tmp_path, kind, {column.name: NO_PHONES if column.form == "phone" else UNREADABLE for column in columns}, form
    )
    for column in columns:
        severity = "rejected" if column.required or column.name in DECISIVE else "warning"
        assert found(rows, column.name)[: len(UNREADABLE)] == [severity] * len(UNREADABLE), column.name
        assert rows.values[column.name].null_count() == len(UNREADABLE)


@every_file
@every_list
def test_a_failed_formula_is_no_number(tmp_path: Path, kind: str, form: str) -> None:
    numbers = [column.name for column in of(kind, "number")]
    rows = read(tmp_path, kind, dict.fromkeys(numbers, ("#REF!", "1.2E+17")), form)
    assert all(found(rows, name)[:2] == ["rejected"] * 2 for name in numbers)


NO_DAYS = (
    "1899-12-30", "1900/1/1", "0001-01-01", "9999-12-31", "99991231", "1900-01-01 00:00:00", "0000-00-00", "1900-01-00",
)  # fmt: skip


@every_file
@pytest.mark.parametrize("kind", [kind for kind in KINDS if of(kind, "date", "birthday")])
def test_a_day_that_stands_for_none_is_an_empty_cell(tmp_path: Path, kind: str, form: str) -> None:
    columns = of(kind, "date", "birthday")
    rows = read(tmp_path, kind, {column.name: NO_DAYS for column in columns}, form)
    for column in columns:
        assert rows.values[column.name].null_count() == len(NO_DAYS)
        told = {"rejected"} if column.required else {"warning"} if column.decisive else set()
        assert set(found(rows, column.name)) == told, column.name


TOTALS = (
    "合计", "小 计：", "本页小计", "总计（元）", "杭州分公司小计", "Total", "Grand total:", "Sub-Total", "共 2 条",
    "第1页 共3页", "Page 1 of 3", "制表人：某某", "打印日期：2026-03-01",
)  # fmt: skip


@every_file
@every_list
def test_a_row_of_totals_is_left_out_and_told(tmp_path: Path, kind: str, form: str) -> None:
    first = next(iter(NEEDED[kind]))
    for word in TOTALS if form == "utf-8" else TOTALS[:3]:
        rows = read(tmp_path, kind, {first: [NEEDED[kind][first]]}, form, below=word)
        assert (rows.values.height, rows.totals, rows.all_problems.height) == (1, (3,), 0), word
    again = read(tmp_path, kind, {first: [NEEDED[kind][first]]}, form, below=KINDS[kind].column(first).chinese)
    assert again.totals == (3,)


AMOUNTS = {
    "10,000.00元": 10_000, "1万元": 10_000, "1.5万": 15_000, "￥6,000": 6_000, "¥ 6000.00": 6_000, "６０００": 6_000,
    "RMB 6000": 6_000, "6,000.00 CNY": 6_000, "人民币6000元整": 6_000, "（600.00）": -600, "(1,600)": -1_600,
    "-600.00": -600,
}  # fmt: skip


@every_file
@pytest.mark.parametrize("kind", [kind for kind in KINDS if of(kind, "money")])
def test_amounts_are_understood_as_they_are_written(tmp_path: Path, kind: str, form: str) -> None:
    names = [column.name for column in of(kind, "money")]
    cells = [cell.replace("￥", "¥") if form == "gb18030" else cell for cell in AMOUNTS]
    rows = read(tmp_path, kind, dict.fromkeys(names, cells), form)
    for name in names:
        assert rows.values[name].to_list() == [amount * 10_000 for amount in AMOUNTS.values()]


@pytest.mark.parametrize("cell", ["1.2e4", "6.000,00", "1000/月", "陆仟元", "免", "1e400", "600-", "12.3.4"])
def test_an_amount_that_may_be_another_one_is_none(tmp_path: Path, cell: str) -> None:
    assert found(read(tmp_path, "premiums", {"paid_amount": [cell]}), "paid_amount") == ["rejected"]


PHONES = {
    "0138 0013 8000": "13800138000", "+86-138 0013 8000": "13800138000", "(86)13800138000": "13800138000",
    "0086 13800138000": "13800138000", "+0086-13800138000": "13800138000", "１３８００１３８０００": "13800138000",
    "13800138000.0": "13800138000", "(010) 8888 6666": "01088886666", "0571-88886666": "057188886666",
    "＋８６　138 0013 8000": "13800138000",
}  # fmt: skip


@every_file
@pytest.mark.parametrize("kind", [kind for kind in KINDS if of(kind, "phone")])
def test_phones_are_one_number_however_they_are_written(tmp_path: Path, kind: str, form: str) -> None:
    for column in of(kind, "phone"):
        rows = read(tmp_path, kind, {column.name: list(PHONES)}, form)
        assert rows.values[column.name].to_list() == list(PHONES.values())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if of(kind, "date")])
def test_days_are_understood_with_a_time_behind_them(tmp_path: Path, kind: str) -> None:
    days = (
        "2025-03-01 08:30", "2025/3/1 0:00:00", "2025年3月1日 下午 3:00", "20250301", "2025.03.01",
        "2025-03-01T08:30:00.5",
    )  # fmt: skip
    rows = read(tmp_path, kind, {column.name: days for column in of(kind, "date")})
    assert all(set(rows.values[column.name]) == {date(2025, 3, 1)} for column in of(kind, "date"))


DOTS = ("买买提·阿不都", "买买提•阿不都", "买买提．阿不都", "买买提・阿不都", " 买买提 · 阿不都\u200b")


def test_names_and_phones_are_compared_by_a_key() -> None:
    names = pl.DataFrame({"name": DOTS})
    assert names.select(name_key(pl.col("name"))).to_series().n_unique() == 1
    phones = pl.DataFrame({"phone": ["13800138000", "0138-0013-8000", "+86 138 0013 8000", "００８６13800138000"]})
    assert phones.select(phone_key(pl.col("phone"))).to_series().to_list() == ["13800138000"] * 4
