"""The fifteen worked cases of cohort March 2025, written as lists, imported and evaluated by commands."""

from __future__ import annotations

import pytest

from commands import Desk
from desks.worked_case_lists import import_cases

MARCH = ("--cohort-from", "2025-03", "--cohort-to", "2025-03")


@pytest.fixture
def cases(desk: Desk) -> Desk:
    import_cases(desk)
    return desk


def figures(desk: Desk, *more: str, as_of: str = "2026-08-01") -> list[dict[str, object]]:
    rows = desk.ask("metrics", "persistency", *MARCH, *more, "--as-of", as_of)
    names = ("numerator", "denominator", "numerator_count", "denominator_count", "status")
    return [{name: row[name] for name in names} for row in rows]


def test_the_worked_cases_give_54_5055_per_cent_by_premium_and_6_of_11_by_count(any_desk: Desk) -> None:
    import_cases(any_desk)
    (row,) = any_desk.ask("metrics", "persistency", *MARCH, "--as-of", "2026-08-01")
    wanted = {
        "cohort": "2025-03",
        "numerator": "49600.00",
        "denominator": "91000.00",
        "numerator_count": 6,
        "denominator_count": 11,
        "status": "final",
        "profile": "CN_COMPANY",
        "month": 13,
        "as_of": "2026-08-01",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert row["ratio"] == pytest.approx(0.545055, abs=5e-7)
    assert row["ratio_count"] == pytest.approx(6 / 11)


def test_month_end_counts_what_was_reinstated_in_the_month_of_observation(cases: Desk) -> None:
    (row,) = cases.ask("metrics", "persistency", *MARCH, "--cutoff", "month-end", "--as-of", "2026-08-01")
    assert (row["numerator"], row["denominator"]) == ("55600.00", "91000.00")
    assert (row["numerator_count"], row["denominator_count"]) == (7, 11)
    assert row["ratio"] == pytest.approx(0.610989, abs=5e-7)
    assert row["ratio_count"] == pytest.approx(7 / 11)


def test_the_figure_is_provisional_on_the_last_day_of_the_last_grace_period_and_final_the_day_after(
    cases: Desk,
) -> None:
    (last_day,) = figures(cases, as_of="2026-05-30")
    (day_after,) = figures(cases, as_of="2026-05-31")
    assert (last_day["status"], day_after["status"]) == ("provisional", "final")
    assert day_after["numerator"] == "49600.00"


def test_a_provisional_figure_is_over_the_policies_whose_second_premium_is_due_by_then(cases: Desk) -> None:
    """By 10 March 2026 E1, E3, E9 are due (10,000 + 6,000 + 20,000), and E14, surrendered, is not yet."""
    (row,) = figures(cases, as_of="2026-03-10")
    assert row == {
        "numerator": "22000.00",
        "denominator": "36000.00",
        "numerator_count": 2,
        "denominator_count": 3,
        "status": "provisional",
    }


def test_the_policy_of_an_agent_who_left_stays_with_who_wrote_it(cases: Desk) -> None:
    rows = cases.ask("metrics", "persistency", *MARCH, "--by", "agent", "--as-of", "2026-08-01")
    found = {row["agent_no"]: (row["numerator"], row["denominator"]) for row in rows}
    assert found == {"A": ("4000.00", "4000.00"), "B": ("45600.00", "87000.00")}


def test_collection_of_the_same_policy_belongs_to_the_serving_agent(cases: Desk) -> None:
    rows = cases.ask(
        *("metrics", "collection", "--from", "2026-03-25", "--to", "2026-03-25", "--by", "agent"),
        *("--as-of", "2026-08-01"),
    )
    assert [(row["agent_no"], row["collected"]) for row in rows] == [("B", "4000.00")]


def test_grouping_by_branch_keeps_the_sums_of_the_whole(cases: Desk) -> None:
    (row,) = cases.ask("metrics", "persistency", *MARCH, "--by", "branch", "--as-of", "2026-08-01")
    assert (row["branch"], row["numerator"], row["denominator"]) == ("North", "49600.00", "91000.00")


def test_every_policy_behind_the_figure_is_listed_with_its_share(cases: Desk) -> None:
    rows = cases.ask("metrics", "persistency", *MARCH, "--policies", "--as-of", "2026-08-01")
    found = {row["policy_no"]: (row["denominator"], row["numerator"]) for row in rows if row["state"] != "excluded"}
    assert found == {
        "E1": ("10000.00", "10000.00"),
        "E2": ("8000.00", "8000.00"),
        "E3": ("6000.00", "0.00"),
        "E4": ("5000.00", "0.00"),
        "E5": ("6000.00", "6000.00"),
        "E6": ("6000.00", "0.00"),
        "E9": ("20000.00", "12000.00"),
        "E10": ("10000.00", "0.00"),
        "E11": ("9000.00", "9600.00"),
        "E14": ("7000.00", "0.00"),
        "E15": ("4000.00", "4000.00"),
    }


def test_the_excluded_policies_are_listed_with_the_reason(cases: Desk) -> None:
    rows = cases.ask("metrics", "persistency", *MARCH, "--policies", "--as-of", "2026-08-01")
    reasons = {row["policy_no"]: row["reason"] for row in rows if row["state"] == "excluded"}
    assert set(reasons) == {"E7", "E8", "E12", "E13"}
    assert "freelook_cancel" in reasons["E7"]
    assert "claim_termination" in reasons["E8"]
    assert "single" in reasons["E12"]
    assert "waiver" in reasons["E13"]


def test_money_that_came_after_the_cutoff_is_shown_as_restated_and_not_counted(cases: Desk) -> None:
    """E3 (6,000) and E4 (5,000) were reinstated later: strict 49,600, restated 60,600."""
    (row,) = cases.ask("metrics", "persistency", *MARCH, "--as-of", "2026-08-01")
    assert (row["numerator"], row["restated"]) == ("49600.00", "60600.00")


def test_a_mistaken_surrender_taken_back_changes_the_figure(cases: Desk) -> None:
    cases.do(
        "event", "add", "--policy", "E1", "--kind", "freelook_cancel", "--on", "2025-03-20", "--as-of", "2026-08-01"
    )
    (wrong,) = figures(cases)
    listed = cases.ask("event", "list", "--policy", "E1")
    cases.do("event", "retract", listed[0]["event"], "--why", "typed by mistake", "--as-of", "2026-08-01")
    (right,) = figures(cases)
    assert (wrong["denominator"], right["denominator"]) == ("81000.00", "91000.00")


def test_a_cohort_without_policies_has_no_ratio(cases: Desk) -> None:
    rows = cases.ask(
        *("metrics", "persistency", "--cohort-from", "2024-01", "--cohort-to", "2024-01", "--by", "company"),
        *("--as-of", "2026-08-01"),
    )
    assert [row["ratio"] for row in rows] in ([], [None])


@pytest.mark.parametrize(
    ("profile", "premium", "policies"),
    [
        ("CN_COMPANY", ("49600.00", "91000.00"), (6, 11)),
        ("CN_REG", ("49600.00", "91000.00"), (6, 11)),
        ("UK_SUP16_8", ("42600.00", "91000.00"), (5, 11)),
        ("IN_IRDAI", ("42600.00", "91000.00"), (5, 11)),
        ("US_LIMRA", ("31600.00", "91000.00"), (3, 11)),
    ],
)
def test_the_worked_cases_under_every_profile(
    cases: Desk, profile: str, premium: tuple[str, str], policies: tuple[int, int]
) -> None:
    (row,) = cases.ask("metrics", "persistency", "--profile", profile, "--as-of", "2027-04-01")
    assert (row["numerator"], row["denominator"]) == premium
    assert (row["numerator_count"], row["denominator_count"]) == policies
    assert (row["profile"], row["status"]) == (profile, "final")
