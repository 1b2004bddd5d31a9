"""Signs that turn a text round, hide or command a terminal: in the book already, and on no screen and in no file."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from commands import Desk, run_for_real
from desks.branch_desk import LATE
from policyserve.signs import UNSEEN

SIGNS = "\u202e\u202a\u2066\u2069\u200f\u200e\u2028\u0080\u009b\u009f\x1b[2J"
DAY = "2026-03-12"


@pytest.fixture
def deceived(late: Desk) -> Desk:
    """Put the signs into every text that people read, behind the back of the import, which would take them out."""
    texts = {
        "agents": ("name",),
        "branches": ("name",),
        "customers": ("name", "hobbies"),
        "policies": ("product",),
    }
    with closing(sqlite3.connect(late.url.removeprefix("sqlite:///"))) as connection:
        for table, columns in texts.items():
            for column in columns:
                connection.execute(f"UPDATE {table} SET {column} = 'A' || ? || coalesce({column}, '')", (SIGNS,))
        connection.commit()
    return late


@pytest.mark.parametrize(
    ("screen", "form"),
    [
        (("customer", "C1"), "table"),
        (("policy", "P1"), "json"),
        (("agenda", "A1", "--date", DAY), "csv"),
        (("metrics", "gap", "--by", "agent"), "table"),
    ],
)
def test_no_screen_shows_them(deceived: Desk, screen: tuple[str, ...], form: str) -> None:
    shown = run_for_real("--db", deceived.url, *screen, "--as-of", DAY, "--format", form)
    assert shown.status == 0, shown.err
    assert re.findall(UNSEEN, shown.out + shown.err) == []
    assert form != "json" or json.loads(shown.out)


@pytest.mark.parametrize("form", [".csv", ".xlsx"])
def test_no_file_holds_them(deceived: Desk, tmp_path: Path, form: str) -> None:
    for number, asked in enumerate((("metrics", "gap", "--by", "agent"), ("metrics", "influence"))):
        out = tmp_path / f"{number}{form}"
        deceived.do(*asked, "--as-of", DAY, "--out", out)
        sheets = [pl.read_csv(out, infer_schema=False)] if form == ".csv" else pl.read_excel(out, sheet_id=0).values()
        texts = [str(one) for sheet in sheets for column in sheet.iter_columns() for one in (column.name, *column)]
        assert [text for text in texts if re.search(UNSEEN, text)] == []


def test_no_text_to_a_customer_holds_them(deceived: Desk) -> None:
    deceived.take("customers", "customer_no,phone,marketing_consent\nC1,13900000001,yes\n", as_of=LATE)
    texts = [row["text"] for row in deceived.ask("sms", "generate", "--date", DAY, "--as-of", DAY)]
    assert [text for text in texts if text]
    assert [text for text in texts if re.search(UNSEEN, text or "")] == []
