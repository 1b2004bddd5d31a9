"""Lists as core systems write them: headers over two rows, modes as numbers, years that are a word."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from policyserve.book import files
from policyserve.book.cells import parse
from policyserve.book.files import read_source
from policyserve.book.headers import Headers, likeness, recognise
from policyserve.book.lists import KINDS, POLICIES
from policyserve.book.policies import _once_paid
from policyserve.book.rows import Rows

FORMS = ("csv", "xlsx")
GROUPED = {
    "agents": (["人员", "", "归属", "", "日期", ""], ["工号", "姓名", "营业部", "机构", "入司日期", "离司日期"]),
    "customers": (["客户信息", "", "", "服务人员", ""], ["客户号", "姓名", "手机", "工号", "姓名"]),
    "policies": (
        ["保单信息", "", "", "", "投保人信息", "", "被保险人资料", "", "业务员"],
        ["保单号", "承保日期", "缴费方式", "保费", "客户号", "姓名", "客户号", "姓名", "工号"],
    ),
    "premiums": (["保单号", "期次", "应缴", "", "实缴", "", "划款", ""],
                 ["", "", "日期", "保费", "日期", "金额", "日期", "结果"]),
    "events": (["保单号", "事件", "", ""], ["", "类型", "日期", "金额"]),
    "referrals": (["转介绍人", "", "被介绍人", "", ""], ["客户号", "姓名", "客户号", "姓名", "介绍日期"]),
}  # fmt: skip
PLACES = {
    "agents": "agent_no name team branch joined_on left_on",
    "customers": "customer_no name phone agent_no",
    "policies": "policy_no issue_date mode premium customer_no insured_customer_no agent_no",
    "premiums": "policy_no instalment due_on amount paid_on paid_amount debit_on debit_result",
    "events": "policy_no kind occurred_on amount",
    "referrals": "referrer_no referred_no referred_name referred_on",
}
ENGLISH = (["Policy", "", "Due", "", "Paid", ""], ["No", "Instalment", "Date", "Amount", "Date", "Amount"])


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read spreadsheets here: the bound of memory is tried elsewhere."""
    monkeypatch.setattr(files, "bounded", lambda _, read, *arguments: read(*arguments))


def read(folder: Path, kind: str, rows: Sequence[Sequence[str]], form: str = "csv") -> tuple[Headers, Rows]:
    """Write a list, and read it."""
    path = folder / f"list.{form}"
    if form == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
    wanted = KINDS[kind]
    source = read_source(path, partial(likeness, kind=wanted))
    headers = recognise(source.headers, wanted)
    return headers, parse(source, headers, wanted)


@pytest.mark.parametrize("titles", [[], [["三月清单"]]], ids=["at the top", "below a title"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_header_over_two_rows_is_read_as_one(tmp_path: Path, kind: str, form: str, titles: list[list[str]]) -> None:
    upper, lower = GROUPED[kind]
    headers, rows = read(tmp_path, kind, [*titles, upper, lower, ["7"] * len(lower)], form)
    assert set(headers.places) == set(PLACES[kind].split())
    assert rows.values["line"].to_list() == [len(titles) + 3]


def test_an_english_header_over_two_rows_is_read_as_one(tmp_path: Path) -> None:
    headers, _ = read(tmp_path, "premiums", [*ENGLISH, ["P1", "2", "2026-01-01", "7", "", ""]])
    assert set(headers.places) == {"policy_no", "instalment", "due_on", "amount", "paid_on", "paid_amount"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_header_of_one_row_stays_one(tmp_path: Path, kind: str, form: str) -> None:
    header = [column.chinese for column in KINDS[kind].columns]
    _, rows = read(tmp_path, kind, [["清单", "说明"], header, ["7"] * len(header)], form)
    assert rows.values["line"].to_list() == [3]


def policies(folder: Path, form: str, /, header: str = "缴费方式", **cells: Sequence[str]) -> Rows:
    """Read a list of policies with these cells, one row for each; `header` stands above their modes."""
    count = len(next(iter(cells.values())))
    base = {"policy_no": [f"P{number}" for number in range(count)], "customer_no": ["C1"] * count,
            "agent_no": ["A1"] * count, "issue_date": ["2025-01-31"] * count, "mode": ["annual"] * count,
            "premium": ["1200"] * count} | cells  # fmt: skip
    heads = [header if name == "mode" else name for name in base]
    _, rows = read(folder, "policies", [heads, *map(list, zip(*base.values(), strict=True))], form)
    return _once_paid(rows)


NAMES = {
    "annual": "年 年缴 年交 年付 每年 按年交 年缴费 年度 年繳 一年一次 Yearly annual",
    "semi-annual": "半年 半年缴 半年交 每半年 半年付 按半年缴 half-yearly 半年度缴 6个月",
    "quarterly": "季 季缴 季度 每季度 按季交 季付 季交费 quarterly Q",
    "monthly": "月 月缴 月交 每月 按月 月付 月度 monthly M",
    "single": "趸 趸交 趸缴 躉繳 一次交清 一次性缴清 0 single",
}


@pytest.mark.parametrize("form", FORMS)
def test_modes_are_known_by_the_names_of_core_systems(tmp_path: Path, form: str) -> None:
    words = [(word, mode) for mode, text in NAMES.items() for word in text.split()]
    rows = policies(tmp_path, form, mode=[word for word, _ in words])
    assert rows.values["mode"].to_list() == [mode for _, mode in words]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("header", "cells", "modes"),
    [
        ("缴费方式", "12 6 3 1 0", "annual semi-annual quarterly monthly single"),
        ("缴费方式", "12 1 4", "monthly annual quarterly"),
        ("缴费间隔", "12 1 0", "annual monthly single"),
        ("交费周期", "1 12", "monthly annual"),
        ("缴费频次", "12 1", "monthly annual"),
        ("payment_frequency", "12 1", "monthly annual"),
        ("缴费方式", "12.0 3 年缴", "annual quarterly annual"),
    ],
)
def test_numbers_are_months_or_times_by_the_list(
    tmp_path: Path, form: str, header: str, cells: str, modes: str
) -> None:
    rows = policies(tmp_path, form, header, mode=cells.split())
    assert rows.values["mode"].to_list() == modes.split()
    assert rows.rejected.is_empty()


@pytest.mark.parametrize("cells", ["12 1", "12", "1", "3 4", "2 6 12"])
def test_a_number_that_may_be_either_is_asked_for(tmp_path: Path, cells: str) -> None:
    rows = policies(tmp_path, "csv", mode=[*cells.split(), "年缴"])
    assert rows.rejected.len() == len(cells.split())
    assert "months or times a year" in rows.all_problems["reason"][0]
    assert rows.values["mode"].to_list()[-1] == "annual"


@pytest.mark.parametrize("form", FORMS)
def test_a_premium_paid_once_has_no_years_of_payment(tmp_path: Path, form: str) -> None:
    words = ["趸交", "趸缴", "一次交清", "Single", "lump sum", "0", "趸", "20", "20年"]
    rows = policies(tmp_path, form, mode=["趸缴"] * len(words), pay_years=words)
    assert rows.rejected.is_empty()
    assert rows.values["pay_years"].to_list() == [None] * 7 + [20, 20]
    assert rows.values["-pay_years"].to_list() == [True] * 7 + [False] * 2


def test_a_premium_paid_once_and_every_month_is_asked_for(tmp_path: Path) -> None:
    rows = policies(tmp_path, "csv", mode=["月缴", "annual"], pay_years=["趸交", "0"])
    assert rows.rejected.len() == 2
    assert rows.all_problems["field"].to_list() == ["pay_years"] * 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", ["终身", "終身", "Whole Life", "whole life", "lifetime", "终身缴费", "-"])
def test_what_lasts_for_life_has_no_end(tmp_path: Path, form: str, word: str) -> None:
    rows = policies(tmp_path, form, pay_years=[word, "10"], ends_on=[word, "2045-01-30"])
    assert rows.rejected.is_empty()
    assert rows.values["pay_years"].to_list() == [None, 10]
    assert rows.values["ends_on"].to_list() == [None, date(2045, 1, 30)]
    assert rows.values["-ends_on"].to_list() == rows.values["-pay_years"].to_list() == [True, False]


def test_other_columns_do_not_take_a_life_for_nothing(tmp_path: Path) -> None:
    rows = policies(tmp_path, "csv", product=["终身", "Whole Life"], channel=["life", "趸交"])
    assert rows.values["product"].to_list() == ["终身", "Whole Life"]
    assert rows.values["channel"].to_list() == ["life", "趸交"]
    assert not [column for column in POLICIES.columns if column.spelt and column.name not in {"pay_years", "ends_on"}]
