"""A policies list with another mode of payment, or other years, leaves what lies before as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.lists_in import counts, import_book, import_text, problems, rows_of
from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.metrics.persistency.persistency import persistency, policy_results

HEADER = "policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years\n"
EVENTS = "SELECT kind, occurred_on, detail, previous, amount FROM events ORDER BY id"
STORED = "SELECT mode, premium, pay_years FROM policies WHERE policy_no = 'P1'"


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    import_text(engine, tmp_path, "premiums", "policy_no,instalment,paid_on\nP1,1,2025-01-31\nP1,2,2026-01-30\n")


def take(engine: Engine, folder: Path, row: str, on: date) -> tuple[int, ...]:
    return counts(import_text(engine, folder, "policies", HEADER + row + "\n", as_of=on))


def read(engine: Engine) -> Book:
    with db.reading(engine) as connection:
        return load_book(connection)


def final(engine: Engine) -> tuple[object, ...]:
    results = policy_results(read(engine), month=13, as_of=date(2026, 5, 20), cohort_to=date(2025, 1, 1))
    return persistency(results, book=read(engine)).select("numerator", "denominator", "status").row(0)


def test_a_changed_mode_is_an_event_and_the_final_figure_stays(engine: Engine, tmp_path: Path) -> None:
    before = final(engine)
    assert before == (120000, 120000, "final")
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,monthly,110,", date(2026, 5, 20))
    assert rows_of(engine, EVENTS) == [("mode_changed", "2026-05-20", "monthly", "annual", 11000)]
    assert rows_of(engine, STORED) == [("annual", 120000, None)]
    assert final(engine) == before


def test_the_same_list_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    row = "P1,C1,A1,2025-01-31,monthly,110,"
    first = take(engine, tmp_path, row, date(2026, 5, 20))
    second = take(engine, tmp_path, row, date(2026, 5, 21))
    older = take(engine, tmp_path, "P1,C1,A1,2025-01-31,annual,1200,", date(2026, 5, 19))
    assert (first[1], second[1], older[1]) == (1, 0, 0)
    assert len(rows_of(engine, EVENTS)) == 1


def test_years_of_payment_turn_as_the_mode_does(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,annual,1200,20", date(2026, 4, 1))
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,annual,1200,-", date(2026, 5, 1))
    assert [row[2:4] for row in rows_of(engine, EVENTS)] == [("annual/20", "annual/-"), ("annual/-", "annual/20")]


def test_there_and_back_is_told_twice_and_ends_where_it_began(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,quarterly,310,", date(2026, 4, 1))
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,annual,1200,", date(2026, 4, 2))
    assert [row[2] for row in rows_of(engine, EVENTS)] == ["quarterly", "annual"]
    assert final(engine) == (120000, 120000, "final")


def test_a_list_of_the_first_day_corrects_in_place(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,monthly,110,", date(2026, 3, 1))
    assert (rows_of(engine, EVENTS), rows_of(engine, STORED)) == ([], [("monthly", 11000, None)])


def test_a_later_premium_after_a_change_holds_from_its_day(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,monthly,110,", date(2026, 4, 1))
    take(engine, tmp_path, "P1,C1,A1,2025-01-31,monthly,120,", date(2026, 5, 1))
    assert [(row[0], row[4]) for row in rows_of(engine, EVENTS)] == [("mode_changed", 11000), ("premium_change", 12000)]
    assert rows_of(engine, STORED) == [("annual", 120000, None)]


def test_an_event_by_list_divides_the_yearly_premium_where_it_names_none(engine: Engine, tmp_path: Path) -> None:
    text = "保单号,事件,日期,说明\nP1,缴费方式变更,2026-04-01,月缴\nP2,mode_changed,2026-04-01,annual/10\n"
    import_text(engine, tmp_path, "events", text)
    found = rows_of(engine, "SELECT detail, amount FROM events ORDER BY policy_id")
    assert found == [("monthly", 10000), ("annual/10", 119400)]


@pytest.mark.parametrize("detail", ["", "weekly", "single", "monthly/", "monthly/0", "monthly/ten", "/", "annual/151"])
def test_a_change_that_does_not_tell_the_mode_is_rejected(engine: Engine, tmp_path: Path, detail: str) -> None:
    text = f"policy_no,kind,occurred_on,detail\nP1,mode_changed,2026-04-01,{detail}\n"
    report = import_text(engine, tmp_path, "events", text)
    assert [(severity, name) for _, severity, name, _ in problems(report)] == [("rejected", "detail")]
