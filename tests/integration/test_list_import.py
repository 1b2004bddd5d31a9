"""Importing: what holds for every kind of list."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import Engine

from books.lists_in import AGENTS, AS_OF, AT, CUSTOMERS, POLICIES, counts, import_book, import_text, problems, rows_of
from policyserve.access import audit
from policyserve.access.viewer import SYSTEM
from policyserve.book.list_import import import_list
from policyserve.book.problems import told
from policyserve.errors import PolicyserveError
from policyserve.operations import lists

LISTS = {
    "agents": AGENTS,
    "customers": CUSTOMERS,
    "policies": POLICIES,
    "premiums": "policy_no,instalment,debit_on,debit_result\nP1,2,2026-01-31,failed\nP1,2,2026-02-10,success\n",
    "events": "policy_no,customer_no,kind,occurred_on,detail\nP1,,claim,2026-02-01,\n,C2,agent_changed,2026-02-02,A3\n",
    "referrals": "referrer_no,referred_no,referred_name,referred_on\nC1,C2,,2026-01-05\nC1,,Sun,2026-01-06\n",
}
TABLES = (
    "branches", "teams", "agents", "customers", "policies", "premiums", "debits", "events", "referrals",
)  # fmt: skip


def everything(engine: Engine) -> list[list[str]]:
    return [sorted(map(str, rows_of(engine, f"SELECT * FROM {table}"))) for table in TABLES]


def test_all_six_kinds_go_in_and_a_second_import_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    for kind, text in LISTS.items():
        report = import_text(engine, tmp_path, kind, text)
        assert counts(report) == (report.rows, 0, 0, 0)
    before = everything(engine)
    for kind in ("agents", "customers", "policies", "premiums", "events", "referrals"):
        if kind == "customers":
            continue  # the event has given C2 another agent, which this list does not name
        report = import_text(engine, tmp_path, kind, LISTS[kind])
        assert counts(report) == (0, 0, report.rows, 0)
    assert everything(engine) == before


def test_an_import_leaves_a_row_about_itself(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", AGENTS)
    [(kind, name, as_of, rows, added, length)] = rows_of(
        engine, "SELECT kind, file_name, as_of, rows, added, length(sha256) FROM imports"
    )
    assert (kind, name, as_of, rows, added, length) == ("agents", "agents.csv", "2026-03-01", 3, 3, 64)


def test_a_dry_run_tells_the_same_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", AGENTS)
    before = everything(engine)
    text = AGENTS.replace("Gan", "Gao") + "A4,,Red,North\nA5,Liu,New,West\n"
    dry = import_text(engine, tmp_path, "agents", text, dry_run=True)
    assert everything(engine) == before
    assert len(rows_of(engine, "SELECT 1 FROM imports")) == 1
    assert not (tmp_path / "agents.rejects.csv").exists()
    assert counts(dry) == counts(import_text(engine, tmp_path, "agents", text)) == (1, 1, 2, 1)


def test_a_list_goes_in_with_its_line_of_the_audit_log_or_not_at_all(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "agents.csv"
    path.write_text(AGENTS)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as fault:
        fault.setattr(audit, "note", broken)
        with pytest.raises(ZeroDivisionError):
            lists.import_list(engine, "agents", path, by=SYSTEM, as_of=AS_OF, at=AT)
    assert rows_of(engine, "SELECT 1 FROM imports") == rows_of(engine, "SELECT 1 FROM agents") == []
    lists.import_list(engine, "agents", path, by=SYSTEM, as_of=AS_OF, at=AT, dry_run=True)
    assert rows_of(engine, "SELECT 1 FROM audit_log") == []
    lists.import_list(engine, "agents", path, by=SYSTEM, as_of=AS_OF, at=AT)
    assert rows_of(engine, "SELECT action, number FROM audit_log") == [("list imported", "agents")]


def test_the_next_id_is_free_after_an_import(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", AGENTS)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO agents (agent_no) VALUES ('A9')")
    assert rows_of(engine, "SELECT max(id) FROM agents") == [(4,)]


def test_an_empty_cell_leaves_what_is_stored_and_a_hyphen_clears_it(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", "customer_no,name,vip,hobbies\nC1,Li,gold,chess\nC2,Wu,gold,chess\n")
    report = import_text(engine, tmp_path, "customers", "customer_no,name,vip\nC1,,-\nC2,Wu,\n")
    assert counts(report) == (0, 1, 1, 0)
    assert rows_of(engine, "SELECT customer_no, name, vip, hobbies FROM customers ORDER BY 1") == [
        ("C1", "Li", None, "chess"),
        ("C2", "Wu", "gold", "chess"),
    ]


def test_a_required_cell_cannot_be_cleared_or_left_out(engine: Engine, tmp_path: Path) -> None:
    report = import_text(engine, tmp_path, "agents", "agent_no,name\nA1,-\nA2,\n,Gan\n")
    assert report.problems["reason"].to_list() == ["is required and cannot be cleared", "is missing", "is missing"]
    assert problems(report)[2] == (4, "rejected", "agent_no", None)
    assert rows_of(engine, "SELECT * FROM agents") == []


def test_a_number_twice_with_different_content_keeps_all_its_rows_out(engine: Engine, tmp_path: Path) -> None:
    text = "customer_no,name\nC1,Li\nC2,Wu\nC1,Lu\nC2,Wu\n"
    report = import_text(engine, tmp_path, "customers", text)
    assert counts(report) == (1, 0, 1, 2)
    assert "lines 2, 4" in told("customers", report.problems, "en")["reason"][0]
    assert rows_of(engine, "SELECT customer_no FROM customers") == [("C2",)]


def test_the_reject_file_can_be_mended_and_imported_again(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    text = (
        "保单号,投保人客户号,服务人员,承保日期,缴费方式,期缴保费,备注\n"
        'P3,C3,A1,2026-02-30,weekly,1200,"a, ""b"""\nP4,C3,A1,2026-01-02,月缴,100,\n'
    )
    report = import_text(engine, tmp_path, "policies", text)
    assert (counts(report), report.ignored) == ((1, 0, 0, 1), ("备注",))
    assert report.rejects == tmp_path / "policies.rejects.csv"
    written = report.rejects.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    header, row = written.decode("utf-8-sig").splitlines()
    assert header == "severity,line,field,value,reason,保单号,投保人客户号,服务人员,承保日期,缴费方式,期缴保费,备注"
    assert row.startswith("rejected,2,issue_date; mode,2026-02-30; weekly,")
    assert row.endswith('P3,C3,A1,2026-02-30,weekly,1200,"a, ""b"""')
    mended = written.replace(b"A1,2026-02-30,weekly", b"A1,2026-02-28,monthly")
    again = import_text(engine, tmp_path, "policies", mended)
    assert (counts(again), again.ignored) == ((1, 0, 0, 0), ("备注",))


def test_a_warning_stands_in_the_same_file_and_is_harmless_when_imported_again(engine: Engine, tmp_path: Path) -> None:
    report = import_text(engine, tmp_path, "customers", "customer_no,name,phone\nC1,Li,none\nC2,Wu,13800138000\n")
    assert (counts(report), report.warnings) == ((2, 0, 0, 0), 1)
    assert report.rejects is not None
    again = import_text(engine, tmp_path, "customers", report.rejects.read_bytes())
    assert (counts(again), again.warnings) == ((0, 0, 1, 0), 1)


def test_nothing_to_say_writes_no_reject_file(engine: Engine, tmp_path: Path) -> None:
    report = import_text(engine, tmp_path, "agents", AGENTS)
    assert report.rejects is None
    assert [path.name for path in tmp_path.glob("*.rejects*")] == []


def test_a_reject_file_that_cannot_be_written_stops_the_import_before_it_starts(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(PolicyserveError, match="Nothing was imported"):
        import_text(engine, tmp_path, "agents", AGENTS, rejects=tmp_path / "none" / "rejects.csv")
    with pytest.raises(PolicyserveError, match="a list that is read"):
        import_text(engine, tmp_path, "agents", AGENTS, rejects=tmp_path / "agents.csv")
    assert rows_of(engine, "SELECT * FROM agents") == []


def test_a_row_with_more_cells_than_the_header_is_rejected(engine: Engine, tmp_path: Path) -> None:
    report = import_text(engine, tmp_path, "agents", "agent_no,name\nA1,Gan, Wei\nA2,Hu,\n")
    assert problems(report) == [(2, "rejected", "row", None)]
    assert counts(report) == (1, 0, 0, 1)


def test_control_characters_become_blanks(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", 'customer_no,name,hobbies\nC1," Li\n","go\x01\x1fchess\x7f"\n')
    assert rows_of(engine, "SELECT name, hobbies FROM customers") == [("Li", "go chess")]
    assert counts(import_text(engine, tmp_path, "customers", "customer_no,name\nC1,Li\n")) == (0, 0, 1, 0)


def test_full_width_numbers_are_the_same_numbers(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", "customer_no,name\nC1,Li\n")
    assert counts(import_text(engine, tmp_path, "customers", "customer_no,name\n\u3000Ｃ１ ,Li\n")) == (0, 0, 1, 0)


def test_texts_with_quotes_percents_and_backslashes_stay_as_they_are(engine: Engine, tmp_path: Path) -> None:
    text = 'customer_no,name,hobbies\nC1,"O\'Li ""x""",50% \\N a\\b {y}\n'
    import_text(engine, tmp_path, "customers", text)
    assert rows_of(engine, "SELECT name, hobbies FROM customers") == [('O\'Li "x"', "50% \\N a\\b {y}")]
    assert counts(import_text(engine, tmp_path, "customers", text)) == (0, 0, 1, 0)


def test_a_spreadsheet_is_a_list_too(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", AGENTS)
    import_text(engine, tmp_path, "customers", CUSTOMERS)
    path = tmp_path / "policies.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["保单号", "投保人客户号", "服务人员", "承保日期", "缴费方式", "期缴保费", "团险"])
        page.write_row(1, 0, ["0001", "C1", "A1", 45688, "年缴", 1200.5, True])
        page.write_row(2, 0, [1234567890123456, "C1", "A1", "2025/1/5", "年缴", 1200, None])
    report = import_list(engine, "policies", path, as_of=AS_OF, at=AT)
    assert problems(report) == [(3, "rejected", "policy_no", "1.23456789012346E+15")]
    stored = rows_of(engine, "SELECT policy_no, issue_date, premium FROM policies WHERE is_group")
    assert stored == [("0001", "2025-01-31", 120050)]


def test_an_unknown_kind_is_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(PolicyserveError, match="the kinds are agents, customers, policies"):
        import_text(engine, tmp_path, "claims", "a\n1\n")


def test_the_numbers_of_a_report_add_up_to_its_rows(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    text = CUSTOMERS + "C1,Li\nC4,Qian\nC5,Sun\nC5,Song\n,Nobody\n"
    report = import_text(engine, tmp_path, "customers", text.replace("Wang", "Weng"))
    assert report.rows == sum(counts(report)) == 8
    assert counts(report) == (1, 1, 3, 3)


def test_what_lists_lacked_is_taken_in_and_days_that_are_none_are_left_empty(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", "工号,姓名,区域,语言\nA1,Gan,西湖,普通话、英语\n")
    heads = "客户号,姓名,通讯地址,邮政编码,方便日,免打扰日,语言,区域"
    rows = "C1,Li,𠮷林路1号,050000,周一至周五,周日,粤语,西湖\nC2,Wu,,,晚上,-,,\n"
    report = import_text(engine, tmp_path, "customers", f"{heads}\n{rows}")
    assert problems(report) == [(3, "warning", "preferred_days", "晚上")]
    import_text(engine, tmp_path, "referrals", "转介绍人客户号,被介绍人,日期,关系\nC1,Xu,2026-01-02,同事\n")
    assert rows_of(engine, "SELECT region, languages FROM agents") == [("西湖", "zh,en")]
    assert rows_of(engine, "SELECT relation FROM referrals") == [("colleague",)]
    names = "address, postcode, preferred_days, quiet_days, language, region"
    assert rows_of(engine, f"SELECT {names} FROM customers ORDER BY customer_no") == [
        ("𠮷林路1号", "050000", "1,2,3,4,5", "7", "yue", "西湖"),
        (None, None, None, None, None, None),
    ]
