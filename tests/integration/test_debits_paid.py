"""A debit with success pays its instalment, unless the payment's own columns say otherwise; a return takes it back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.lists_in import import_book, import_text, rows_of
from policyserve import db
from policyserve.book.snapshot import load_book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.states import states

ENGLISH = "policy_no,instalment,amount,paid_on,paid_amount,debit_on,debit_result\n"
DAILY = "保单号,期次,应缴日期,应缴保费,扣款日期,扣款结果\n"
DUE, AFTER = date(2026, 1, 31), date(2026, 2, 10)


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)


def take(engine: Engine, folder: Path, *rows: str, header: str = ENGLISH) -> None:
    import_text(engine, folder, "premiums", header + "".join(f"P1,{row}\n" for row in rows))


def paid(engine: Engine, as_of: date = AFTER) -> tuple[date | None, int | None]:
    """Return when the second instalment was paid, and how much of it, as known on a day."""
    with db.reading(engine) as connection:
        premiums = load_book(connection).as_of(as_of).premiums
    row = premiums.filter(instalment=2).row(0, named=True)
    return row["paid_on"], row["paid_amount"]


def state(engine: Engine, as_of: date = AFTER) -> str:
    with db.reading(engine) as connection:
        known = Contracts.of(load_book(connection), as_of)
    return str(states(known, 15).filter(policy_id=1)["state"][0])


def test_the_daily_list_of_debits_pays_the_instalment(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "2,2026-01-31,1200,2026-02-02,成功", header=DAILY)
    assert (paid(engine), state(engine)) == ((date(2026, 2, 2), None), "in_force")
    assert (paid(engine, DUE), state(engine, date(2026, 2, 1))) == ((None, None), "grace")
    assert rows_of(engine, "SELECT paid_on FROM premiums") == [(None,)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2,,2026-02-05,,2026-02-02,success", (date(2026, 2, 5), None)),
        ("2,,2026-02-05,600,2026-02-02,success", (date(2026, 2, 5), 60_000)),
        ("2,,,600,2026-02-02,success", (date(2026, 2, 2), 60_000)),
        ("2,,,0,2026-02-02,success", (None, 0)),
        ("2,,,,2026-02-02,failed", (None, None)),
    ],
)
def test_the_payments_own_columns_come_first(
    engine: Engine, tmp_path: Path, row: str, expected: tuple[date | None, int | None]
) -> None:
    take(engine, tmp_path, row)
    assert paid(engine) == expected


@pytest.mark.parametrize(
    "later", ["2,,,,2026-02-02,failed", "2,,,,2026-02-06,failed", "2,,-,,,"], ids=["same day", "later", "by hand"]
)
def test_a_return_takes_it_back(engine: Engine, tmp_path: Path, later: str) -> None:
    take(engine, tmp_path, "2,,,,2026-02-02,success")
    take(engine, tmp_path, later)
    assert (paid(engine)[0], state(engine)) == (None, "grace")


def test_the_next_success_pays_again(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "2,,,,2026-02-02,success")
    take(engine, tmp_path, "2,,-,,,")
    take(engine, tmp_path, "2,,,,2026-02-09,success")
    assert paid(engine) == (date(2026, 2, 9), None)


def test_a_return_known_later_leaves_the_days_before_it_alone(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "2,,,,2026-02-02,success", "2,,,,2026-02-06,failed")
    assert [paid(engine, date(2026, 2, day))[0] for day in (1, 2, 5, 6)] == [
        None, date(2026, 2, 2), date(2026, 2, 2), None,
    ]  # fmt: skip


def test_a_day_within_a_day_is_the_same(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, "2,,2026-02-08,600,2026-02-02,success")
    with db.reading(engine) as connection:
        book = load_book(connection)
    once = book.as_of(date(2026, 2, 5))
    assert once.as_of(date(2026, 2, 5)).premiums.equals(once.premiums)
