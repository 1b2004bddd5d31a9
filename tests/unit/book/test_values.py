"""How cells are read."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from policyserve.book.cells import parse_texts
from policyserve.book.list_columns import Column
from policyserve.book.lists import AGENTS, CUSTOMERS, POLICIES, PREMIUMS


def read(column: Column, *cells: str | None, sheet: bool = False) -> list[object]:
    texts = pl.DataFrame({"line": range(2, len(cells) + 2), column.name: cells}, schema_overrides={"line": pl.UInt32})
    return parse_texts(texts, [column], sheet=sheet).values[column.name].to_list()


DAY = POLICIES.column("receipt_on")


@pytest.mark.parametrize(
    "text",
    ["2026-11-21", "2026/11/21", "20261121", "2026.11.21", "2026年11月21日", "2026-11-21 00:00:00", "２０２６-11-21"],
)
def test_a_date_is_read_in_every_usual_way_of_writing(text: str) -> None:
    assert read(DAY, text) == [date(2026, 11, 21)]


def test_days_and_months_need_no_leading_zero() -> None:
    assert read(DAY, "2026/1/5", "2026-1-5") == [date(2026, 1, 5)] * 2


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "1899-12-31", "2201-01-01", "26-01-05", "45000", "soon"])
def test_an_impossible_date_is_none(text: str) -> None:
    assert read(DAY, text) == [None]


def test_in_a_spreadsheet_45000_is_a_day() -> None:
    assert read(DAY, "45000", "45000.5", "2026-03-04", sheet=True) == [date(2023, 3, 15)] * 2 + [date(2026, 3, 4)]


def test_an_amount_may_have_thousands_separators_and_a_currency_sign() -> None:
    amounts = read(POLICIES.column("premium"), "1200", "1,234,567.89", "¥99.5", "￥1,200元", "-5", "100.500000", "＄7")
    assert amounts == [12_000_000, 12_345_678_900, 995_000, 12_000_000, -50_000, 1_005_000, 70_000]


@pytest.mark.parametrize("text", ["12,34", "1.234,56", "abc", "1e3", "1.23456", "123456789012345", "--5", "1 200 x"])
def test_what_is_no_clear_amount_is_none(text: str) -> None:
    assert read(POLICIES.column("premium"), text) == [None]


def test_yes_and_no_are_read_in_both_languages() -> None:
    yes = read(POLICIES.column("group"), "Y", "yes", "TRUE", "1", "是")
    no = read(POLICIES.column("group"), "N", "no", "false", "0", "否")
    assert (yes, no) == ([True] * 5, [False] * 5)
    assert read(POLICIES.column("group"), "maybe") == [None]


def test_words_for_a_code_are_read_in_both_languages() -> None:
    modes = read(POLICIES.column("mode"), "趸缴", "年缴", "Semi-Annual", "semi annual", "QUARTERLY", "月缴", "weekly")
    assert modes == ["single", "annual", "semi-annual", "semi-annual", "quarterly", "monthly", None]
    assert read(CUSTOMERS.column("gender"), "M", "女", "Female") == ["male", "female", "female"]
    assert read(PREMIUMS.column("debit_result"), "成功", "FAILED") == ["success", "failed"]


def test_a_mobile_number_is_kept_in_its_eleven_digits() -> None:
    assert read(AGENTS.column("phone"), "13800138000", "+86 138-0013-8000", "86 13800138000") == ["13800138000"] * 3


def test_landlines_and_numbers_abroad_are_phones_too() -> None:
    phones = read(AGENTS.column("phone"), "021-6543 2100", "400-800-1234", "+44 20 7946 0000")
    assert phones == ["02165432100", "4008001234", "+442079460000"]


@pytest.mark.parametrize("text", ["123", "none", "12800138000", "1380013800", "+0123456"])
def test_what_is_no_phone_is_none(text: str) -> None:
    assert read(AGENTS.column("phone"), text) == [None]


def test_a_lunar_birthday_is_written_with_two_digits() -> None:
    days = read(CUSTOMERS.column("lunar_birthday"), "1968-8-15", "1968-闰7-15", "1968-闰8-15", "1968-13-01", None)
    assert days == ["1968-08-15", "1968-闰07-15", None, None, None]


def test_a_whole_number_stays_in_its_range() -> None:
    assert read(PREMIUMS.column("instalment"), "1", "2.0", "0", "-1", "1.5", "x", "99999999999") == [
        1, 2, None, None, None, None, None,
    ]  # fmt: skip


def test_a_currency_is_three_letters() -> None:
    assert read(POLICIES.column("currency"), "usd", "人民币", "RMB", "dollar", "12") == [
        "USD", "CNY", "CNY", None, None,
    ]  # fmt: skip


def test_a_number_in_powers_of_ten_has_lost_digits() -> None:
    rows = parse_texts(
        pl.DataFrame({"line": [2], "policy_no": ["1.10101E+17"]}, schema_overrides={"line": pl.UInt32}),
        [POLICIES.column("policy_no")],
    )
    assert rows.rejected.to_list() == [2]
    assert "lost digits" in rows.all_problems["reason"][0]
