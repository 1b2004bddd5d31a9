"""The worked cases on the screen: what was asked, what its marks mean, and the gap by name."""

from __future__ import annotations

import pytest

from commands import Desk, in_a_sentence
from desks.worked_case_lists import import_cases


@pytest.fixture
def cases(desk: Desk) -> Desk:
    import_cases(desk)
    return desk


def test_the_screen_says_what_was_asked_and_what_its_marks_mean(cases: Desk) -> None:
    result = cases.run("metrics", "persistency", "--as-of", "2026-08-01")
    first, *_ = result.out.splitlines()
    assert all(word in first for word in ("month 13", "insurers in China, by month", "strict", "2026-08-01"))
    assert "▼ below the target of 88%" in result.out
    assert "* fewer than 30 policies" in result.out
    assert "Restated:" in result.out
    assert "60 days" in result.err
    chinese = cases.run("metrics", "persistency", "--as-of", "2026-08-01", "--lang", "zh").out
    assert "▼ 低于目标88%" in chinese
    assert "不足30件" in chinese


def test_a_mark_that_is_not_printed_is_not_explained(cases: Desk) -> None:
    shown = cases.do("metrics", "persistency", "--month", "25", "--as-of", "2026-08-01")
    assert "▼" not in shown


def test_a_cutoff_that_the_profile_has_not_is_said(cases: Desk) -> None:
    result = cases.run("metrics", "persistency", "--profile", "UK_SUP16_8", "--cutoff", "strict")
    assert result.status == 2
    assert "Choose one of: year-end." in result.err


def test_the_gap_is_named_with_the_agent_and_the_open_tasks(desk: Desk) -> None:
    """On 1 May 2026 E2, E3, E4, E5, E15 are in grace; half of 91,000 is 13,900 more than what is paid."""
    import_cases(desk, known_on="2025-04-01")
    desk.do("release", "--as-of", "2026-05-01")
    (row,) = desk.ask("metrics", "gap", "--by", "branch", "--target-of", "North=0.5", "--as-of", "2026-05-01")
    assert (row["branch"], row["target"], row["missing"], row["fewest"]) == ("North", 0.5, "13900.00", 2)
    assert (row["by"], row["open"]) == ("2026-05-19", 5)
    assert row["if_nothing"] == pytest.approx(31_600 / 91_000)
    assert row["at_best"] == pytest.approx(60_600 / 91_000)
    needed = {one["policy_no"]: one for one in row["policies"] if one["needed"]}
    assert {no: (one["serving_agent_no"], one["pay_by"]) for no, one in needed.items()} == {
        "E2": ("B", "2026-05-19"),
        "E3": ("B", "2026-05-04"),
    }
    assert needed["E2"]["tasks"]
    for task in needed["E2"]["tasks"]:
        assert "E2" in desk.do("task", "explain", task)


def test_people_read_the_gap_as_a_list_of_names(cases: Desk) -> None:
    shown = cases.do("metrics", "gap", "--by", "agent", "--as-of", "2026-05-01")
    assert "B: 36.32% today, target 88.00%" in shown
    assert "All 4 open policies together do not close it: they come to 65.06%." in shown
    assert all(number in shown for number in ("E2", "E3", "E4", "E5", "E15"))


def test_nobody_below_the_target_has_no_gap(cases: Desk) -> None:
    assert cases.ask("metrics", "gap", "--target", "0.3", "--as-of", "2026-05-01") == []
    assert "No group is below its target." in cases.do("metrics", "gap", "--target", "0.3", "--as-of", "2026-05-01")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--target", "88"),
        ("--target", "abc"),
        ("--target-of", "Nobody=0.9"),
        ("--cohort-from", "2026-01", "--cohort-to", "2025-01"),
    ],
)
def test_a_gap_that_cannot_be_asked_for_is_refused_in_a_sentence(cases: Desk, wrong: tuple[str, ...]) -> None:
    result = cases.run("metrics", "gap", *wrong, "--as-of", "2026-05-01")
    assert result.status == 2
    assert in_a_sentence(result)
