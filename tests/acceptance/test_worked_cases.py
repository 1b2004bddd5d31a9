"""The fifteen worked cases of cohort March 2025, written as lists, imported and evaluated by commands."""

from __future__ import annotations

import pytest

from commands import Desk, in_a_sentence

AGENTS = """agent_no,name,branch,left_on
A,Agent A,North,2025-12-31
B,Agent B,North,
"""

CUSTOMERS = "customer_no,name\n" + "".join(f"C{n},Customer {n}\n" for n in range(1, 16))

POLICIES = """policy_no,customer_no,writing_agent_no,agent_no,issue_date,mode,premium,pay_years
E1,C1,B,B,2025-03-10,annual,10000,10
E2,C2,B,B,2025-03-20,annual,8000,10
E3,C3,B,B,2025-03-05,annual,6000,10
E4,C4,B,B,2025-03-15,annual,5000,10
E5,C5,B,B,2025-03-31,monthly,500,10
E6,C6,B,B,2025-03-31,monthly,500,10
E7,C7,B,B,2025-03-18,annual,12000,10
E8,C8,B,B,2025-03-12,annual,15000,10
E9,C9,B,B,2025-03-07,annual,20000,10
E10,C10,B,B,2025-03-11,annual,10000,10
E11,C11,B,B,2025-03-14,annual,9000,10
E12,C12,B,B,2025-03-16,single,100000,
E13,C13,B,B,2025-03-17,annual,7500,10
E14,C14,B,B,2025-03-21,annual,7000,10
E15,C15,A,B,2025-03-25,annual,4000,10
"""

PREMIUMS = """policy_no,instalment,due_on,amount,paid_on,paid_amount
E1,2,2026-03-10,10000,2026-03-10,10000
E2,2,2026-03-20,8000,2026-05-19,8000
E3,2,2026-03-05,6000,2026-05-25,6000
E4,2,2026-03-15,5000,2026-07-02,5000
E5,2,2025-04-30,500,2025-04-30,500
E5,3,2025-05-31,500,2025-05-31,500
E5,4,2025-06-30,500,2025-06-30,500
E5,5,2025-07-31,500,2025-07-31,500
E5,6,2025-08-31,500,2025-08-31,500
E5,7,2025-09-30,500,2025-09-30,500
E5,8,2025-10-31,500,2025-10-31,500
E5,9,2025-11-30,500,2025-11-30,500
E5,10,2025-12-31,500,2025-12-31,500
E5,11,2026-01-31,500,2026-01-31,500
E5,12,2026-02-28,500,2026-02-28,500
E5,13,2026-03-31,500,2026-05-30,500
E6,2,2025-04-30,500,2025-04-30,500
E6,3,2025-05-31,500,2025-05-31,500
E6,4,2025-06-30,500,2025-06-30,500
E6,5,2025-07-31,500,2025-07-31,500
E6,6,2025-08-31,500,2025-08-31,500
E6,7,2025-09-30,500,2025-09-30,500
E6,8,2025-10-31,500,,
E9,2,2026-03-07,12000,2026-03-07,12000
E11,2,2026-03-14,9600,2026-03-14,9600
E15,2,2026-03-25,4000,2026-05-20,4000
"""

EVENTS = """event_no,policy_no,kind,occurred_on,amount,detail
V1,E3,reinstated,2026-05-25,,
V2,E4,reinstated,2026-07-02,,
V3,E7,freelook_cancel,2025-03-28,,
V4,E8,claim_termination,2025-11-02,,death
V5,E9,premium_change,2026-02-01,12000,sum assured cut
V6,E10,reduced_paid_up,2026-03-11,,
V7,E11,rider_added,2025-09-14,600,
V8,E13,waiver,2025-12-17,,
V9,E14,surrender,2025-07-21,,
"""

MARCH = ("--cohort-from", "2025-03", "--cohort-to", "2025-03")


def import_cases(desk: Desk, *, known_on: str = "2026-08-01") -> None:
    """Import the lists; `known_on`: the day on which customers and policies became known."""
    lists = {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES, "premiums": PREMIUMS, "events": EVENTS}
    for kind, text in lists.items():
        taken = desk.take(kind, text, as_of=known_on if kind in {"customers", "policies"} else "2026-08-01")
        assert taken["added"] == taken["rows"], kind


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


def test_the_screen_says_what_was_asked_and_what_its_marks_mean(cases: Desk) -> None:
    result = cases.run("metrics", "persistency", "--as-of", "2026-08-01")
    first, *_ = result.out.splitlines()
    assert all(word in first for word in ("month 13", "CN_COMPANY", "strict", "2026-08-01"))
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
