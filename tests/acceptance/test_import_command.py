"""Lists in through the command: what is right goes in, what is wrong comes back and can be mended."""

from __future__ import annotations

import csv
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from commands import COMMAND, Desk, in_a_sentence

AS_OF = "2026-03-01"

AGENTS = "agent_no,name\nA1,Agent 1\nA2,Agent 2\n"
CUSTOMERS = "customer_no,name\nC1,One\nC2,Two\n"
HEADER = "policy_no,customer_no,agent_no,issue_date,mode,premium\n"
GOOD = "P1,C1,A1,2025-01-31,annual,1200\n"


@pytest.fixture
def people(desk: Desk) -> Desk:
    """Return a desk with two agents and two customers."""
    desk.take("agents", AGENTS, as_of=AS_OF)
    desk.take("customers", CUSTOMERS, as_of=AS_OF)
    return desk


def policies(desk: Desk) -> list[dict[str, Any]]:
    """Return the policies of the first two customers, from their cards."""
    rows = desk.ask("metrics", "persistency", "--policies", "--as-of", "2030-01-01")
    return sorted(rows, key=lambda row: str(row["policy_no"]))


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["added"], report["updated"], report["unchanged"], report["rejected"]


BAD_ROWS = {
    "P2,C9,A1,2025-01-31,annual,1200": ("customer_no", "C9"),
    "P3,C1,A9,2025-01-31,annual,1200": ("agent_no", "A9"),
    "P4,C1,A1,2025-02-30,annual,1200": ("issue_date", "2025-02-30"),
    "P5,C1,A1,,annual,1200": ("issue_date", ""),
    "P6,C1,A1,2025-01-31,annual,0": ("premium", "0"),
    "P7,C1,A1,2025-01-31,annual,-5": ("premium", "-5"),
    "P8,C1,A1,2025-01-31,fortnightly,1200": ("mode", "fortnightly"),
    "P9,C1,A1,2025-01-31,annual,a lot": ("premium", "a lot"),
    ",C1,A1,2025-01-31,annual,1200": ("policy_no", ""),
}
"""A row that is rejected: the field and the value that are named."""


def test_rejected_rows_come_back_with_line_field_value_and_reason(people: Desk) -> None:
    report = people.take("policies", HEADER + GOOD + "\n".join(BAD_ROWS), as_of=AS_OF, status=3)
    assert counts(report) == (1, 0, 0, len(BAD_ROWS))
    with Path(report["rejects"]).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    found = [(int(row["line"]), row["field"], row["value"]) for row in rows]
    assert found == [(line, field, value) for line, (field, value) in enumerate(BAD_ROWS.values(), start=3)]
    assert all(len(row["reason"]) > 5 for row in rows)
    assert [row["policy_no"] for row in rows] == ["P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", ""]


def test_a_mended_reject_file_is_imported_as_it_is(any_desk: Desk) -> None:
    any_desk.take("agents", AGENTS, as_of=AS_OF)
    any_desk.take("customers", CUSTOMERS, as_of=AS_OF)
    text = HEADER + GOOD + "P2,C9,A1,2025-01-31,annual,1200\nP3,C1,A1,2025-02-30,annual,900\n"
    report = any_desk.take("policies", text, as_of=AS_OF, status=3)
    rejects = Path(report["rejects"])
    mended = rejects.read_text("utf-8-sig").replace("P2,C9", "P2,C2").replace("C1,A1,2025-02-30", "C1,A1,2025-02-28")
    rejects.write_text(mended, "utf-8")
    again = any_desk.run("import", "policies", rejects, "--as-of", AS_OF, "--format", "json")
    assert again.status == 0
    assert counts(again.rows[0]) == (2, 0, 0, 0)
    assert [row["policy_no"] for row in policies(any_desk)] == ["P1", "P2", "P3"]


def test_the_reject_file_goes_where_it_is_asked_to(people: Desk) -> None:
    path, rejects = people.write("list.csv", HEADER + "P1,C9,A1,2025-01-31,annual,1\n"), people.folder / "wrong.csv"
    assert people.run("import", "policies", path, "--rejects", rejects).status == 3
    assert "C9" in rejects.read_text("utf-8-sig")


def test_people_are_told_what_was_rejected_and_where_it_is(people: Desk) -> None:
    path = people.write("list.csv", HEADER + GOOD + "P2,C9,A1,2025-01-31,annual,1200\n")
    result = people.run("import", "policies", path, "--as-of", AS_OF)
    assert result.status == 3
    for part in ("1 added", "1 rejected", "customer_no", "C9"):
        assert part in result.out
    assert "list.rejects.csv" in result.err


def test_importing_again_changes_nothing(any_desk: Desk) -> None:
    lists = {
        "agents": AGENTS,
        "customers": CUSTOMERS,
        "policies": HEADER + GOOD,
        "premiums": "policy_no,instalment,amount,debit_on,debit_result\nP1,2,1200,2026-01-31,success\n",
        "events": "policy_no,kind,occurred_on,detail\nP1,complaint,2026-02-01,late call\n",
        "referrals": "referrer_no,referred_no,referred_on\nC1,C2,2025-06-01\n",
    }
    for kind, text in lists.items():
        assert counts(any_desk.take(kind, text, as_of=AS_OF))[0] > 0
    for kind, text in lists.items():
        added, updated, unchanged, rejected = counts(any_desk.take(kind, text, as_of=AS_OF))
        assert (added, updated, rejected) == (0, 0, 0), kind
        assert unchanged == text.count("\n") - 1, kind


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(people: Desk) -> None:
    path = people.write("list.csv", HEADER + GOOD + "P2,C9,A1,2025-01-31,annual,1200\n")
    tried = people.run("import", "policies", path, "--dry-run", "--as-of", AS_OF, "--format", "json")
    assert tried.status == 3
    assert counts(tried.rows[0]) == (1, 0, 0, 1)
    assert people.run("policy", "P1").status == 1
    assert counts(people.take("policies", HEADER + GOOD, as_of=AS_OF)) == (1, 0, 0, 0)


CHINESE = {
    "agents": "工号,姓名,部组,机构,主管工号,入司日期\nA1,甲,一部,北区,,2020/01/15\nA2,乙,一部,北区,A1,20200116\n",
    "customers": (
        "客户号,姓名,性别,生日,农历生日,手机,VIP等级,服务人员,转介绍人,转介绍日期,营销同意,短信退订\n"
        "C1,张甲,女,1968/10/06,1968-08-15,13800000000,金卡,A1,,,是,否\n"
        "C2,李乙,男,19950915,1995-闰8-15,,,A2,C1,2025-06-01,否,是\n"
    ),
    "policies": (
        "保单号,投保人客户号,出单人员,服务人员,产品,险种,承保日期,缴费方式,期缴保费,分红,团险\n"
        "P1,C1,A1,A1,福满年金,年金,2025/01/31,年缴,1200.50,是,否\n"
        "P2,C2,A2,A2,安康重疾,重疾,20250301,月缴,99,否,否\n"
        "P3,C2,A2,A2,长保寿险,寿险,2025-03-02,趸缴,50000,否,否\n"
    ),
    "premiums": (
        "保单号,期次,应缴日期,应缴保费,实缴日期,实缴保费,扣款日期,扣款结果,失败原因\n"
        "P1,2,2026/01/31,1200.50,,,2026/01/31,失败,余额不足\n"
        "P2,2,20250401,99,20250401,99,20250401,成功,\n"
    ),
    "events": "保单号,客户号,事件,日期,金额,说明\nP1,,complaint,2026/02/01,,等待过久\n,C2,sick,2026/02/02,,\n",
    "referrals": "转介绍人客户号,被介绍人,手机,日期,业务员,阶段\nC1,王丙,13900000000,2025/07/01,A1,已联系\n",
}
"""Lists as a core system exports them."""


def test_lists_with_chinese_headers_in_gb18030_go_in(any_desk: Desk) -> None:
    for kind, text in CHINESE.items():
        report = any_desk.take(kind, text.encode("gb18030"), as_of=AS_OF)
        assert counts(report) == (text.count("\n") - 1, 0, 0, 0), kind
    card = any_desk.do("customer", "C1", "--as-of", AS_OF)
    for part in ("张甲", "1968-08-15", "P1", "1,200.50"):
        assert part in card
    (row,) = any_desk.ask("metrics", "referrals", "--year", "2025", "--by", "company", "--as-of", AS_OF)
    assert row["referred"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_is_found_out(desk: Desk, encoding: str) -> None:
    desk.take("agents", CHINESE["agents"].encode(encoding), as_of=AS_OF)
    assert "甲" in desk.do("agenda", "A1", "--as-of", AS_OF)


def write_xlsx(path: Path, *sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


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


def test_columns_may_stand_in_any_order_and_unknown_ones_are_reported(people: Desk) -> None:
    text = "premium,shoe size,mode,issue_date,agent_no,customer_no,policy_no\n1200,44,annual,2025-01-31,A1,C1,P1\n"
    result = people.run("import", "policies", people.write("p.csv", text), "--as-of", AS_OF)
    assert result.status == 0
    assert "shoe size" in result.out


def test_an_absent_column_or_an_empty_cell_leaves_what_is_stored_and_a_dash_clears_it(desk: Desk) -> None:
    desk.take("customers", "customer_no,name,occupation,hobbies\nC1,One,teacher,chess\n", as_of=AS_OF)
    assert counts(desk.take("customers", "customer_no,name\nC1,\n", as_of=AS_OF)) == (0, 0, 1, 0)
    assert counts(desk.take("customers", "customer_no,occupation,hobbies\nC1,,-\n", as_of=AS_OF)) == (0, 1, 0, 0)
    card = desk.do("customer", "C1", "--as-of", AS_OF)
    assert "teacher" in card
    assert "chess" not in card


def test_an_optional_field_that_is_no_good_is_a_warning_and_the_row_goes_in(desk: Desk) -> None:
    text = "customer_no,name,birthday,phone,gender\nC1,One,1985-02-30,12,maybe\n"
    report = desk.take("customers", text, as_of=AS_OF)
    assert counts(report) == (1, 0, 0, 0)
    assert report["warnings"] >= 1
    report_text = Path(report["rejects"]).read_text("utf-8-sig")
    for field in ("birthday", "phone", "gender"):
        assert field in report_text
    assert "1985" not in desk.do("customer", "C1", "--as-of", AS_OF)


def test_a_number_twice_with_different_content_is_rejected_and_twice_the_same_is_taken_once(people: Desk) -> None:
    twice = "P2,C1,A1,2025-01-31,annual,1\nP2,C1,A1,2025-01-31,annual,2\n"
    report = people.take("policies", HEADER + GOOD + GOOD + twice, as_of=AS_OF, status=3)
    assert (report["added"], report["rejected"]) == (1, 2)


def test_a_referrer_and_a_manager_may_stand_further_down(desk: Desk) -> None:
    agents = "agent_no,name,manager_no\nA1,One,A2\nA2,Two,\n"
    assert counts(desk.take("agents", agents, as_of=AS_OF)) == (2, 0, 0, 0)
    customers = "customer_no,referred_by,referred_on\nC1,C2,2025-01-01\nC2,,\n"
    assert counts(desk.take("customers", customers, as_of=AS_OF)) == (2, 0, 0, 0)
    assert "C2" in desk.do("customer", "C1", "--as-of", AS_OF)


def test_a_rider_may_stand_before_its_main_policy(people: Desk) -> None:
    text = (
        "policy_no,customer_no,agent_no,issue_date,mode,premium,main_policy_no\n"
        "R1,C1,A1,2025-01-31,annual,10,P1\nP1,C1,A1,2025-01-31,annual,1200,\n"
    )
    assert counts(people.take("policies", text, as_of=AS_OF)) == (2, 0, 0, 0)


def test_an_unknown_writing_agent_goes_in_as_one_who_left(people: Desk) -> None:
    text = HEADER.replace("agent_no,", "agent_no,writing_agent_no,") + "P1,C1,A1,A7,2025-01-31,annual,1200\n"
    assert counts(people.take("policies", text, as_of=AS_OF)) == (1, 0, 0, 0)
    rows = people.ask("metrics", "persistency", "--by", "agent", "--as-of", "2030-01-01")
    assert [row["agent_no"] for row in rows] == ["A7"]


@pytest.mark.parametrize("day", ["2025-01-31", "2025/01/31", "20250131", "2025/1/31"])
def test_dates_are_read_as_people_write_them(people: Desk, day: str) -> None:
    people.take("policies", HEADER + f"P1,C1,A1,{day},annual,1200\n", as_of=AS_OF)
    assert [row["cohort"] for row in policies(people)] == ["2025-01"]


def test_a_due_day_that_differs_from_the_one_worked_out_is_a_warning(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    report = people.take("premiums", "policy_no,instalment,due_on,paid_on\nP1,2,2026-02-01,2026-02-01\n", as_of=AS_OF)
    assert (report["added"], report["rejected"], report["warnings"]) == (1, 0, 1)


def test_payments_in_advance_in_part_and_after_a_hole_are_facts(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    text = (
        "policy_no,instalment,amount,paid_on,paid_amount\n"
        "P1,2,1200,2025-06-01,1200\nP1,3,1200,2025-06-01,400\nP1,5,1200,2025-06-01,1200\n"
    )
    assert counts(people.take("premiums", text, as_of=AS_OF)) == (3, 0, 0, 0)


def test_each_debit_of_an_instalment_is_kept(people: Desk) -> None:
    """Both debits fell on a Saturday; the call about them, due on the Sunday, is made on the Monday."""
    people.take("policies", HEADER + GOOD, as_of="2026-01-31")
    header = "policy_no,instalment,debit_on,debit_result,failure\n"
    people.take("premiums", header + "P1,2,2026-01-31,failed,balance too low\n", as_of="2026-01-31")
    people.take("premiums", header + "P1,2,2026-02-07,failed,balance too low\n", as_of="2026-02-07")
    rows = people.ask("plan", "--from", "2026-02-01", "--to", "2026-02-10", "--policy", "P1", "--as-of", "2026-02-07")
    assert [row["due"] for row in rows if row["service"] == "payment-feedback"] == ["2026-02-02", "2026-02-09"]


def test_a_new_agent_in_a_list_is_recorded_as_an_event(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    people.take("policies", HEADER + GOOD.replace("A1", "A2"), as_of="2026-04-01")
    rows = people.ask("event", "list", "--policy", "P1")
    assert [(row["kind"], row["occurred_on"], row["detail"]) for row in rows] == [("agent_changed", "2026-04-01", "A2")]


@pytest.mark.parametrize("amount", ["1200", "1200.00", "1,200.00", " 1200 "])
def test_amounts_are_read_as_spreadsheets_write_them(people: Desk, amount: str) -> None:
    people.take("policies", HEADER + f'P1,C1,A1,2025-01-31,annual,"{amount}"\n', as_of=AS_OF)
    assert [row["denominator"] for row in policies(people)] == ["1200.00"]


def test_an_event_by_hand_is_checked_like_a_row_of_a_list(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    for wrong in (
        ["--policy", "P9", "--kind", "surrender"],
        ["--policy", "P1", "--kind", "flew_away"],
        ["--kind", "surrender"],
        ["--policy", "P1", "--kind", "surrender", "--on", "2026-02-30"],
        ["--policy", "P1", "--kind", "premium_change", "--amount", "much"],
    ):
        result = people.run("event", "add", *wrong, "--as-of", AS_OF)
        assert result.status in {1, 2}, wrong
        assert in_a_sentence(result), result.err
    assert people.ask("event", "list") == []


WRONG = "customer_no,name,phone\nC1,One,12\n,Nobody,13800000000\n"


def test_a_second_import_leaves_the_reject_file_of_the_first_alone(desk: Desk) -> None:
    first, second = (desk.take("customers", WRONG, as_of=AS_OF, status=3)["rejects"] for _ in range(2))
    assert first != second
    assert Path(first).read_text("utf-8-sig") == Path(second).read_text("utf-8-sig")


def test_a_spreadsheet_and_a_csv_file_of_one_name_have_reject_files_of_their_own(desk: Desk) -> None:
    sheet = write_xlsx(desk.folder / "保单.xlsx", [["customer_no", "name"], [None, "From the sheet"]])
    text = desk.write("保单.csv", "customer_no,name\n,From the text\n")
    for path in (sheet, text):
        assert desk.run("import", "customers", path, "--as-of", AS_OF).status == 3
    told = [path.read_text("utf-8-sig") for path in sorted(desk.folder.glob("*.rejects*"))]
    assert sorted("sheet" in one for one in told) == [False, True]


def test_a_list_comes_through_a_pipe(desk: Desk) -> None:
    for name in ("/dev/stdin", "-"):
        done = subprocess.run(
            [COMMAND, "--db", desk.url, "import", "customers", name, "--as-of", AS_OF],
            input=WRONG.encode(), capture_output=True, check=False, cwd=desk.folder, timeout=60,
        )  # fmt: skip
        assert done.returncode == 3, done.stderr.decode()
        assert "2 rows read" in done.stdout.decode()
    assert sorted(path.name for path in desk.folder.glob("*.rejects*")) == [
        "customers.rejects.2.csv",
        "customers.rejects.csv",
    ]


def test_a_dry_run_says_where_a_personal_value_stands_without_showing_it(desk: Desk) -> None:
    path = desk.write("list.csv", "customer_no,name,phone\nC1,One,12-99\n")
    tried = desk.run("import", "customers", path, "--dry-run", "--as-of", AS_OF)
    assert "(line 2 of the list)" in tried.out
    assert "stand in the list" in tried.out
    assert "12-99" not in tried.out + tried.err
    real = desk.run("import", "customers", path, "--as-of", AS_OF)
    assert "(in the reject file)" in real.out
    assert "list.rejects.csv" in real.err


def test_one_row_is_one_row(desk: Desk) -> None:
    path = desk.write("list.csv", "customer_no,name,phone\nC1,One,12\n")
    assert "1 row read: 1 added, 0 updated, 0 unchanged, 0 rejected, 1 warning." in desk.do(
        "import", "customers", path, "--as-of", AS_OF
    )
