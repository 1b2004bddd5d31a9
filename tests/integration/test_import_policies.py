"""Importing policies, premiums and debits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.lists_in import counts, import_book, import_text, problems, rows_of
from policyserve.book.problems import told

HEADER = "policy_no,customer_no,agent_no,issue_date,mode,premium"
PREMIUMS = "policy_no,instalment,due_on,amount,paid_on,paid_amount,debit_on,debit_result,failure,next_debit_on\n"


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)


def test_a_new_policy_has_the_defaults_of_the_contract(engine: Engine) -> None:
    query = "SELECT premium, currency, writing_agent_id, agent_id, effective_date, known_on FROM policies ORDER BY id"
    assert rows_of(engine, query) == [
        (120000, "CNY", 1, 1, None, "2026-03-01"),
        (9950, "CNY", 2, 2, None, "2026-03-01"),
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("P9,C9,A1,2025-01-01,annual,100", "customer_no"),
        ("P9,C1,A9,2025-01-01,annual,100", "agent_no"),
        ("P9,C1,A1,2025-02-29,annual,100", "issue_date"),
        ("P9,C1,A1,2025-01-01,weekly,100", "mode"),
        ("P9,C1,A1,2025-01-01,annual,0", "premium"),
        ("P9,C1,A1,2025-01-01,annual,-5", "premium"),
        ("P9,C1,A1,2025-01-01,annual,1.005", "premium"),
        ("P9,C1,A1,2025-01-01,annual,much", "premium"),
        ("P9,C1,A1,2025-01-01,annual,", "premium"),
        ("P9,C1,,2025-01-01,annual,100", "agent_no"),
    ],
)
def test_what_is_impossible_in_a_required_field_rejects_the_row(
    engine: Engine, tmp_path: Path, row: str, field: str
) -> None:
    report = import_text(engine, tmp_path, "policies", f"{HEADER}\n{row}\n")
    assert [(line, severity, name) for line, severity, name, _ in problems(report)] == [(2, "rejected", field)]
    assert rows_of(engine, "SELECT count(*) FROM policies") == [(2,)]


def test_amounts_have_the_decimals_of_their_currency(engine: Engine, tmp_path: Path) -> None:
    text = f"{HEADER},currency,sum_assured\n" + (
        "P3,C1,A1,2025-01-01,annual,1200,jpy,5000\nP4,C1,A1,2025-01-01,annual,1200.5,JPY,\n"
        "P5,C1,A1,2025-01-01,annual,1200.505,KWD,1.5\nP6,C1,A1,2025-01-01,annual,12.00,USD,1.005\n"
    )
    report = import_text(engine, tmp_path, "policies", text)
    assert problems(report) == [(3, "rejected", "premium", "1200.5"), (5, "warning", "sum_assured", "1.005")]
    query = "SELECT policy_no, currency, premium, sum_assured FROM policies WHERE id > 2 ORDER BY 1"
    assert rows_of(engine, query) == [
        ("P3", "JPY", 1200, 5000),
        ("P5", "KWD", 1200505, 1500),
        ("P6", "USD", 1200, None),
    ]
    again = import_text(engine, tmp_path, "policies", f"{HEADER}\nP3,C1,A1,2025-01-01,annual,1300\n")
    assert counts(again) == (0, 1, 0, 0)
    assert rows_of(engine, "SELECT premium, currency FROM policies WHERE policy_no = 'P3'") == [(1300, "JPY")]


def test_a_rider_may_stand_before_its_main_policy(engine: Engine, tmp_path: Path) -> None:
    text = f"{HEADER},main_policy_no\n" + (
        "P3,C1,A1,2025-01-01,annual,10,P4\nP4,C1,A1,2025-01-01,annual,100,\nP5,C1,A1,2025-01-01,annual,10,P6\n"
        "P6,C1,A1,2025-01-01,annual,0,\nP7,C1,A1,2025-01-01,annual,10,P99\nP8,C1,A1,2025-01-01,annual,10,P8\n"
    )
    report = import_text(engine, tmp_path, "policies", text)
    assert [(line, severity) for line, severity, _, _ in problems(report)] == [
        (4, "rejected"), (5, "rejected"), (6, "rejected"), (7, "warning"),
    ]  # fmt: skip
    query = (
        "SELECT p.policy_no, m.policy_no FROM policies p LEFT JOIN policies m ON m.id = p.main_policy_id WHERE p.id > 2"
    )
    assert sorted(rows_of(engine, query)) == [("P3", "P4"), ("P4", None), ("P8", None)]


def test_a_stored_policy_becomes_the_rider_of_a_new_one(engine: Engine, tmp_path: Path) -> None:
    text = f"{HEADER},main_policy_no\nP1,C1,A1,2025-01-31,annual,1200,P3\nP3,C1,A1,2025-01-01,annual,100,\n"
    assert counts(import_text(engine, tmp_path, "policies", text)) == (1, 1, 0, 0)
    assert rows_of(engine, "SELECT main_policy_id FROM policies WHERE policy_no = 'P1'") == [(3,)]


def test_a_policy_that_ends_before_it_begins_has_no_end(engine: Engine, tmp_path: Path) -> None:
    text = f"{HEADER},effective_date,ends_on\nP3,C1,A1,2025-01-01,annual,10,2025-02-01,2025-01-15\n"
    report = import_text(engine, tmp_path, "policies", text)
    assert problems(report) == [(2, "warning", "ends_on", "2025-01-15")]


def test_the_writing_agent_is_kept_when_the_serving_one_changes(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "policies", f"{HEADER}\nP1,C1,A3,2025-01-31,annual,1200\n")
    assert rows_of(engine, "SELECT writing_agent_id, agent_id FROM policies WHERE policy_no = 'P1'") == [(1, 3)]


def test_each_debit_is_kept_and_the_latest_row_tells_of_the_instalment(engine: Engine, tmp_path: Path) -> None:
    text = PREMIUMS + (
        "P1,2,2026-01-31,1200,2026-02-20,1200,2026-02-20,成功,,\n"
        "P1,2,2026-01-31,1200,,,2026-01-31,失败,余额不足,2026-02-10\nP1,2,,,,,2026-02-10,failed,余额不足,2026-02-20\n"
    )
    assert counts(import_text(engine, tmp_path, "premiums", text)) == (3, 0, 0, 0)
    assert rows_of(engine, "SELECT number, debit_on, result, next_debit_on FROM debits ORDER BY number") == [
        (1, "2026-01-31", "failed", "2026-02-10"),
        (2, "2026-02-10", "failed", "2026-02-20"),
        (3, "2026-02-20", "success", None),
    ]
    assert rows_of(engine, "SELECT instalment, due_on, amount, paid_on, paid_amount FROM premiums") == [
        (2, "2026-01-31", 120000, "2026-02-20", 120000)
    ]
    assert counts(import_text(engine, tmp_path, "premiums", text)) == (0, 0, 3, 0)


def test_later_debits_are_numbered_on_and_stored_ones_corrected(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "premiums", PREMIUMS + "P1,2,,,,,2026-01-31,failed,,\n")
    text = (
        PREMIUMS
        + "P1,2,,,,,2026-01-31,failed,no money,\nP1,3,,,,,2026-01-15,success,,\nP2,2,,,,,2026-02-01,success,,\n"
    )
    assert counts(import_text(engine, tmp_path, "premiums", text)) == (2, 1, 0, 0)
    query = "SELECT p.policy_no, d.number, d.instalment, d.failure FROM debits d JOIN policies p ON p.id = d.policy_id"
    assert sorted(rows_of(engine, query)) == [("P1", 1, 2, "no money"), ("P1", 2, 3, None), ("P2", 1, 2, None)]


def test_rows_of_one_instalment_and_day_with_different_content_are_rejected(engine: Engine, tmp_path: Path) -> None:
    text = PREMIUMS + (
        "P1,2,,1200,,,,,,\nP1,2,,1300,,,,,,\nP2,2,,,,,2026-02-01,failed,,\nP2,2,,,,,2026-02-01,success,,\nP2,3,,,,,,,,\n"
    )
    assert counts(import_text(engine, tmp_path, "premiums", text)) == (1, 0, 0, 4)


def test_a_due_date_is_warned_of_where_it_is_not_the_one_worked_out(engine: Engine, tmp_path: Path) -> None:
    text = (
        PREMIUMS + "P1,2,2026-01-31,,,,,,,\nP1,3,2027-02-01,,,,,,,\nP2,2,2025-03-01,,,,,,,\nP2,13,2026-02-01,,,,,,,\n"
    )
    report = import_text(engine, tmp_path, "premiums", text)
    assert problems(report) == [(3, "warning", "due_on", "2027-02-01")]
    assert "2027-01-31" in told("premiums", report.problems, "en")["reason"][0]
    assert rows_of(engine, "SELECT due_on FROM premiums WHERE instalment = 3") == [("2027-02-01",)]


def test_payments_in_advance_in_part_and_after_a_hole_are_facts(engine: Engine, tmp_path: Path) -> None:
    text = PREMIUMS + "P1,2,,,2025-06-01,1200,,,,\nP1,4,,,2025-06-01,600,,,,\n"
    report = import_text(engine, tmp_path, "premiums", text)
    assert (counts(report), report.warnings) == ((2, 0, 0, 0), 0)


@pytest.mark.parametrize("row", ["P9,2,,,,,,,,", "P1,0,,,,,,,,", "P1,,,,,,,,,", "P1,1.5,,,,,,,,"])
def test_a_premium_needs_a_known_policy_and_an_instalment(engine: Engine, tmp_path: Path, row: str) -> None:
    assert counts(import_text(engine, tmp_path, "premiums", f"{PREMIUMS}{row}\n")) == (0, 0, 0, 1)


def test_a_debit_without_day_or_result_is_left_out_with_a_warning(engine: Engine, tmp_path: Path) -> None:
    text = PREMIUMS + "P1,2,,,,,,failed,,\nP1,3,,,,,2026-02-01,,,\n"
    report = import_text(engine, tmp_path, "premiums", text)
    assert [(line, field) for line, _, field, _ in problems(report)] == [(2, "debit_on"), (3, "debit_result")]
    assert rows_of(engine, "SELECT * FROM debits") == []
    assert rows_of(engine, "SELECT count(*) FROM premiums") == [(2,)]


def test_a_payment_entered_by_mistake_is_cleared(engine: Engine, tmp_path: Path) -> None:
    """That nothing was paid is known then; nothing known would leave the word to a debit."""
    import_text(engine, tmp_path, "premiums", PREMIUMS + "P1,2,,1200,2026-01-31,1200,,,,\n")
    assert counts(import_text(engine, tmp_path, "premiums", PREMIUMS + "P1,2,,,-,-,,,,\n")) == (0, 1, 0, 0)
    assert rows_of(engine, "SELECT amount, paid_on, paid_amount FROM premiums") == [(120000, None, 0)]
