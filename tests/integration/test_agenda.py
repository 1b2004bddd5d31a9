"""An agent's day, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from desks.task_book import MONDAY, fill, run, touch
from policyserve import db
from policyserve.errors import NotFoundError
from policyserve.standard.model import Standard
from policyserve.tasks.agenda import Agenda, agenda, office_agenda

TOMORROW = MONDAY + timedelta(days=1)
YESTERDAY = MONDAY - timedelta(days=1)


def service(code: str, bearing: tuple[int, int, int], **others: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": code.title(),
        "name_zh": "项目",
        "level": "assessed",
        "stage": "know",
        "subject": "policy",
        "trigger": {"kind": "after", "anchor": "issue", "months": 4},
        "channels": ["visit"],
        "bearing": dict(zip(("persistency", "referrals", "add_ons"), bearing, strict=True)),
    } | others


STANDARD = Standard.model_validate(
    {
        "name": "small",
        "version": "1",
        "weights": {"persistency": 2, "referrals": 1, "add_ons": 1},
        "services": [
            service("visit-m4", (5, 3, 3), talking_points_zh=("检视保障",), tools=("review card",)),
            service("lapse-reminder", (5, 3, 3), message_class="duty"),
            service("half-year-visit", (1, 1, 1)),
        ],
    }
)


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def day_of(engine: Engine, agent_no: str = "1002", day: date = MONDAY) -> Agenda:
    with db.reading(engine) as connection:
        return agenda(connection, agent_no, day, STANDARD)


def shown(day: Agenda) -> list[tuple[str, list[str]]]:
    return [(customer.customer_no, [task.service for task in customer.tasks]) for customer in day.customers]


def test_a_customer_comes_once_with_all_there_is_to_do_the_strongest_bearing_first(book: Engine) -> None:
    run(book, [touch("half-year-visit", policy=1), touch("visit-m4", policy=2)])
    day = day_of(book)
    assert shown(day) == [("C1", ["visit-m4", "half-year-visit"])]
    (customer,) = day.customers
    assert (customer.score, customer.phone, customer.vip, customer.salutation("zh")) == (
        16,
        "13900000001",
        False,
        "客女士",
    )


def test_what_expires_today_comes_before_what_bears_more_and_has_weeks(book: Engine) -> None:
    run(book, [touch("half-year-visit", policy=1, latest=MONDAY), touch("visit-m4", policy=2)])
    assert shown(day_of(book)) == [("C1", ["half-year-visit", "visit-m4"])]
    run(book, [touch("half-year-visit", policy=3, agent_id=2, latest=MONDAY), touch("visit-m4", policy=1)])
    assert [customer_no for customer_no, _ in shown(day_of(book))] == ["C2", "C1"]


def test_of_one_last_day_duties_come_first_then_the_score(book: Engine) -> None:
    run(book, [touch("visit-m4", policy=1), touch("lapse-reminder", policy=3, agent_id=2)])
    assert shown(day_of(book)) == [("C2", ["lapse-reminder"]), ("C1", ["visit-m4"])]
    run(book, [touch("visit-m4", policy=1), touch("visit-m4", policy=2), touch("lapse-reminder", policy=3, agent_id=2)])
    assert [customer_no for customer_no, _ in shown(day_of(book))] == ["C2", "C1"]


def test_of_equal_customers_the_one_whose_time_ends_first_comes_first(book: Engine) -> None:
    run(book, [touch(policy=1), touch(policy=3, agent_id=2, latest=TOMORROW)])
    assert [customer_no for customer_no, _ in shown(day_of(book))] == ["C2", "C1"]


def test_what_is_due_later_is_a_hint_and_what_is_late_but_on_time_is_overdue(book: Engine) -> None:
    run(book, [touch(policy=1, due=YESTERDAY), touch(policy=2, due=TOMORROW)])
    (customer,) = day_of(book).customers
    assert [(task.policy_no, task.overdue) for task in customer.tasks] == [("P1", True)]
    assert (customer.ahead, day_of(book).ahead) == (1, 1)


def test_what_is_over_closed_or_far_ahead_is_not_on_the_agenda(book: Engine) -> None:
    run(book, [touch(policy=1, latest=MONDAY), touch(policy=2, due=MONDAY + timedelta(days=8))])
    assert shown(day_of(book, day=TOMORROW)) == []
    assert day_of(book, day=MONDAY).ahead == 0


def test_a_task_put_off_shows_on_the_day_it_was_put_to(book: Engine) -> None:
    run(book, [touch()])
    with db.writing(book) as connection:
        connection.exec_driver_sql(f"UPDATE tasks SET snoozed_to = '{TOMORROW}'")
    assert shown(day_of(book)) == []
    assert shown(day_of(book, day=TOMORROW)) == [("C1", ["visit-m4"])]
    assert not next(day_of(book, day=TOMORROW).tasks).overdue


def test_each_task_says_what_why_and_by_when_in_both_languages(book: Engine) -> None:
    run(book, [touch(nominal=date(2026, 5, 2))])
    task = next(day_of(book).tasks)
    assert task.fields("en") == {
        "task_id": 1,
        "service": "visit-m4",
        "customer_no": "C1",
        "policy_no": "P1",
        "due": MONDAY,
        "latest": date(2026, 5, 18),
        "status": "open",
        "reason": "policy P1 was issued on 2026-01-04; issue + 4 months: 2026-05-02; a day off, so 2026-05-04",
    }
    assert task.reason("zh") == "保单P1于2026-01-04承保；标准：承保日+4个月，2026-05-02，逢休息日改为2026-05-04"
    assert (task.name("zh"), task.talking_points("zh"), task.tools("en")) == ("项目", ("检视保障",), ("review card",))


def test_a_task_of_a_service_that_the_standard_dropped_is_still_shown(book: Engine) -> None:
    run(book, [touch("old-service")])
    task = next(day_of(book).tasks)
    assert (task.name("en"), task.reason("en")) == ("old-service", "the standard no longer has this service")


def leave(engine: Engine, *agent_ids: int) -> None:
    with db.writing(engine) as connection:
        for agent_id in agent_ids:
            connection.exec_driver_sql(f"UPDATE agents SET left_on = '{MONDAY}' WHERE id = {agent_id}")


def test_the_work_of_who_left_shows_under_the_manager_with_the_leavers_name(book: Engine) -> None:
    run(book, [touch(policy=1), touch(policy=3)])
    assert shown(day_of(book, "1001")) == []
    leave(book, 2)
    day = day_of(book, "1001")
    assert shown(day) == [("C1", ["visit-m4"])]
    assert [task.leaver for task in day.tasks] == ["Agent 1002"]
    assert [task.leaver for task in day_of(book, "1003").tasks] == [None]


def test_the_work_of_who_left_goes_up_through_managers_who_left(book: Engine) -> None:
    run(book, [touch(policy=1)])
    with db.writing(book) as connection:
        connection.exec_driver_sql("UPDATE agents SET manager_id = 4 WHERE id = 1")
    leave(book, 1, 2)
    assert shown(day_of(book, "1004")) == [("C1", ["visit-m4"])]


def test_managers_who_report_to_each_other_do_not_hang_the_agenda(book: Engine) -> None:
    run(book, [touch(policy=1)])
    with db.writing(book) as connection:
        connection.exec_driver_sql("UPDATE agents SET manager_id = 2 WHERE id = 1")
    leave(book, 1, 2)
    assert shown(day_of(book, "1002")) == [("C1", ["visit-m4"])]


def office(engine: Engine, branch: str) -> Agenda:
    with db.reading(engine) as connection:
        return office_agenda(connection, branch, MONDAY, STANDARD)


def test_the_office_sees_its_own_work_of_its_own_branch(book: Engine) -> None:
    run(book, [touch(policy=1), touch("grace-demand", policy=3, performer="office", channels="letter+sms")])
    assert shown(office(book, "North")) == [("C2", ["grace-demand"])]
    assert shown(office(book, "South")) == []
    assert shown(day_of(book, "1003")) == []


def test_the_office_sees_the_work_of_leavers_whom_no_manager_is_left_for(book: Engine) -> None:
    run(book, [touch(policy=1)])
    leave(book, 1, 2)
    assert shown(office(book, "North")) == [("C1", ["visit-m4"])]


def test_the_office_sees_the_work_of_leavers_who_reported_to_each_other(book: Engine) -> None:
    run(book, [touch(policy=1)])
    with db.writing(book) as connection:
        connection.exec_driver_sql("UPDATE agents SET manager_id = 3 - id WHERE id IN (1, 2)")
    assert shown(office(book, "North")) == []
    leave(book, 1, 2)
    assert shown(office(book, "North")) == [("C1", ["visit-m4"])]
    assert shown(office(book, "South")) == []


def test_an_agent_with_nothing_to_do_has_an_empty_day(book: Engine) -> None:
    day = day_of(book)
    assert (day.name, day.customers, day.ahead) == ("Agent 1002", (), 0)


def test_who_is_unknown_is_said_so(book: Engine) -> None:
    with pytest.raises(NotFoundError, match="No agent has the number '9'"):
        day_of(book, "9")
    with pytest.raises(NotFoundError, match="No branch has the number 'East'"):
        office(book, "East")
