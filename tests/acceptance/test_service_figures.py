"""Figures of service, the funnel, candidates, spot checks and points through the commands."""

from __future__ import annotations

import pytest

import figures
from commands import Desk
from desks.branch_desk import agenda

MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")
APRIL = ("--as-of", "2026-04-30")


def done(desk: Desk, service: str, day: str, *more: str) -> int:
    task_id = int(agenda(desk, "A1", day)[service]["task_id"])
    desk.do("task", "done", str(task_id), "--as-of", day, *more)
    return task_id


@pytest.fixture
def worked(late: Desk) -> Desk:
    """Return the branch of five tasks in March: the review done in time, the dividend report late, the rest not."""
    done(late, "policy-review", "2026-03-10", "--satisfaction", "5")
    task_id = agenda(late, "A1", "2026-03-20")["dividend-report"]["task_id"]
    late.do("task", "done", task_id, "--as-of", "2026-04-20")
    return late


def test_the_service_rate_shows_what_was_done_in_time_and_late_by_level(worked: Desk) -> None:
    rows = worked.ask("metrics", "services", *MARCH, *APRIL)
    found = {row["level"]: (row["numerator"], row["denominator"], row["late"], row["missed"]) for row in rows}
    assert found == {"encouraged": (0, 2, 0, 2), "spot-checked": (1, 3, 1, 1)}
    assert {(row["status"], row["as_of"]) for row in rows} == {("final", "2026-04-30")}


def test_no_service_rate_of_an_earlier_day_changes_by_what_comes_later(late: Desk) -> None:
    early = ("metrics", "services", *MARCH, "--by", "service", "--as-of", "2026-03-10")
    before = late.ask(*early)
    done(late, "policy-review", "2026-03-11")
    late.do("task", "skip", agenda(late, "A1", "2026-03-12")["birthday-greeting"]["task_id"], "--reason", "abroad",
            "--as-of", "2026-03-12")  # fmt: skip
    assert late.ask(*early) == before


@pytest.mark.parametrize("by", ["company", "branch", "team", "agent", "level", "service", "class"])
def test_services_are_grouped_as_asked(worked: Desk, by: str) -> None:
    rows = worked.ask("metrics", "services", *MARCH, "--by", by, *APRIL)
    assert sum(row["denominator"] for row in rows) == 5


def test_satisfaction_shows_the_number_of_answers(worked: Desk) -> None:
    (row,) = worked.ask("metrics", "satisfaction", *MARCH, *APRIL)
    assert (row["services"], row["answers"], row["mean"], row["satisfied"], row["small"]) == (1, 1, 5.0, 1.0, True)


@pytest.mark.parametrize("figure", ["services", "callbacks", "satisfaction", "orphans", "collected"])
def test_people_read_the_definition_in_both_languages(worked: Desk, figure: str) -> None:
    for language in ("en", "zh"):
        result = worked.run("metrics", figure, *MARCH, *APRIL, "--lang", language)
        assert result.status == 0
        assert len(result.err.strip()) > 20
        assert any("\u4e00" <= sign <= "\u9fff" for sign in result.err) is (language == "zh")


def test_a_half_year_was_collected_at_81_5_per_cent_by_the_end_of_grace(desk: Desk) -> None:
    for kind, frame in figures.half_year().items():
        desk.take(kind, frame.write_csv(), as_of="2026-09-30")
    rows = desk.ask("metrics", "collected", "--from", "2026-01-01", "--to", "2026-06-30", "--as-of", "2026-09-30")
    due, collected = (sum(float(row[name]) for row in rows) for name in ("due", "by_grace"))
    assert (due, collected, f"{collected / due:.1%}") == (13_710_000, 11_170_000, "81.5%")


AGENTS = "agent_no,name\nA1,Agent\n"
CUSTOMERS = "customer_no,agent_no,birthday,marketing_consent,deceased_on\nC1,A1,1986-01-01,,\nC2,A1,1986-01-01,no,\n"
POLICIES = (
    "policy_no,customer_no,agent_no,issue_date,mode,premium,product_kind,sum_assured,receipt_on\n"
    "P1,C1,A1,2026-04-01,annual,1000,critical-illness,150000,2026-04-03\n"
    "P2,C2,A1,2026-04-01,annual,1000,life,150000,2026-04-03\n"
)
REFERRALS = (
    "referrer_no,referred_no,referred_name,referred_phone,referred_on,agent_no,stage\n"
    "C1,C2,,,2026-03-01,A1,issued\nC1,,李小明,15400000001,2026-10-01,A1,named\nC1,,王芳,15400000002,2026-11-20,A1,met\n"
)
TODAY = ("--as-of", "2026-11-21")


@pytest.fixture
def referred(desk: Desk) -> Desk:
    """Return a desk on which C1 has named C2, who bought, and two more."""
    for kind, text in {
        "agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES, "referrals": REFERRALS,
    }.items():  # fmt: skip
        desk.take(kind, text, as_of="2026-11-20")
    return desk


def test_the_funnel_counts_who_came_how_far(referred: Desk) -> None:
    (row,) = referred.ask("metrics", "funnel", "--by", "agent", "--by", "year", *TODAY)
    assert [row[name] for name in ("agent_no", "year", "named", "contacted", "met", "issued")] == [
        "A1", 2026, 3, 2, 2, 1,
    ]  # fmt: skip
    assert row["conversion"] == pytest.approx(1 / 3)


def test_leads_without_contact_are_listed_for_deletion_without_their_names(referred: Desk) -> None:
    rows = referred.ask("metrics", "funnel", "--leads", *TODAY)
    assert [(row["days"], row["stage"], row["delete"]) for row in rows] == [(51, "named", True), (1, "met", False)]
    printed = referred.run("metrics", "funnel", "--leads", *TODAY)
    assert "1 lead has not been contacted for more than 30 days" in printed.err
    assert "李小明" not in printed.out
    assert "15400000001" not in printed.out


def test_a_list_of_today_leaves_the_funnel_of_yesterday_as_it_was(referred: Desk) -> None:
    yesterday = ("metrics", "funnel", "--by", "company", "--as-of", "2026-11-20")
    before = referred.ask(*yesterday)
    referred.take("referrals", REFERRALS.replace("A1,named", "A1,met"), as_of="2026-11-21")
    assert referred.ask(*yesterday) == before
    (row,) = referred.ask("metrics", "funnel", "--by", "company", *TODAY)
    assert (before[0]["met"], row["met"]) == (2, 3)


def test_people_see_what_was_asked_above_the_table(referred: Desk) -> None:
    told = referred.do("metrics", "funnel", *TODAY)
    assert told.splitlines()[0] == "Referrals, from named to issued · as of 2026-11-21"
    assert "2 (66.67%)" in told
    told = referred.do("metrics", "services", *MARCH, *TODAY, "--lang", "zh", "--by", "company")
    assert told.splitlines()[0] == "服务达成率 · 2026-03-01至2026-03-31 · 截至2026-11-21"


def test_a_month_whose_time_is_not_over_is_marked(desk: Desk) -> None:
    for kind, frame in figures.half_year().items():
        desk.take(kind, frame.write_csv(), as_of="2026-06-30")
    asked = ("metrics", "collected", "--from", "2026-04-01", "--to", "2026-06-30", "--as-of", "2026-06-30")
    told = desk.do(*asked)
    assert "% …" in told
    assert "… the time is not over yet" in told
    assert "…" not in desk.do(*asked[:-1], "2026-12-31")


def test_candidates_are_shown_with_the_names_of_covers_and_each_reason_once(referred: Desk) -> None:
    told = referred.do("metrics", "candidates", "--lang", "zh", *TODAY)
    assert "重疾险、医疗险、意外险、养老年金" in told
    assert told.count("社保之外没有医疗险") == 1


def test_points_for_a_void_policy_are_taken_back_and_shown_with_their_entry(referred: Desk) -> None:
    referred.ask("points", "earn", *TODAY)
    referred.do("event", "add", "--policy", "P2", "--kind", "void", "--on", "2026-11-20", *TODAY)
    (row,) = referred.ask("points", "earn", *TODAY)
    assert (row["facts"], row["taken_back"]) == (0, 200)
    last = referred.ask("points", "list", "C1", *TODAY)[-1]
    assert (last["kind"], last["points"], last["referred_no"]) == ("taken-back", -200, "C2")
    assert "追回" in referred.do("points", "list", "C1", "--lang", "zh", *TODAY)


def test_candidates_are_listed_with_reasons_and_who_refused_marketing_is_not(referred: Desk) -> None:
    (row,) = referred.ask("metrics", "candidates", *TODAY)
    assert (row["customer_no"], row["agent_no"], row["age"]) == ("C1", "A1", 40)
    assert row["missing"] == "critical-illness+health+accident+pension"
    assert row["score"] == pytest.approx(5 * 0.5 + 4 + 3 + 3)
    assert "医疗险" in referred.ask("metrics", "candidates", "--lang", "zh", *TODAY)[0]["why"]


def test_points_are_earned_once_and_paid_out_once(referred: Desk) -> None:
    (first,) = referred.ask("points", "earn", *TODAY)
    earned = {"facts": 6, "referrers": 1, "points": 3 * 10 + 2 * 40 + 200}
    assert first == earned | {"taken_back": 0, "given_back": 0}
    (again,) = referred.ask("points", "earn", *TODAY)
    assert again["facts"] == 0
    for _ in range(2):
        (paid,) = referred.ask("points", "pay", "C1", 40, "--receipt", "R-1", *TODAY)
        assert paid["balance"] == 270
    (left,) = referred.ask("points", "list", *TODAY)
    assert left == {"customer_no": "C1", "earned": 310, "taken_back": 0, "paid": 40, "balance": 270, "owed": 0}
    result = referred.run("points", "pay", "C1", 271, *TODAY)
    assert (result.status, result.err) == (1, "Customer C1 has 270 points, so 271 cannot be paid out.\n")
    assert "李小明" not in referred.do("points", "list", "C1", *TODAY)


def test_rates_that_are_wrong_are_told_with_their_line(referred: Desk) -> None:
    rates = referred.write("rates.yaml", "name: Mine\nversion: '1'\npeople:\n  named: -1\n")
    result = referred.run("points", "earn", "--rates", rates, *TODAY)
    assert result.status == 1
    assert "line 4, people.named: input should be greater than or equal to 0." in result.err


def test_a_spot_check_goes_from_the_draw_to_the_true_rate(worked: Desk) -> None:
    asked = ("spot-check", "draw", "--from", "2026-03-01", "--to", "2026-04-29", "--size", "9", "--seed", "7", *APRIL)
    rows = worked.ask(*asked)
    assert {row["service"] for row in rows} == {"policy-review", "dividend-report"}
    assert worked.ask(*asked) == rows
    check_id, tasks = rows[0]["check_id"], [row["task_id"] for row in rows]
    worked.do("spot-check", "record", check_id, tasks[0], "confirmed", *APRIL)
    worked.do("spot-check", "record", check_id, tasks[1], "not-confirmed", "--note", "never came", *APRIL)
    (row,) = worked.ask("spot-check", "estimate", check_id, *APRIL)
    assert (row["claimed"], row["rate"], row["flagged"], row["status"]) == (2, 0.5, 1, "final")
    (agent,) = worked.ask("spot-check", "estimate", check_id, "--agents", *APRIL)
    assert (agent["agent_no"], agent["not_confirmed"], agent["flagged"]) == ("A1", 1, True)
    (listed,) = worked.ask("spot-check", "list", *APRIL)
    assert (listed["check_id"], listed["drawn"], listed["answered"]) == (check_id, 2, 2)


def test_a_draw_of_nothing_says_so(late: Desk) -> None:
    result = late.run("spot-check", "draw", *MARCH, "--size", "5", "--seed", "1", *APRIL)
    assert (result.status, result.out) == (1, "")
    assert "No service of level spot-checked was done" in result.err
