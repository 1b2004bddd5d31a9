"""Lists in through the command: what is right goes in, what is wrong comes back and can be mended."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest

from commands import COMMAND, Desk
from desks.lists_of_two import AGENTS, AS_OF, CUSTOMERS, GOOD, HEADER, counts, policies, write_xlsx


@pytest.fixture
def people(desk: Desk) -> Desk:
    """Return a desk with two agents and two customers."""
    desk.take("agents", AGENTS, as_of=AS_OF)
    desk.take("customers", CUSTOMERS, as_of=AS_OF)
    return desk


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
