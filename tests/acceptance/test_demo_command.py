"""The demo: it tells the whole story in both languages, on any size of book and any day, and leaves nothing behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands import in_a_sentence, run

CHAPTERS = 8
FEW = 400
"""Customers of a small book on which every chapter has something to tell."""


def test_the_demo_does_the_whole_job_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    result = run("demo", "--customers", FEW)
    assert result.status == 0, result.err
    assert in_a_sentence(result)
    for part in ("8 rejected", "become tasks", "at the latest", "Anxin Life", "persistency", "Referrals"):
        assert part in result.out
    assert list(tmp_path.iterdir()) == []


def test_the_demo_sends_each_text_once(tmp_path: Path) -> None:
    told = run("demo", "--customers", FEW, "--keep", tmp_path / "kept").out
    sent = re.search(r"\(1 file, (\d+) rows?\): (\d+)\. Generated and sent once more: 0 made, 0 sent\.", told)
    assert sent is not None
    assert sent[1] == sent[2] != "0"
    assert len(list((tmp_path / "kept" / "sms").glob("*.csv"))) == 1


def test_the_demo_says_why_texts_are_withheld_and_its_gap_shrinks_when_a_policy_that_it_names_pays() -> None:
    told = run("demo").out
    chapter, morning = told[told.index("7. The gap") :].split("8. The next morning")
    named = set(re.findall(r"P\d{8}", chapter))
    paid = re.search(r"instalment \d+ of policy (P\d{8}) was paid", morning)
    shrunk = re.search(r"shrinks from CNY ([\d,]+) to CNY ([\d,]+)", morning)
    assert "has not consented to marketing" in told
    assert paid is not None
    assert paid[1] in named
    assert shrunk is not None
    assert int(shrunk[1].replace(",", "")) > int(shrunk[2].replace(",", ""))


def test_the_demo_tells_its_story_in_chinese() -> None:
    result = run("demo", "--customers", FEW, "--lang", "zh")
    assert result.status == 0, result.err
    told = [line for line in result.out.splitlines() if re.search("[A-Za-z]", line)]
    assert [line for line in told if not re.search("[\u4e00-\u9fff]", line) and not _is_a_command(line)] == []


def _is_a_command(line: str) -> bool:
    return "policyserve" in line or " release " in line


@pytest.mark.parametrize("day", ["2024-02-29", "2026-10-04", "2027-12-31"])
def test_the_demo_can_take_place_on_any_day_with_a_handful_of_customers(day: str) -> None:
    result = run("demo", "--customers", "50", "--as-of", day)
    assert result.status == 0, result.err
    assert len(re.findall(r"(?m)^\d\. ", result.out)) == CHAPTERS
