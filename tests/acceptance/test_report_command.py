"""The report as a command: three files for a branch manager."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from commands import Desk

FILES = ["report.html", "report.pdf", "tables.xlsx"]


@pytest.mark.parametrize(("language", "said"), [("en", "Service and persistency report"), ("zh", "服务与继续率报告")])
def test_a_report_is_a_page_a_print_and_sheets(early: Desk, tmp_path: Path, language: str, said: str) -> None:
    rows = early.ask("report", "--out", tmp_path / "made", "--lang", language, "--as-of", "2026-04-01")
    assert [Path(row["file"]).name for row in rows] == FILES
    page = (tmp_path / "made" / "report.html").read_text("utf-8")
    assert said in page
    assert "2026-04-01" in page
    assert (tmp_path / "made" / "report.pdf").read_bytes().startswith(b"%PDF-")
    sheets = pl.read_excel(tmp_path / "made" / "tables.xlsx", sheet_id=0)
    assert any("P1" in frame.to_series(1).to_list() for frame in sheets.values() if frame.width > 1)


def test_a_report_is_for_its_owners_eyes_and_replaces_the_one_before(early: Desk, tmp_path: Path) -> None:
    for _ in range(2):
        assert early.run("report", "--out", tmp_path, "--as-of", "2026-04-01").status == 0
    assert [(tmp_path / name).stat().st_mode & 0o077 for name in FILES] == [0, 0, 0]


@pytest.mark.parametrize("name", FILES)
def test_a_report_is_not_written_through_a_link_to_the_database(early: Desk, tmp_path: Path, name: str) -> None:
    book = Path(early.url.removeprefix("sqlite:///"))
    before = book.read_bytes()
    made = tmp_path / "made"
    made.mkdir()
    (made / name).symlink_to(book)
    result = early.run("report", "--out", made, "--as-of", "2026-04-01")
    assert result.status == 1
    assert "would be lost" in result.err
    assert book.read_bytes() == before
    assert [one.name for one in made.iterdir()] == [name]


def test_a_branch_that_is_not_there_is_told_in_a_sentence(early: Desk, tmp_path: Path) -> None:
    result = early.run("report", "--out", tmp_path, "--branch", "West")
    assert (result.status, result.err) == (1, "No agent belongs to a branch 'West'. Choose from: North.\n")
    assert not list(tmp_path.glob("report*"))


def test_without_a_policy_nothing_is_written_and_a_sentence_says_so(desk: Desk, tmp_path: Path) -> None:
    result = desk.run("report", "--out", tmp_path / "made", "--as-of", "2026-04-01")
    assert result.status == 1
    assert result.err == (
        "No policy had been issued by 2026-04-01, so there is nothing to report. Import policies, or ask about a later "
        "day with --as-of.\n"
    )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(("asked", "of_whom"), [((), ""), (("--branch", "North"), " of North")])
def test_before_the_first_policy_there_is_no_report(
    early: Desk, tmp_path: Path, asked: tuple[str, ...], of_whom: str
) -> None:
    result = early.run("report", "--out", tmp_path / "made", "--as-of", "2001-01-01", *asked)
    assert result.status == 1
    assert result.err.startswith(f"No policy{of_whom} had been issued by 2001-01-01")
    assert not (tmp_path / "made").exists()


def test_a_report_without_a_folder_is_wrong_usage(early: Desk) -> None:
    assert early.run("report").status == 2
