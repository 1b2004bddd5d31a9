"""Facts in lists as people write them: columns, dates, amounts, and what an empty cell leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Desk, in_a_sentence
from desks.lists_of_two import AGENTS, AS_OF, CUSTOMERS, GOOD, HEADER, counts, policies


@pytest.fixture
def people(desk: Desk) -> Desk:
    """Return a desk with two agents and two customers."""
    desk.take("agents", AGENTS, as_of=AS_OF)
    desk.take("customers", CUSTOMERS, as_of=AS_OF)
    return desk


def test_columns_may_stand_in_any_order_and_unknown_ones_are_reported(people: Desk) -> None:
    text = "premium,shoe size,mode,issue_date,agent_no,customer_no,policy_no\n1200,44,annual,2025-01-31,A1,C1,P1\n"
    result = people.run("import", "policies", people.write("p.csv", text), "--as-of", AS_OF)
    assert result.status == 0
    assert "shoe size" in result.out


def test_an_absent_column_or_an_empty_cell_leaves_what_is_stored_and_a_dash_clears_it(desk: Desk) -> None:
    desk.take("customers", "customer_no,name,occupation,hobbies\nC1,One,teacher,chess\n", as_of=AS_OF)
    assert counts(desk.take("customers", "customer_no,name\nC1,\n", as_of=AS_OF)) == (0, 0, 1, 0)
    assert counts(desk.take("customers", "customer_no,occupation,hobbies\nC1,,-\n", as_of=AS_OF)) == (0, 1, 0, 0)
    card = desk.do("customer", "C1", "--as-of", AS_OF)
    assert "teacher" in card
    assert "chess" not in card


def test_an_optional_field_that_is_no_good_is_a_warning_and_the_row_goes_in(desk: Desk) -> None:
    text = "customer_no,name,birthday,phone,gender\nC1,One,1985-02-30,12,maybe\n"
    report = desk.take("customers", text, as_of=AS_OF)
    assert counts(report) == (1, 0, 0, 0)
    assert report["warnings"] >= 1
    report_text = Path(report["rejects"]).read_text("utf-8-sig")
    for field in ("birthday", "phone", "gender"):
        assert field in report_text
    assert "1985" not in desk.do("customer", "C1", "--as-of", AS_OF)


def test_a_number_twice_with_different_content_is_rejected_and_twice_the_same_is_taken_once(people: Desk) -> None:
    twice = "P2,C1,A1,2025-01-31,annual,1\nP2,C1,A1,2025-01-31,annual,2\n"
    report = people.take("policies", HEADER + GOOD + GOOD + twice, as_of=AS_OF, status=3)
    assert (report["added"], report["rejected"]) == (1, 2)


def test_a_referrer_and_a_manager_may_stand_further_down(desk: Desk) -> None:
    agents = "agent_no,name,manager_no\nA1,One,A2\nA2,Two,\n"
    assert counts(desk.take("agents", agents, as_of=AS_OF)) == (2, 0, 0, 0)
    customers = "customer_no,referred_by,referred_on\nC1,C2,2025-01-01\nC2,,\n"
    assert counts(desk.take("customers", customers, as_of=AS_OF)) == (2, 0, 0, 0)
    assert "C2" in desk.do("customer", "C1", "--as-of", AS_OF)


def test_a_rider_may_stand_before_its_main_policy(people: Desk) -> None:
    text = (
        "policy_no,customer_no,agent_no,issue_date,mode,premium,main_policy_no\n"
        "R1,C1,A1,2025-01-31,annual,10,P1\nP1,C1,A1,2025-01-31,annual,1200,\n"
    )
    assert counts(people.take("policies", text, as_of=AS_OF)) == (2, 0, 0, 0)


def test_an_unknown_writing_agent_goes_in_as_one_who_left(people: Desk) -> None:
    text = HEADER.replace("agent_no,", "agent_no,writing_agent_no,") + "P1,C1,A1,A7,2025-01-31,annual,1200\n"
    assert counts(people.take("policies", text, as_of=AS_OF)) == (1, 0, 0, 0)
    rows = people.ask("metrics", "persistency", "--by", "agent", "--as-of", "2030-01-01")
    assert [row["agent_no"] for row in rows] == ["A7"]


@pytest.mark.parametrize("day", ["2025-01-31", "2025/01/31", "20250131", "2025/1/31"])
def test_dates_are_read_as_people_write_them(people: Desk, day: str) -> None:
    people.take("policies", HEADER + f"P1,C1,A1,{day},annual,1200\n", as_of=AS_OF)
    assert [row["cohort"] for row in policies(people)] == ["2025-01"]


def test_a_due_day_that_differs_from_the_one_worked_out_is_a_warning(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    report = people.take("premiums", "policy_no,instalment,due_on,paid_on\nP1,2,2026-02-01,2026-02-01\n", as_of=AS_OF)
    assert (report["added"], report["rejected"], report["warnings"]) == (1, 0, 1)


def test_payments_in_advance_in_part_and_after_a_hole_are_facts(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    text = (
        "policy_no,instalment,amount,paid_on,paid_amount\n"
        "P1,2,1200,2025-06-01,1200\nP1,3,1200,2025-06-01,400\nP1,5,1200,2025-06-01,1200\n"
    )
    assert counts(people.take("premiums", text, as_of=AS_OF)) == (3, 0, 0, 0)


def test_each_debit_of_an_instalment_is_kept(people: Desk) -> None:
    """Both debits fell on a Saturday; the call about them, due on the Sunday, is made on the Monday."""
    people.take("policies", HEADER + GOOD, as_of="2026-01-31")
    header = "policy_no,instalment,debit_on,debit_result,failure\n"
    people.take("premiums", header + "P1,2,2026-01-31,failed,balance too low\n", as_of="2026-01-31")
    people.take("premiums", header + "P1,2,2026-02-07,failed,balance too low\n", as_of="2026-02-07")
    rows = people.ask("plan", "--from", "2026-02-01", "--to", "2026-02-10", "--policy", "P1", "--as-of", "2026-02-07")
    assert [row["due"] for row in rows if row["service"] == "payment-feedback"] == ["2026-02-02", "2026-02-09"]


def test_a_new_agent_in_a_list_is_recorded_as_an_event(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    people.take("policies", HEADER + GOOD.replace("A1", "A2"), as_of="2026-04-01")
    rows = people.ask("event", "list", "--policy", "P1")
    assert [(row["kind"], row["occurred_on"], row["detail"]) for row in rows] == [("agent_changed", "2026-04-01", "A2")]


@pytest.mark.parametrize("amount", ["1200", "1200.00", "1,200.00", " 1200 "])
def test_amounts_are_read_as_spreadsheets_write_them(people: Desk, amount: str) -> None:
    people.take("policies", HEADER + f'P1,C1,A1,2025-01-31,annual,"{amount}"\n', as_of=AS_OF)
    assert [row["denominator"] for row in policies(people)] == ["1200.00"]


def test_an_event_by_hand_is_checked_like_a_row_of_a_list(people: Desk) -> None:
    people.take("policies", HEADER + GOOD, as_of=AS_OF)
    for wrong in (
        ["--policy", "P9", "--kind", "surrender"],
        ["--policy", "P1", "--kind", "flew_away"],
        ["--kind", "surrender"],
        ["--policy", "P1", "--kind", "surrender", "--on", "2026-02-30"],
        ["--policy", "P1", "--kind", "premium_change", "--amount", "much"],
    ):
        result = people.run("event", "add", *wrong, "--as-of", AS_OF)
        assert result.status in {1, 2}, wrong
        assert in_a_sentence(result), result.err
    assert people.ask("event", "list") == []
