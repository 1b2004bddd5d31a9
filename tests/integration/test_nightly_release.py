"""The whole nightly release on both databases: lists, standard and calendar in, tasks out."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, insert

from desks.task_book import AT, fill, steps, tasks
from policyserve import db
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard
from policyserve.tables import Event, Premium
from policyserve.tasks.nightly_release import run_release
from policyserve.tasks.release import ReleaseCounts

STANDARD = default_standard()
CALENDAR = load_calendar(fixture("calendars", "cn.yaml"))
MAY_4 = date(2026, 5, 4)
DECEMBER_1 = date(2026, 12, 1)


@pytest.fixture
def book(engine: Engine) -> Engine:
    """The small book: three annual policies issued on 4 January 2026, two customers born on 10 May."""
    fill(engine)
    return engine


def nightly(engine: Engine, as_of: date, days: int = 30, standard: Standard = STANDARD) -> ReleaseCounts:
    with db.writing(engine, bulk=True) as connection:
        return run_release(connection, standard, CALENDAR, as_of=as_of, at=AT, days=days)


def pay(engine: Engine, paid_on: date) -> None:
    with db.writing(engine) as connection:
        connection.execute(insert(Premium), {"policy_id": 1, "instalment": 2, "paid_on": paid_on})


def happen(engine: Engine, policy_id: int, kind: str, on: date) -> None:
    with db.writing(engine) as connection:
        row = {"customer_id": 1, "policy_id": policy_id, "number": 1, "kind": kind, "occurred_on": on}
        connection.execute(insert(Event), row | {"recorded_on": on})


def of_service(engine: Engine, code: str) -> list[tuple[str, int, date, str]]:
    found = [task for task in tasks(engine) if task.service == code]
    return sorted((task.subject_kind, task.subject_id, task.due, task.status) for task in found)


def last_reasons(engine: Engine) -> set[str | None]:
    return {why for action, _, _, why in steps(engine) if action == "cancelled"}


def test_the_days_ahead_become_tasks_and_the_second_run_adds_nothing(book: Engine) -> None:
    """Policies 1 and 2 were bought together: one visit for both."""
    first = nightly(book, MAY_4)
    before_the_holiday = date(2026, 4, 30)
    assert of_service(book, "visit-m4") == [("policy", number, before_the_holiday, "open") for number in (1, 3)]
    assert [row[1] for row in of_service(book, "birthday-greeting")] == [1, 2]
    assert first.added == len(tasks(book))
    assert nightly(book, MAY_4) == ReleaseCounts(unchanged=first.added)


def test_the_next_night_adds_one_more_day_and_leaves_the_rest(book: Engine) -> None:
    first = nightly(book, MAY_4)
    second = nightly(book, date(2026, 5, 5))
    assert (second.moved, second.cancelled, second.reopened) == (0, 0, 0)
    assert second.unchanged + second.missed == first.added


def test_a_surrender_cancels_the_work_on_that_policy_and_says_so(book: Engine) -> None:
    nightly(book, MAY_4)
    happen(book, 1, "surrender", MAY_4)
    counts = nightly(book, MAY_4)
    assert counts.cancelled > 0
    assert [row[3] for row in of_service(book, "visit-m4")] == ["cancelled", "open", "open"]
    assert last_reasons(book) == {"the policy was surrendered on 2026-05-04"}


def test_a_payment_cancels_the_reminder_and_says_when_it_came(book: Engine) -> None:
    december = date(2026, 12, 6)
    nightly(book, date(2026, 10, 6))
    reminders = [row for row in of_service(book, "renewal-reminder-d90") if row[1] == 1]
    assert reminders
    pay(book, date(2026, 10, 6))
    nightly(book, date(2026, 10, 6))
    cancelled = [row for row in of_service(book, "renewal-reminder-d90") if row[3] == "cancelled"]
    assert [row[1] for row in cancelled] == [1]
    assert last_reasons(book) == {"instalment 2 was paid on 2026-10-06"}
    assert nightly(book, december).reopened == 0


def test_an_event_retracted_by_mistake_and_put_back_reopens_the_work(book: Engine) -> None:
    happen(book, 1, "service_request", MAY_4)
    nightly(book, MAY_4)
    for retracted, status in (("'2026-05-04'", "cancelled"), ("NULL", "open")):
        with db.writing(book) as connection:
            connection.exec_driver_sql(f"UPDATE events SET retracted_on = {retracted}")
        nightly(book, MAY_4)
        assert [row[3] for row in of_service(book, "errand")] == [status]
    assert last_reasons(book) == {"the event was retracted"}


def test_a_corrected_birthday_moves_the_task_even_far_and_never_doubles_it(book: Engine) -> None:
    nightly(book, MAY_4)
    with db.writing(book) as connection:
        connection.exec_driver_sql("UPDATE customers SET birthday = '1980-10-05' WHERE id = 1")
    assert nightly(book, MAY_4).moved >= 1
    greetings = of_service(book, "birthday-greeting")
    assert greetings == [("customer", 1, date(2026, 10, 5), "open"), ("customer", 2, date(2026, 5, 10), "open")]
    assert nightly(book, MAY_4).moved == 0


def test_a_shorter_release_keeps_what_a_longer_one_has_added(book: Engine) -> None:
    long = nightly(book, MAY_4, days=120)
    assert nightly(book, MAY_4, days=5) == ReleaseCounts(unchanged=long.added)


def test_what_fell_due_before_the_policy_was_known_never_comes_all_at_once(engine: Engine) -> None:
    fill(engine, known_on=MAY_4)
    nightly(engine, MAY_4)
    assert min(task.due for task in tasks(engine)) >= MAY_4


def test_a_service_switched_off_cancels_its_work(book: Engine) -> None:
    nightly(book, MAY_4)
    services = tuple(
        service.model_copy(update={"enabled": service.code != "visit-m4"}) for service in STANDARD.services
    )
    changed = STANDARD.model_copy(update={"services": services})
    nightly(book, MAY_4, standard=changed)
    assert {row[3] for row in of_service(book, "visit-m4")} == {"cancelled"}
    assert last_reasons(book) == {"the standard has switched this service off"}
