"""Customers without a mobile phone on both databases: one task, and what goes out once a number comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from books.small_plans import only
from desks.message_book import (
    BIRTHDAY,
    D30,
    GREETING,
    ISSUED,
    LANDLINE,
    MOBILE,
    REMINDER,
    change,
    fates,
    fill,
    generate,
    messages,
    store,
)
from policyserve import db
from policyserve.standard.model import Standard
from policyserve.tables import Premium, Task, Transition, table

TASKS = table(Task)


TRANSITIONS = table(Transition)


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def data_tasks(engine: Engine) -> list[tuple[int, str, date]]:
    """Return ordinal, status and latest day of the tasks that ask for a phone."""
    with db.reading(engine) as connection:
        found = connection.execute(select(TASKS).where(TASKS.c.service == "contact-data").order_by(TASKS.c.id))
        return [(row.ordinal, row.status, row.latest) for row in found]


@pytest.mark.parametrize("phone", ["NULL", f"'{LANDLINE}'"])
def test_without_a_mobile_the_agent_gets_one_task_and_no_message_is_stuck(book: Engine, phone: str) -> None:
    change(book, f"UPDATE customers SET phone = {phone}")
    for day in (D30, D30, D30 + timedelta(days=1)):
        assert fates(generate(book, day, REMINDER)) == {"renewal-reminder-d30": ("withheld", "no-phone")}
    assert messages(book) == []
    assert data_tasks(book) == [(1, "open", D30 + timedelta(days=14))]
    with db.reading(book) as connection:
        task = connection.execute(select(TASKS)).one()
        steps = connection.execute(select(TRANSITIONS.c.action, TRANSITIONS.c.actor)).all()
    assert (task.agent_id, task.performer, task.channels, task.customer_id) == (1, "agent", "call+visit", 1)
    assert [tuple(step) for step in steps] == [("added", "messages")]


def test_a_number_that_comes_cancels_the_task_and_the_message_goes_if_it_is_still_on_time(book: Engine) -> None:
    change(book, f"UPDATE customers SET phone = '{LANDLINE}'")
    generate(book, D30, REMINDER)
    change(book, f"UPDATE customers SET phone = '{MOBILE}'")
    next_day = D30 + timedelta(days=1)
    assert generate(book, next_day, REMINDER).added == 1
    assert [status for _, status, _ in data_tasks(book)] == ["cancelled"]
    (row,) = messages(book)
    assert (row.status, row.due, row.send_on) == ("planned", D30, next_day)


def test_another_landline_is_no_answer(book: Engine) -> None:
    change(book, f"UPDATE customers SET phone = '{LANDLINE}'")
    generate(book, D30, REMINDER)
    change(book, "UPDATE customers SET phone = '02187654321'")
    generate(book, D30, REMINDER)
    assert [status for _, status, _ in data_tasks(book)] == ["open"]


def test_wishes_for_which_no_number_came_on_the_day_are_not_made_later(book: Engine) -> None:
    change(book, "UPDATE customers SET phone = NULL")
    generate(book, BIRTHDAY, GREETING)
    change(book, f"UPDATE customers SET phone = '{MOBILE}'")
    assert generate(book, BIRTHDAY + timedelta(days=1), GREETING).added == 0


def close_task(engine: Engine, on: date) -> None:
    change(engine, "UPDATE tasks SET status = 'done'")
    step = {"task_id": 1, "at": datetime.combine(on, time(2), UTC), "as_of": on, "actor": "A1", "action": "done"}
    store(engine, TRANSITIONS, step | {"from_status": "open", "to_status": "done"})


@pytest.mark.parametrize(("days_later", "expected"), [(1, 1), (30, 1), (31, 2)])
def test_who_could_not_be_asked_is_not_asked_again_within_thirty_days(
    book: Engine, days_later: int, expected: int
) -> None:
    """The monthly premiums call for a message before each of them."""
    change(book, "UPDATE policies SET mode = 'monthly'")
    change(book, "UPDATE customers SET phone = NULL")
    asked_on = date(2026, 5, 12)
    generate(book, asked_on, "renewal-reminder-d3")
    close_task(book, date(2026, 5, 13))
    with db.writing(book) as connection:
        paid = [{"policy_id": 1, "instalment": number, "paid_on": ISSUED} for number in range(2, 13)]
        connection.execute(insert(Premium), paid)
    later = date(2026, 5, 13) + timedelta(days=days_later)
    standard = _daily_reminders()
    generate(book, later, standard=standard)
    assert len(data_tasks(book)) == expected


def _daily_reminders() -> Standard:
    """Return a standard whose reminder is on time for a month."""
    standard = only("renewal-reminder-d3", "contact-data")
    services = [
        one.model_copy(update={"window": one.window.model_copy(update={"after": 60})}) for one in standard.services
    ]
    return standard.model_copy(update={"services": tuple(services)})


def test_the_service_of_the_task_is_a_setting_and_without_it_nobody_is_asked(book: Engine) -> None:
    change(book, "UPDATE customers SET phone = NULL")
    generate(book, D30, REMINDER, data_task="none-such")
    assert data_tasks(book) == []
    generate(book, D30, standard=only(REMINDER, "data-check"), data_task="data-check")
    with db.reading(book) as connection:
        assert connection.execute(select(TASKS.c.service)).scalars().all() == ["data-check"]
