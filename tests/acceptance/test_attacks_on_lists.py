"""Lists as nobody should hand them over: each ends in a sentence, and what was in the book stays."""

from __future__ import annotations

import random

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from commands import Desk, Result, in_a_sentence
from desks.branch_desk import AGENTS, LATE, changes, release

CUSTOMERS = "customer_no,name,phone,hobbies\n"
POLICIES = "policy_no,customer_no,agent_no,issue_date,mode,premium\n"
NOISE = random.Random(7).randbytes(4000)
LONG = "x" * 10_000


def import_file(desk: Desk, kind: str, content: str | bytes, name: str = "list.csv") -> Result:
    """Import a file that may be anything."""
    result = desk.run("import", kind, desk.write(name, content), "--as-of", LATE)
    assert in_a_sentence(result), result.err
    return result


NO_LISTS = {
    "empty": b"",
    "a newline": b"\n",
    "spaces": b"   \n  \n",
    "noise": NOISE,
    "a mark of order alone": b"\xef\xbb\xbf",
    "a NUL in a cell": b"customer_no,name\nC\x005,One\x00\n",
    "a NUL in the header": b"customer\x00_no,name\nC5,One\n",
    "a header twice": b"customer_no,name,name\nC5,a,b\n",
    "a header in both languages": "customer_no,客户号\nC5,C6\n".encode(),
    "no key": b"name\nOne\n",
    "another kind": AGENTS.encode(),
    "a damaged spreadsheet": b"PK\x03\x04" + NOISE,
    "an open quotation mark": (CUSTOMERS + 'C5,"One,,\nC6,Two,,\n').encode(),
    "latin letters": "customer_no,name\nC5,Zoë\n".encode("latin-1"),
    "a cut-off end": "客户号,姓名\nC5,张甲\n".encode("gb18030")[:-2],
    "a surrogate": b"customer_no,name\nC5,\xed\xa0\x80\n",
    "five thousand columns": ",".join(f"c{n}" for n in range(5000)).encode(),
}


@pytest.mark.parametrize("what", NO_LISTS)
@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_what_is_no_list_is_refused_and_changes_nothing(late: Desk, what: str, name: str) -> None:
    result = import_file(late, "customers", NO_LISTS[what], name)
    assert result.status == 1
    assert result.err.count("\n") <= 2
    assert late.run("customer", "C5").status == 1


STRANGE_LISTS = {
    "a header alone": CUSTOMERS,
    "ten thousand letters in a cell": CUSTOMERS + f"C5,{LONG},13800000000,{LONG}\n",
    "emoji": CUSTOMERS + "C5,😀😀,,🎾\n",
    "SQL": CUSTOMERS + "C5,Robert'); DROP TABLE customers;--,,\n",
    "formulas": CUSTOMERS + "C5,=1+1,=cmd|x,@x\n",
    "too few and too many cells": CUSTOMERS + "C5,One\nC6,Two,,,,,,\n",
    "old line ends": "customer_no,name\rC5,One\r",
    "semicolons": "customer_no;name\nC5;One\n",
    "tabs": "customer_no\tname\nC5\tOne\n",
    "a line break in a cell": CUSTOMERS + 'C5,"One\nTwo",,\n',
    "colours for the terminal": CUSTOMERS + "C5,a\x1b[31mred\x1b]0;title\x07,,\n",
    "markup": CUSTOMERS + "C5,[bold]x[/bold][/red],,[link=http://x]y\n",
    "spaces around the number": CUSTOMERS + "  C5  ,One,,\n",
}


@pytest.mark.parametrize("what", STRANGE_LISTS)
def test_what_is_strange_goes_in_or_is_rejected_and_can_be_shown(late: Desk, what: str) -> None:
    result = import_file(late, "customers", STRANGE_LISTS[what])
    assert result.status in {0, 3}
    assert import_file(late, "customers", STRANGE_LISTS[what]).status == result.status
    shown = late.run("customer", "C5", "--as-of", LATE)
    assert in_a_sentence(shown), shown.err
    assert "\x1b" not in shown.out


def test_a_number_that_looks_like_sql_is_a_number(late: Desk) -> None:
    number = "C5'; DROP TABLE customers;--"
    import_file(late, "customers", f"customer_no,name\n{number},One\n")
    assert "One" in late.do("customer", number)
    assert changes(late, LATE) == {}


NO_AMOUNTS = [
    "1e309", "NaN", "inf", "-1", "0", "0.001", "99999999999999999999", "92233720368547758.07", "0x10", "1_000", "--5",
    "٣", "1,2", "-", "=1+1", "12.34.56", "十",
]  # fmt: skip


def test_every_amount_that_is_none_is_rejected_and_the_others_go_in(late: Desk) -> None:
    rows = [f'X{n},C1,A1,2025-01-31,annual,"{amount}"' for n, amount in enumerate(NO_AMOUNTS)]
    for row in rows:
        assert import_file(late, "policies", POLICIES + row + "\n").status == 3, row


def test_two_amounts_that_cannot_be_read_are_two_rejected_rows(late: Desk) -> None:
    rows = "X1,C1,A1,2025-01-31,annual,x\nX2,C1,A1,2025-01-31,annual,y\nX3,C1,A1,2025-01-31,annual,10\n"
    result = import_file(late, "policies", POLICIES + rows)
    assert result.status == 3
    assert "1 added" in result.out
    assert "2 rejected" in result.out


def test_two_amounts_of_premiums_that_cannot_be_read_are_two_rejected_rows(late: Desk) -> None:
    """An empty amount means the policy's premium, so one that cannot be read may not become it."""
    rows = "P1,2,x\nP1,3,y\nP1,4,1000\n"
    result = import_file(late, "premiums", "policy_no,instalment,amount\n" + rows)
    assert result.status == 3
    assert "1 added" in result.out


def test_one_fault_is_told_once(late: Desk) -> None:
    rows = "X1,C1,A1,2025-01-31,annual,a lot\n" + "".join(f"X{n},C1,A1,2025-01-31,annual,10\n" for n in range(2, 9))
    assert import_file(late, "policies", POLICIES + rows).out.count("a lot") == 1


NO_DAYS = [
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2025-13-01",
    "2025-02-30",
    "20250230",
    "31.12.2025",
    "tomorrow",
    "-",
]


def test_days_that_are_none_are_rejected(late: Desk) -> None:
    rows = "".join(f"X{n},C1,A1,{day},annual,10\n" for n, day in enumerate(NO_DAYS))
    result = import_file(late, "policies", POLICIES + rows)
    assert result.status == 3
    assert f"{len(NO_DAYS)} rejected" in result.out


def test_instalments_that_are_none_are_rejected(late: Desk) -> None:
    rows = "".join(f"P1,{number},2026-01-01\n" for number in ("0", "-1", "1.5", "99999999999", "x", ""))
    result = import_file(late, "premiums", "policy_no,instalment,paid_on\n" + rows)
    assert "6 rejected" in result.out


def test_premiums_of_unknown_policies_are_rejected_one_by_one(late: Desk) -> None:
    rows = "".join(f"U{number},2,2026-01-01\n" for number in range(100)) + "P1,2,2026-01-01\n"
    result = import_file(late, "premiums", "policy_no,instalment,paid_on\n" + rows)
    assert result.status == 3
    assert "1 added" in result.out
    assert "100 rejected" in result.out


CYCLES = {
    "agents": "agent_no,name,manager_no\nA1,One,A2\nA2,Two,A1\nM1,Own,M1\n",
    "customers": "customer_no,referred_by,referred_on\nC1,C2,2025-01-01\nC2,C1,2025-01-01\nC3,C3,2025-01-01\n",
    "policies": POLICIES.replace("premium", "premium,main_policy_no")
    + "R1,C1,A1,2025-01-01,annual,10,R2\nR2,C1,A1,2025-01-01,annual,10,R1\nR3,C1,A1,2025-01-01,annual,10,R3\n",
    "referrals": "referrer_no,referred_no,referred_on\nC1,C2,2025-01-01\nC2,C1,2025-01-01\nC1,C1,2025-01-01\n",
}
"""Everybody is everybody's manager, referrer and rider."""

QUESTIONS = [
    ["release"],
    ["agenda", "A1"],
    ["agenda", "M1"],
    ["customer", "C1"],
    ["policy", "R1"],
    ["metrics", "influence", "C1"],
    ["metrics", "influence"],
    ["metrics", "referrals"],
    ["metrics", "persistency", "--by", "branch"],
]


def test_circles_end(late: Desk) -> None:
    for kind, text in CYCLES.items():
        import_file(late, kind, text, f"{kind}.csv")
    for question in QUESTIONS:
        result = late.run(*question, "--as-of", LATE)
        assert in_a_sentence(result), (question, result.err)
        assert result.status == 0, question


def test_two_policies_that_are_each_other_s_rider_are_warned_about_and_still_served(late: Desk) -> None:
    """A rider gets no touches of its own: where each calls the other its main policy, nobody would serve either."""
    header = POLICIES.replace("premium", "premium,main_policy_no")
    rows = f"R1,C1,A1,{LATE},annual,10,R2\nR2,C1,A1,{LATE},annual,10,R1\n"
    result = import_file(late, "policies", header + rows)
    assert "0 warnings" not in result.out
    planned = late.ask("plan", "--from", LATE, "--to", "2026-03-31", "--as-of", LATE)
    assert {"R1", "R2"} & {row["subject"] for row in planned}


def test_an_end_before_the_issue_is_warned_about(late: Desk) -> None:
    rows = f"X1,C1,A1,{LATE},annual,10,2020-01-01\n"
    result = import_file(late, "policies", POLICIES.replace("premium", "premium,ends_on") + rows)
    assert "1 added" in result.out
    assert "0 warnings" not in result.out


def test_the_name_and_the_phone_of_a_list_without_a_header_are_not_shown(late: Desk) -> None:
    result = import_file(late, "customers", "C5,张三丰,13812345678\nC6,李四光,13912345678\n")
    assert result.status == 1
    assert "13812345678" not in result.err
    assert "张三丰" not in result.err


def test_a_phone_that_is_none_is_not_shown_outside_the_reject_file(late: Desk) -> None:
    result = import_file(late, "customers", CUSTOMERS + "C5,张三丰,1381234567O8,\n")
    assert "1381234567" not in result.out + result.err
    assert "1381234567" in (late.folder / "list.rejects.csv").read_text("utf-8-sig")


def test_a_folder_and_a_missing_file_are_told_apart(late: Desk) -> None:
    folder = late.run("import", "customers", late.folder)
    missing = late.run("import", "customers", late.folder / "none.csv")
    assert (folder.status, missing.status) == (1, 1)
    assert folder.err != missing.err
    assert in_a_sentence(folder)
    assert in_a_sentence(missing)


def test_an_unknown_kind_is_wrong_usage_and_names_the_kinds(late: Desk) -> None:
    result = late.run("import", "claims", late.write("list.csv", CUSTOMERS))
    assert result.status == 2
    assert "premiums" in result.err


@pytest.mark.parametrize("rejects", [".", "no/such/folder/wrong.csv", "list.csv"])
def test_a_reject_file_that_cannot_be_written_keeps_the_list_out(late: Desk, rejects: str) -> None:
    path = late.write("list.csv", POLICIES + "X1,C1,A1,2025-01-31,annual,10\nX2,C9,A1,2025-01-31,annual,10\n")
    result = late.run("import", "policies", path, "--rejects", late.folder / rejects, "--as-of", LATE)
    assert result.status == 1
    assert in_a_sentence(result)
    assert late.run("policy", "X1").status == 1
    assert path.read_text().startswith("policy_no")


def test_a_spreadsheet_of_the_wrong_cells_is_told_in_a_sentence(late: Desk) -> None:
    """A failed formula is no empty cell: the row that holds nothing else is rejected."""
    path = late.folder / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["policy_no", "customer_no", "agent_no", "issue_date", "mode", "premium"])
        sheet.write_row(1, 0, [1.5, True, "A1", -5, 7, "=1/0"])
        sheet.write_formula(2, 0, "=1/0", value="#DIV/0!")
        sheet.write_row(3, 0, ["X3", "C1", "A1", 99_999_999, "annual", 1e300])
        book.add_worksheet("empty")
    result = late.run("import", "policies", path, "--as-of", LATE)
    assert result.status == 3
    assert in_a_sentence(result)
    assert "3 rejected" in result.out


def test_an_empty_spreadsheet_is_told_in_a_sentence(late: Desk) -> None:
    path = late.folder / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    result = late.run("import", "policies", path)
    assert result.status == 1
    assert in_a_sentence(result)


def test_formulas_do_not_reach_the_spreadsheet_of_who_opens_the_output(late: Desk) -> None:
    number = "=HYPERLINK(1)"
    import_file(late, "policies", POLICIES + f"{number},C1,A1,{LATE},annual,10\n")
    release(late, LATE)
    for command in (["plan", "--from", LATE, "--to", "2026-03-31"], ["agenda", "A1", "--date", "2026-02-24"]):
        shown = late.do(*command, "--as-of", LATE, "--format", "csv")
        assert number in shown
        assert f",{number}" not in shown, command
