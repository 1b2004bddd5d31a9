"""Importing events, and the changes of agents that imports record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.lists_in import POLICIES, counts, import_book, import_text, problems, rows_of

EVENTS = "event_no,policy_no,customer_no,kind,occurred_on,amount,detail\n"
CHANGES = """
    SELECT c.customer_no, p.policy_no, e.occurred_on, e.previous, e.detail FROM events e
    JOIN customers c ON c.id = e.customer_id LEFT JOIN policies p ON p.id = e.policy_id
    WHERE e.kind = 'agent_changed' ORDER BY c.customer_no, e.number
"""


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)


def agents_of_policies(engine: Engine) -> list[tuple[object, ...]]:
    return rows_of(
        engine, "SELECT p.policy_no, a.agent_no FROM policies p JOIN agents a ON a.id = p.agent_id ORDER BY 1"
    )


def test_an_event_of_a_policy_is_its_holders_and_numbered_by_day(engine: Engine, tmp_path: Path) -> None:
    text = EVENTS + "E1,P1,,理赔,2026-02-05,100.50,leg\n,,C1,sick,2026-02-01,,flu\nE3,P2,C2,退保,2026-01-01,,\n"
    assert counts(import_text(engine, tmp_path, "events", text)) == (3, 0, 0, 0)
    query = "SELECT customer_id, number, policy_id, kind, amount, detail, recorded_on FROM events ORDER BY 1, 2"
    assert rows_of(engine, query) == [
        (1, 1, None, "sick", None, "flu", "2026-03-01"),
        (1, 2, 1, "claim", 10050, "leg", "2026-03-01"),
        (2, 1, 2, "surrender", None, None, "2026-03-01"),
    ]


def test_an_event_is_found_again_by_number_else_by_subject_kind_and_day(engine: Engine, tmp_path: Path) -> None:
    text = EVENTS + "E1,P1,,claim,2026-02-05,100,\n,P1,,claim,2026-02-06,,\nE2,P1,,claim,2026-02-05,300,\n"
    assert counts(import_text(engine, tmp_path, "events", text)) == (3, 0, 0, 0)
    assert counts(import_text(engine, tmp_path, "events", text)) == (0, 0, 3, 0)
    corrected = EVENTS + "E1,P1,,claim,2026-02-04,120,\n,P1,,claim,2026-02-06,50,\n"
    assert counts(import_text(engine, tmp_path, "events", corrected)) == (0, 2, 0, 0)
    assert rows_of(engine, "SELECT number, event_no, occurred_on, amount FROM events ORDER BY number") == [
        (1, "E1", "2026-02-04", 12000),
        (2, "E2", "2026-02-05", 30000),
        (3, None, "2026-02-06", 5000),
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("E1,,,claim,2026-02-01,,", "policy_no"),
        ("E1,P9,,claim,2026-02-01,,", "policy_no"),
        ("E1,,C9,claim,2026-02-01,,", "customer_no"),
        ("E1,P1,C2,claim,2026-02-01,,", "customer_no"),
        ("E1,P1,,party,2026-02-01,,", "kind"),
        ("E1,P1,,claim,2026-02-30,,", "occurred_on"),
        ("E1,P1,,agent_changed,2026-02-01,,A9", "detail"),
        ("E1,P1,,agent_changed,2026-02-01,,", "detail"),
    ],
)
def test_an_impossible_event_is_rejected(engine: Engine, tmp_path: Path, row: str, field: str) -> None:
    report = import_text(engine, tmp_path, "events", f"{EVENTS}{row}\n")
    assert [(severity, name) for _, severity, name, _ in problems(report)] == [("rejected", field)]
    assert rows_of(engine, "SELECT * FROM events") == []


def test_a_retracted_event_stays_retracted(engine: Engine, tmp_path: Path) -> None:
    text = EVENTS + ",P1,,claim,2026-02-05,,\n"
    import_text(engine, tmp_path, "events", text)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET retracted_on = '2026-02-10'")
    assert counts(import_text(engine, tmp_path, "events", text)) == (0, 0, 1, 0)
    assert rows_of(engine, "SELECT retracted_on FROM events") == [("2026-02-10",)]


def test_an_event_of_another_customer_after_a_correction_gets_that_customers_next_number(
    engine: Engine, tmp_path: Path
) -> None:
    import_text(engine, tmp_path, "events", EVENTS + "E1,,C1,sick,2026-02-05,,\nE2,,C2,sick,2026-02-05,,\n")
    assert counts(import_text(engine, tmp_path, "events", EVENTS + "E1,,C2,sick,2026-02-05,,\n")) == (0, 1, 0, 0)
    assert rows_of(engine, "SELECT event_no, customer_id, number FROM events ORDER BY 1") == [
        ("E1", 2, 2),
        ("E2", 2, 1),
    ]


def test_an_import_that_changes_the_agent_records_it_for_policy_and_customer(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "policies", POLICIES.replace("C1,A1", "C1,A3"), as_of=date(2026, 3, 5))
    assert rows_of(engine, CHANGES) == [
        ("C1", "P1", "2026-03-05", "A1", "A3"),
        ("C1", None, "2026-03-05", "A1", "A3"),
    ]
    import_text(engine, tmp_path, "policies", POLICIES.replace("C1,A1", "C1,A3"), as_of=date(2026, 3, 6))
    assert len(rows_of(engine, CHANGES)) == 2


def test_a_first_agent_is_no_change(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", "customer_no,agent_no\nC3,A1\n")
    import_text(engine, tmp_path, "policies", POLICIES.replace("P2,C2", "P3,C3"))
    assert rows_of(engine, CHANGES) == []


def test_a_customers_own_agent_goes_before_those_of_the_policies(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", "customer_no,agent_no\nC1,A1\n")
    import_text(engine, tmp_path, "policies", POLICIES.replace("C1,A1", "C1,A2"))
    assert rows_of(engine, CHANGES) == [("C1", "P1", "2026-03-01", "A1", "A2")]
    import_text(engine, tmp_path, "customers", "customer_no,agent_no\nC1,A3\n", as_of=date(2026, 3, 2))
    import_text(engine, tmp_path, "customers", "customer_no,agent_no\nC1,-\n", as_of=date(2026, 3, 3))
    assert rows_of(engine, CHANGES)[1:] == [
        ("C1", None, "2026-03-02", "A1", "A3"),
        ("C1", None, "2026-03-03", "A3", "A2"),
    ]


def test_the_agent_of_most_policies_is_the_customers_riders_left_out_ties_to_the_lowest(
    engine: Engine, tmp_path: Path
) -> None:
    header = "policy_no,customer_no,agent_no,issue_date,mode,premium,main_policy_no\n"
    rider = header + "P3,C1,A2,2025-02-01,annual,10,P1\n"
    import_text(engine, tmp_path, "policies", rider)
    tie = header + "P4,C1,A2,2025-02-01,annual,10,\n"
    import_text(engine, tmp_path, "policies", tie)
    assert rows_of(engine, CHANGES) == []
    majority = header + "P5,C1,A2,2025-02-01,annual,10,\n"
    import_text(engine, tmp_path, "policies", majority)
    assert rows_of(engine, CHANGES) == [("C1", None, "2026-03-01", "A1", "A2")]


def test_an_agent_changed_event_changes_the_agent_when_it_is_the_latest(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "events", EVENTS + ",P1,,agent_changed,2026-02-05,,A3\n")
    assert agents_of_policies(engine) == [("P1", "A3"), ("P2", "A2")]
    earlier = EVENTS + ",P1,,agent_changed,2026-01-05,,A2\n"
    import_text(engine, tmp_path, "events", earlier)
    assert agents_of_policies(engine) == [("P1", "A3"), ("P2", "A2")]
    assert rows_of(engine, CHANGES) == [
        ("C1", "P1", "2026-02-05", "A1", "A3"),
        ("C1", None, "2026-02-05", "A1", "A3"),
        ("C1", "P1", "2026-01-05", None, "A2"),
    ]


def test_several_changes_in_one_list_follow_each_other(engine: Engine, tmp_path: Path) -> None:
    text = EVENTS + ",P1,,agent_changed,2026-02-05,,A3\n,P1,,agent_changed,2026-01-05,,A2\n"
    assert counts(import_text(engine, tmp_path, "events", text)) == (2, 0, 0, 0)
    assert agents_of_policies(engine)[0] == ("P1", "A3")
    assert rows_of(engine, CHANGES)[-1] == ("C1", None, "2026-02-05", "A1", "A3")
    assert counts(import_text(engine, tmp_path, "events", text)) == (0, 0, 2, 0)


def test_a_customers_agent_changed_is_one_event_and_takes_the_policies_of_the_former_agent_along(
    engine: Engine, tmp_path: Path
) -> None:
    import_text(engine, tmp_path, "events", EVENTS + ",,C1,人员变更,2026-02-05,,A3\n")
    query = "SELECT a.agent_no FROM customers c JOIN agents a ON a.id = c.agent_id WHERE c.customer_no = 'C1'"
    assert rows_of(engine, query) == [("A3",)]
    assert [row[:3] + row[4:] for row in rows_of(engine, CHANGES)] == [
        ("C1", None, "2026-02-05", "A3"),
        ("C1", "P1", "2026-02-05", "A3"),
    ]


def test_a_premium_change_without_an_amount_is_warned_of(engine: Engine, tmp_path: Path) -> None:
    report = import_text(engine, tmp_path, "events", EVENTS + "E1,P1,,premium_change,2026-02-05,,\n")
    assert problems(report) == [(2, "warning", "amount", None)]
