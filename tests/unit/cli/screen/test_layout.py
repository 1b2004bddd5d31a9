"""Tables on narrow terminals: text folds between words, numbers and dates stay whole, and what is too wide stacks."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from policyserve.cli.screen.folding import evenly, fold, indented
from policyserve.cli.screen.layout import laid_out

HEADINGS = {"due": "Due", "policy": "Policy", "amount": "Amount", "why": "Why"}
ROW = {
    "due": "2026-11-23",
    "policy": "P00002593",
    "amount": "15,110.00",
    "why": "instalment 13 of policy P00002593, due on 2026-11-05, is unpaid; 45 days later: 2026-12-20",
}


def printed(width: int, *rows: dict[str, str], stacks: bool = True) -> list[str]:
    """Lay out rows for a terminal of that width."""
    out = Console(file=io.StringIO(), width=width, color_system=None)
    out.print(laid_out(rows, HEADINGS, numeric=frozenset({"amount"}), width=width, stacks=stacks))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_only_the_text_column_folds() -> None:
    lines = printed(80, ROW)
    assert "┃" in lines[0]
    assert [line for line in lines if "2026-11-23" in line and "P00002593" in line and "15,110.00" in line]
    assert all(cell_len(line) <= 80 for line in lines)


def test_where_a_table_does_not_fit_each_row_is_stacked() -> None:
    lines = printed(40, ROW)
    assert lines[0] == "2026-11-23 · P00002593"
    assert lines[1] == "   Amount: 15,110.00"
    assert all(cell_len(line) <= 40 for line in lines)


def test_in_a_pipe_a_table_stays_a_table() -> None:
    assert "┃" in printed(40, ROW, stacks=False)[0]


def test_digits_stand_below_digits_whatever_mark_or_share_follows() -> None:
    lines = printed(90, *({**ROW, "amount": text} for text in ("100.00%", "79.03% ▼", "8.10% ▼ *", "-", "")))
    cells = [line.split("│")[2] for line in lines if line.startswith(" 2026-11-23 │")]
    assert cells == [" 100.00%     ", "  79.03% ▼   ", "   8.10% ▼ * ", "       -     ", "             "]


def test_a_stacked_row_leaves_out_what_is_empty() -> None:
    lines = printed(40, ROW, {**ROW, "amount": ""})
    assert sum("Amount" in line for line in lines) == 1


@pytest.mark.parametrize("width", range(24, 90))
def test_no_date_and_no_number_is_ever_cut(width: int) -> None:
    told = "\n".join(printed(width, ROW))
    for whole in ("2026-11-23", "P00002593", "15,110.00", "2026-11-05", "2026-12-20"):
        assert whole in told


def test_a_number_with_its_limits_is_not_folded() -> None:
    limits = "1,234.56 (1,000.00-2,000.00)"
    assert [line for line in printed(90, {**ROW, "amount": limits}) if limits in line]


def test_a_figure_is_never_shown_without_its_heading() -> None:
    headings = {"level": "Level", "done": "In time", "why": "Why"}
    row = {"level": "assessed", "done": "0", "why": "x" * 60}
    out = Console(file=io.StringIO(), width=60, color_system=None)
    out.print(laid_out([row], headings, numeric=frozenset({"done"}), width=60, stacks=True))
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue().splitlines()[:2] == ["assessed", "   In time: 0"]


def test_a_key_may_stand_first_without_its_heading() -> None:
    headings = {"task": "Task", "due": "Due", "why": "Why"}
    row = {"task": "17", "due": "2026-11-23", "why": "x" * 60}
    out = Console(file=io.StringIO(), width=60, color_system=None)
    keys = frozenset({"task"})
    out.print(laid_out([row], headings, numeric=keys, keys=keys, width=60, stacks=True))
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue().splitlines()[0] == "17 · 2026-11-23"


@pytest.mark.parametrize(
    ("heading", "width", "lines"),
    [
        ("转介绍件数", 8, ["转介绍", "件数"]),
        ("用时（秒）", 8, ["用时", "（秒）"]),
        ("By end of grace", 10, ["By end", "of grace"]),
        ("Amount", 8, ["Amount"]),
    ],
)
def test_a_heading_is_folded_evenly(heading: str, width: int, lines: list[str]) -> None:
    assert evenly(heading, width) == lines


def test_a_day_and_its_hour_stay_together() -> None:
    assert fold("due 2026-11-23 07:00:00, done", 20) == ["due", "2026-11-23 07:00:00,", "done"]


def test_a_bracket_stays_with_what_it_opens() -> None:
    assert fold("续期提醒（提前90天）", 10) == ["续期提醒", "（提前90", "天）"]


def test_a_date_inside_chinese_text_stays_whole() -> None:
    lines = fold("保单P00002593于2025-11-04承保；标准：承保日+3天，2025-11-07", 20)
    assert "".join(lines) == "保单P00002593于2025-11-04承保；标准：承保日+3天，2025-11-07"
    assert all("2025-11-04" in line or "2025-11" not in line for line in lines[:-1])
    assert not any(line.startswith(("，", "；", "：")) for line in lines)


def test_a_word_longer_than_the_line_is_cut_rather_than_lost() -> None:
    assert "".join(fold("x" * 50, 20)) == "x" * 50


@given(st.text("ab 1-中文，。（）"), st.integers(20, 60))
def test_folding_loses_nothing_and_keeps_to_the_width(text: str, width: int) -> None:
    lines = fold(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_every_line_of_a_folded_text_is_indented() -> None:
    lines = indented("one two three four five six seven", 28, 5).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("     ") for line in lines)
