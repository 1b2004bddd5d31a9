"""Spreadsheets in through the command: sheets, titles, numbers and dates as typed."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from commands import Desk
from desks.lists_of_two import AGENTS, AS_OF, CUSTOMERS, HEADER, counts, policies, write_xlsx


@pytest.fixture
def people(desk: Desk) -> Desk:
    """Return a desk with two agents and two customers."""
    desk.take("agents", AGENTS, as_of=AS_OF)
    desk.take("customers", CUSTOMERS, as_of=AS_OF)
    return desk


CLERKS: list[list[object]] = [
    ["客户清单（2026年2月）"],
    [],
    [None, "制表：内勤"],
    ["客户号", "姓名"],
    ["C1", "张甲"],
    [None, "李乙"],
]
"""A clerk's sheet: a title, an empty row, a remark, and only then the header, in line 4."""


def test_titles_above_the_header_of_a_spreadsheet_are_passed_over(desk: Desk) -> None:
    path = write_xlsx(desk.folder / "客户.xlsx", CLERKS)
    result = desk.run("import", "customers", path, "--as-of", AS_OF, "--format", "json")
    assert counts(result.rows[0]) == (1, 0, 0, 1)
    with Path(result.rows[0]["rejects"]).open(encoding="utf-8-sig") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["6"]


def test_the_sheet_with_the_header_is_read_and_named_where_there_are_several(desk: Desk) -> None:
    notes: list[list[object]] = [["说明"], ["姓名以身份证为准"]]
    path = write_xlsx(desk.folder / "客户.xlsx", notes, [], CLERKS[:5])
    told = desk.do("import", "customers", path, "--as-of", AS_OF)
    assert "1 added" in told
    assert "'Sheet3'" in told


def test_a_single_sheet_needs_no_name(desk: Desk) -> None:
    path = write_xlsx(desk.folder / "客户.xlsx", CLERKS[:5])
    assert "heet" not in desk.do("import", "customers", path, "--as-of", AS_OF)


def test_of_a_spreadsheet_without_the_header_the_columns_that_it_has_are_told(desk: Desk) -> None:
    path = write_xlsx(desk.folder / "客户.xlsx", [["说明"]], [["客户清单"], ["姓名", "手机"], ["张甲", "138"]])
    refused = desk.run("import", "customers", path, "--as-of", AS_OF)
    assert refused.status == 1
    assert "customer_no" in refused.err
    assert "姓名, 手机" in refused.err


def test_a_spreadsheet_goes_in_with_its_dates_and_with_numbers_as_typed(people: Desk) -> None:
    """Numbers of policies typed as numbers stay whole: 8800123, not 8800123.0."""
    path = write_xlsx(
        people.folder / "policies.xlsx",
        [
            ["保单号", "投保人客户号", "服务人员", "承保日期", "缴费方式", "期缴保费"],
            [8800123, "C1", "A1", date(2025, 1, 31), "年缴", 1200.5],
            ["0012", "C2", "A2", "2025/03/01", "月缴", 99],
        ],
    )
    result = people.run("import", "policies", path, "--as-of", AS_OF, "--format", "json")
    assert result.status == 0
    assert counts(result.rows[0]) == (2, 0, 0, 0)
    assert {row["policy_no"]: row["denominator"] for row in policies(people)} == {
        "0012": "1188.00",
        "8800123": "1200.50",
    }


def test_rejects_of_a_spreadsheet_are_mended_in_a_file_of_text(people: Desk) -> None:
    rows: list[list[object]] = [[*HEADER.strip().split(",")], ["P1", "C9", "A1", date(2025, 1, 31), "annual", 1200]]
    path = write_xlsx(people.folder / "policies.xlsx", rows)
    result = people.run("import", "policies", path, "--as-of", AS_OF, "--format", "json")
    assert result.status == 3
    rejects = Path(result.rows[0]["rejects"])
    rejects.write_text(rejects.read_text("utf-8-sig").replace("P1,C9", "P1,C1"), "utf-8")
    assert people.run("import", "policies", rejects, "--as-of", AS_OF).status == 0


def test_a_number_too_long_for_a_spreadsheet_is_not_taken_with_lost_digits(desk: Desk) -> None:
    path = write_xlsx(desk.folder / "customers.xlsx", [["customer_no", "name"], [110101199001011234, "One"]])
    result = desk.run("import", "customers", path, "--as-of", AS_OF)
    assert result.status == 3
    assert "1 rejected" in result.out


def test_a_birthday_as_a_spreadsheet_date_is_that_day(people: Desk) -> None:
    path = write_xlsx(people.folder / "c.xlsx", [["customer_no", "birthday"], ["C1", date(1985, 3, 12)]])
    people.do("import", "customers", path, "--as-of", AS_OF)
    assert "1985-03-12" in people.do("customer", "C1", "--as-of", AS_OF)
