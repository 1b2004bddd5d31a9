"""The stamp of the facts moves with whatever a figure or a release is made of, and stands still otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from books.lists_in import AS_OF, import_book, import_text
from policyserve import db
from policyserve.book.facts_stamp import facts_stamp, rights_stamp
from policyserve.config import fixture
from policyserve.operations.calendars import calendar_named
from policyserve.operations.events import add_event, retract_event
from policyserve.operations.standards import use_standard
from policyserve.tables import Customer, Referral, table

AT = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _book(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)


def stamp(engine: Engine) -> tuple[object, ...]:
    with db.reading(engine) as connection:
        return *facts_stamp(connection), *rights_stamp(connection)


def moved(engine: Engine, act: Callable[[], object]) -> bool:
    before = stamp(engine)
    act()
    return stamp(engine) != before


def test_lists_events_and_retractions_move_it_and_reading_does_not(engine: Engine, tmp_path: Path) -> None:
    complaint = {"policy_no": "P1", "kind": "complaint", "occurred_on": "2026-02-01"}
    keys: list[int] = []
    assert not moved(engine, lambda: stamp(engine))
    assert moved(engine, lambda: import_text(engine, tmp_path, "customers", "customer_no,name\nC9,Sun\n"))
    assert moved(engine, lambda: keys.append(add_event(engine, complaint, as_of=AS_OF)))
    assert moved(engine, lambda: retract_event(engine, keys[0], why="a mistake", as_of=AS_OF))


def test_a_standard_that_takes_the_place_of_another_moves_it(engine: Engine) -> None:
    calendar, path = calendar_named("cn"), fixture("standards", "life-cn.yaml")

    def use(at: datetime) -> None:
        use_standard(engine, path, calendar, holds_from=date(2026, 3, 1), at=at)

    assert moved(engine, lambda: use(AT))
    assert moved(engine, lambda: use(AT + timedelta(minutes=1)))


def test_a_referral_by_hand_and_a_restriction_move_it(engine: Engine) -> None:
    def refer() -> None:
        row = {"referrer_id": 1, "referred_name": "Zhou", "referred_on": date(2026, 2, 1)}
        with db.writing(engine) as connection:
            connection.execute(insert(table(Referral)).values(row))

    def restrict() -> None:
        customers = table(Customer)
        with db.writing(engine) as connection:
            connection.execute(update(customers).where(customers.c.id == 1).values(restricted_on=AS_OF))

    assert moved(engine, refer)
    assert moved(engine, restrict)
