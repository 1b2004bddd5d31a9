"""What lists that were sent hold of people: in no file of the system, and gone once somebody's data are erased."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import text

from desks.page_book import Branch, branch_in
from desks.sent_lists import act, counts, said, send
from desks.task_book import MONDAY
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.book import files, list_import
from policyserve.book.list_import import read_sent
from policyserve.errors import PolicyserveError
from policyserve.operations import import_work, personal_data

OTHERS = "customer_no,name\n0008,客户8\n"
REJECTED = "customer_no,name,phone,deceased_on\nC1,客户1,13900000001,1983-13-45\n"


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made


def workbook(rows: str) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows.splitlines()):
            sheet.write_row(line, 0, row.split(","))
    return written.getvalue()


def held(branch: Branch) -> list[tuple[str, bool]]:
    """Return the status of each list, and whether anything of it is held."""
    query = "SELECT status, coalesce(content, mendable, columns, earlier) IS NOT NULL FROM import_jobs ORDER BY id"
    with db.reading(branch.engine) as connection:
        return [(row[0], bool(row[1])) for row in connection.execute(text(query))]


def sent(branch: Branch, content: bytes, name: str) -> str:
    clerk = branch.signed_in("clerk")
    answer = clerk.post("/import", data={"kind": "customers"}, files={"file": (name, content)}, follow_redirects=False)
    branch.house.imports.finish()
    return answer.headers["location"]


@pytest.mark.parametrize("deed", ["erase", "restrict"])
def test_lists_that_may_tell_of_somebody_are_forgotten_with_their_data(branch: Branch, deed: str) -> None:
    clerk = branch.signed_in("clerk")
    taken = send(branch, clerk, REJECTED)
    act(branch, clerk, taken, "apply")
    send(branch, clerk, "policy_no,x\nP2,1\n")
    sent(branch, REJECTED.encode("gb18030"), "a.csv")
    sent(branch, workbook(OTHERS), "a.xlsx")
    send(branch, clerk, OTHERS)
    assert [one for _, one in held(branch)] == [True] * 5
    getattr(personal_data, deed)(branch.engine, SYSTEM, "C1", as_of=MONDAY, at=branch.moment)
    assert [one for _, one in held(branch)] == [False] * 4 + [True]
    assert held(branch)[0][0] == "done"
    page = said(clerk, taken)
    assert "are forgotten now" in page
    assert "客户1" not in page
    assert clerk.get(f"{taken}/rejects").status_code == 404
    assert branch.troubles == []


def test_a_list_at_work_does_not_bring_back_what_was_forgotten_meanwhile(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = list_import.import_source

    def overtaken(*asked: object, **more: object) -> object:
        personal_data.erase(branch.engine, SYSTEM, "C1", as_of=MONDAY, at=branch.moment)
        return real(*asked, **more)  # type: ignore[arg-type]

    clerk = branch.signed_in("clerk")
    path = send(branch, clerk, REJECTED + "0008,客户8,,\n")
    monkeypatch.setattr(import_work, "import_source", overtaken)
    act(branch, clerk, path, "apply")
    assert held(branch) == [("expired", False)]
    assert clerk.get("/customers/0008").status_code == 404
    assert ("clerk", "list imported", "customers") not in branch.log()


def test_what_was_sent_is_written_to_no_file(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook(OTHERS)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    monkeypatch.setattr(files, "_read_bytes", None)
    path = sent(branch, content, "a.xlsx")
    assert counts(said(branch.signed_in("clerk"), path)) == [1, 1, 0, 0, 0, 0]


NAMES = (
    "😀" * 80 + ".csv", "名" * 300 + ".csv", "a" * 1000 + ".csv", "../../etc/x.csv", "C:\\x\\y.CSV", "..csv",
    "a\x07b\x1b[31m.csv", "\u202egpj.csv", "\u202e.csv", "-.csv", "con.csv", "a/b/.csv", "<b>.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_be_called_as_it_likes(branch: Branch, name: str) -> None:
    clerk = branch.signed_in("clerk")
    answer = clerk.post(
        "/import", data={"kind": "customers"}, files={"file": (name, OTHERS.encode())}, follow_redirects=False
    )
    branch.house.imports.finish()
    assert branch.troubles == []
    if answer.status_code == 422:  # nothing is left of it but dots
        assert "ending .csv or .xlsx" in answer.text
        return
    path = answer.headers["location"]
    assert counts(act(branch, clerk, path, "apply")) == [1, 1, 0, 0, 0, 0]
    with db.reading(branch.engine) as connection:
        kept = str(connection.scalar(text("SELECT file_name FROM import_jobs")))
    assert kept.endswith(".csv")
    assert len(kept) <= 84
    assert not set(kept) & set("/\\\x07\x1b\u202e")


@pytest.mark.parametrize("content", [b"", b" \n", b"\x00\x01\x02", b"%PDF-1.4", b"PK\x03\x04 no workbook"])
def test_what_is_sent_and_no_list_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(PolicyserveError, match=r"The (file|spreadsheet) "):
        read_sent(content, "a.xlsx", "customers")
