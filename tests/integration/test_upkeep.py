"""What waits in the outbox follows the facts until it leaves: nothing that no longer holds goes out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from books.small_plans import CALENDAR, only
from policyserve import db
from policyserve.messages.generation.generation import run_generation
from policyserve.messages.generation.upkeep import facts_stamp, keep_up
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.settings_file import MessageSettings
from policyserve.tables import Agent, Customer, Debit, Event, Policy, Premium

ISSUED = date(2025, 6, 15)
D30 = date(2026, 5, 16)
"""Thirty days before the second premium."""
OVERDUE = date(2026, 6, 16)
REMINDERS, LAPSES = "renewal-reminder", "lapse-reminder"


def store(engine: Engine, table: Any, *rows: dict[str, Any]) -> None:
    with db.writing(engine) as connection:
        for row in rows:
            connection.execute(insert(table), row)


def change(engine: Engine, sql: str) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql(sql)


@pytest.fixture
def book(engine: Engine) -> Engine:
    store(engine, Agent, {"id": 1, "agent_no": "A1", "name": "林慧", "phone": "15400000102"})
    people = [
        {"id": key, "customer_no": f"C{key}", "name": name, "gender": "female", "phone": f"1540000000{key}"}
        | {"birthday": date(1980, 5, 16), "agent_id": 1, "marketing_consent": True, "known_on": ISSUED}
        for key, name in ((1, "王芳"), (2, "李静"))
    ]
    store(engine, Customer, *people)
    plain = {"customer_id": 1, "agent_id": 1, "mode": "annual", "premium": 100_000, "currency": "CNY"}
    days = {"issue_date": ISSUED, "effective_date": ISSUED, "known_on": ISSUED}
    store(engine, Policy, *({"id": key, "policy_no": f"33020250000{key:04}"} | plain | days for key in (1, 2)))
    return engine


def generate(engine: Engine, day: date, *codes: str, **settings: Any) -> None:
    asked = MessageSettings.model_validate(settings)
    with db.writing(engine, bulk=True) as connection:
        standard = only(*codes, "contact-data")
        run_generation(connection, standard, CALENDAR, asked, day=day, at=instant(day))


def keep(engine: Engine, day: date, *codes: str, **settings: Any) -> int:
    asked = MessageSettings.model_validate(settings)
    with db.writing(engine) as connection:
        return keep_up(connection, only(*codes, "contact-data"), CALENDAR, asked, day=day, at=instant(day))


def instant(day: date) -> datetime:
    return datetime.combine(day, time(1), UTC)


def states(engine: Engine) -> list[tuple[int, str, str | None]]:
    """Return policy or customer, status and the code of the reason of every message."""
    with db.reading(engine) as connection:
        rows = connection.execute(select(MESSAGES).order_by(MESSAGES.c.id)).all()
    return [(row.subject_id, row.status, row.reason and row.reason.split("{")[0].strip()) for row in rows]


def text(engine: Engine, key: int = 1) -> str:
    with db.reading(engine) as connection:
        return str(connection.scalar(select(MESSAGES.c.text).where(MESSAGES.c.id == key)))


def pay(engine: Engine, day: date, policy: int = 1) -> None:
    store(engine, Premium, {"policy_id": policy, "instalment": 2, "paid_on": day})


GONE = {
    "paid": "INSERT INTO premiums (policy_id, instalment, paid_on) VALUES (1, 2, '2026-05-16')",
    "dead": "UPDATE customers SET deceased_on = '2026-05-15' WHERE id = 1",
    "surrendered": "INSERT INTO events (customer_id, policy_id, number, kind, occurred_on, recorded_on) "
    "VALUES (1, 1, 1, 'surrender', '2026-05-15', '2026-05-16')",
    "waived": "INSERT INTO events (customer_id, policy_id, number, kind, occurred_on, recorded_on) "
    "VALUES (1, 1, 1, 'waiver', '2026-05-15', '2026-05-16')",
    "another holder": "UPDATE policies SET customer_id = 2 WHERE id = 1",
    "no phone": "UPDATE customers SET phone = NULL WHERE id = 1",
}


@pytest.mark.parametrize("fact", GONE)
def test_what_a_fact_has_removed_does_not_leave(book: Engine, fact: str) -> None:
    change(book, "DELETE FROM policies WHERE id = 2")
    generate(book, D30, REMINDERS)
    change(book, GONE[fact])
    assert keep(book, D30, REMINDERS) == 1
    assert [status for _, status, _ in states(book)] == ["cancelled"]


@pytest.mark.parametrize("status", ["approved", "queued"])
def test_it_does_not_leave_either_when_it_was_let_go_or_tried_before(book: Engine, status: str) -> None:
    change(book, "DELETE FROM policies WHERE id = 2")
    generate(book, D30, REMINDERS)
    change(book, f"UPDATE messages SET status = '{status}', attempts = {int(status == 'queued')}")
    pay(book, D30)
    assert keep(book, D30, REMINDERS) == 1
    assert states(book)[0][1] == "cancelled"


def test_another_amount_is_written_anew_and_a_manager_lets_it_go_again(book: Engine) -> None:
    change(book, "DELETE FROM policies WHERE id = 2")
    generate(book, D30, REMINDERS, approval=["service"])
    change(book, "UPDATE messages SET status = 'approved'")
    change(book, "UPDATE policies SET premium = 120000")
    assert keep(book, D30, REMINDERS, approval=["service"]) == 1
    assert (states(book)[0][1], "1,200.00" in text(book)) == ("planned", True)


def test_one_of_two_reminders_that_go_as_one_is_taken_out_of_the_text(book: Engine) -> None:
    generate(book, D30, REMINDERS)
    assert [status for _, status, _ in states(book)] == ["planned", "cancelled"]
    pay(book, D30, policy=2)
    keep(book, D30, REMINDERS)
    assert states(book)[0][1] == "planned"
    assert ("尾号0001" in text(book), "尾号0002" in text(book)) == (True, False)


def test_the_one_that_carried_the_other_is_paid(book: Engine) -> None:
    generate(book, D30, REMINDERS)
    pay(book, D30, policy=1)
    keep(book, D30, REMINDERS)
    assert [status for _, status, _ in states(book)] == ["cancelled", "planned"]
    assert ("尾号0001" in text(book, 2), "尾号0002" in text(book, 2)) == (False, True)


def test_two_that_wait_for_another_try_as_one_stay_one(book: Engine) -> None:
    generate(book, D30, REMINDERS)
    whole = text(book)
    change(book, "UPDATE messages SET status = 'queued', attempts = 1 WHERE id = 1")
    assert keep(book, D30, REMINDERS) == 0
    assert (text(book), states(book)[0][1]) == (whole, "queued")


def test_a_greeting_that_waits_for_another_try_is_not_over_its_own_cap(book: Engine) -> None:
    generate(book, D30, "birthday-greeting")
    change(book, "UPDATE messages SET status = 'queued', attempts = 1")
    assert keep(book, D30, "birthday-greeting") == 0


def test_where_nothing_changed_nothing_is_touched_and_nothing_new_is_made(book: Engine) -> None:
    generate(book, D30, REMINDERS)
    assert keep(book, D30, REMINDERS) == 0
    assert keep(book, D30, REMINDERS, "birthday-greeting") == 0
    assert len(states(book)) == 2


def test_what_was_made_for_a_later_day_waits_for_it(book: Engine) -> None:
    generate(book, D30, REMINDERS)
    pay(book, D30)
    assert keep(book, D30 - timedelta(days=1), REMINDERS) == 0


def test_what_is_too_late_expires(book: Engine) -> None:
    generate(book, D30, "birthday-greeting")
    assert keep(book, D30 + timedelta(days=1), "birthday-greeting") == 1
    assert {status for _, status, _ in states(book)} == {"expired"}


def test_a_payment_that_is_taken_back_lets_the_reminder_go_again(book: Engine) -> None:
    change(book, "DELETE FROM policies WHERE id = 2")
    store(book, Premium, {"policy_id": 1, "instalment": 2})
    generate(book, OVERDUE, LAPSES, "birthday-greeting")
    change(book, f"UPDATE premiums SET paid_on = '{OVERDUE}'")
    keep(book, OVERDUE, LAPSES)
    assert states(book)[0][1] == "cancelled"
    change(book, "UPDATE premiums SET paid_on = NULL")
    generate(book, OVERDUE, LAPSES)
    assert states(book)[0][1] == "planned"


def test_a_message_by_another_hand_is_left_alone(book: Engine) -> None:
    generate(book, D30, REMINDERS)
    change(book, "UPDATE messages SET generation_id = NULL")
    pay(book, D30)
    assert keep(book, D30, REMINDERS) == 0


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (Event, {"customer_id": 1, "number": 9, "kind": "claim", "occurred_on": D30, "recorded_on": D30}),
        (Debit, None),
    ],
)
def test_the_stamp_tells_new_facts(book: Engine, table: Any, row: dict[str, Any] | None) -> None:
    with db.reading(book) as connection:
        before = facts_stamp(connection, D30)
        assert facts_stamp(connection, D30) == before
    if row is None:  # a list brings debits, and leaves its own row
        change(
            book,
            "INSERT INTO imports (kind, file_name, sha256, as_of, at, rows, added, updated, unchanged, rejected, "
            f"warnings) VALUES ('premiums', 'p.csv', '0', '{D30}', '{D30} 01:00:00', 1, 1, 0, 0, 0, 0)",
        )
    else:
        store(book, table, row)
    with db.reading(book) as connection:
        assert facts_stamp(connection, D30) != before
