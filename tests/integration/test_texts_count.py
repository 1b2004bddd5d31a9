"""A text that was sent counts as done: no second greeting in a year, no hand-over twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from books.small_plans import CALENDAR, only
from desks.outbox_rows import message
from policyserve import db
from policyserve.book.snapshot import load_book
from policyserve.dates import Days
from policyserve.plan.planner import plan
from policyserve.tables import Agent, Customer, Message, Policy

ISSUED = date(2025, 9, 10)
SENT = date(2026, 5, 5)


@pytest.fixture
def greeted(engine: Engine) -> Engine:
    with db.writing(engine) as connection:
        connection.execute(insert(Agent), {"id": 1, "agent_no": "A1", "name": "周甲"})
        who = {"id": 1, "customer_no": "C1", "birthday": date(1981, 5, 5), "phone": "15400000001", "agent_id": 1}
        connection.execute(insert(Customer), who | {"marketing_consent": True, "known_on": ISSUED})
        held = {"id": 1, "policy_no": "P1", "customer_id": 1, "agent_id": 1, "mode": "annual", "premium": 1}
        days = {"issue_date": ISSUED, "effective_date": ISSUED, "known_on": ISSUED, "currency": "CNY"}
        connection.execute(insert(Policy), held | days)
        connection.execute(insert(Message), sent("birthday-greeting", 45))
    return engine


def sent(service: str, ordinal: int, status: str = "delivered") -> dict[str, Any]:
    days = {"anchor": SENT, "due": SENT, "send_on": SENT, "last_on": SENT, "subject_id": 1, "subject_kind": "customer"}
    return message(1, service=service, ordinal=ordinal, status=status, message_class="marketing", **days)


def greetings(engine: Engine, first: date, last: date) -> list[int]:
    with db.reading(engine) as connection:
        book = load_book(connection)
    found = plan(book, only("birthday-greeting"), CALENDAR, Days.between(first, last), first)
    return sorted(found["ordinal"])


def correct(engine: Engine, change: str) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql(change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE customers SET birthday = '1980-06-20'",
        "UPDATE customers SET lunar_birthday = '1980-04-25'",
        "UPDATE customers SET birthday = '1980-10-20'",
    ],
)
def test_a_corrected_birthday_brings_no_second_greeting(greeted: Engine, change: str) -> None:
    correct(greeted, change)
    assert greetings(greeted, date(2026, 5, 6), date(2026, 10, 31)) == []
    assert len(greetings(greeted, date(2027, 1, 1), date(2027, 12, 31))) == 1


@pytest.mark.parametrize(
    ("status", "count"), [("accepted", 0), ("unknown", 0), ("failed", 1), ("cancelled", 1), ("queued", 1)]
)
def test_only_what_left_or_may_have_left_counts(greeted: Engine, status: str, count: int) -> None:
    correct(greeted, f"UPDATE messages SET status = '{status}'")
    correct(greeted, "UPDATE customers SET birthday = '1980-06-20'")
    assert len(greetings(greeted, date(2026, 5, 6), date(2026, 10, 31))) == count
