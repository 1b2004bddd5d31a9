"""Messages merged or kept back on both databases: two of a day, wishes into an open claim."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from desks.message_book import (
    D30,
    DEMAND,
    REMINDER,
    change,
    customer,
    event,
    fill,
    generate,
    leave,
    messages,
    owe,
    pay,
    policy,
    store,
)
from policyserve.tables import Customer, Event, Policy


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


@pytest.fixture
def twice(book: Engine) -> Engine:
    """Give the customer a second policy with the same due days."""
    store(book, Policy, policy(2))
    return book


def test_two_reminders_of_a_day_go_as_one(twice: Engine) -> None:
    generate(twice, D30, REMINDER)
    lead, other = messages(twice)
    assert "您有2张保单的保费即将到期" in lead.text
    assert (other.status, other.reason, other.text, other.merged_into_id) == ("cancelled", "merged", None, lead.id)
    before = messages(twice)
    assert (generate(twice, D30, REMINDER).changed, messages(twice)) == (0, before)


def test_what_was_merged_stays_so_when_the_day_of_what_carries_it_has_passed(twice: Engine) -> None:
    generate(twice, D30, REMINDER)
    (lead, _) = messages(twice)
    generate(twice, lead.last_on + timedelta(days=1), REMINDER)
    told = [(row.status, row.reason, row.merged_into_id) for row in messages(twice) if row.ordinal == lead.ordinal]
    assert told == [("expired", "expired", None), ("cancelled", "merged", lead.id)]


def test_duties_never_go_as_one(twice: Engine) -> None:
    owe(twice, 1)
    owe(twice, 2)
    generate(twice, date(2026, 7, 15), DEMAND)
    assert [(row.status, row.merged_into_id) for row in messages(twice)] == [("planned", None)] * 2


def test_services_without_a_combined_template_go_one_by_one(twice: Engine) -> None:
    owe(twice, 1)
    owe(twice, 2)
    generate(twice, date(2026, 9, 14), "reinstatement-invitation")
    assert [(row.service, row.status) for row in messages(twice)] == [("reinstatement-invitation-d30", "planned")] * 2


@pytest.mark.parametrize("paid", [1, 2])
def test_when_one_of_two_is_paid_before_they_left_the_other_goes_alone(twice: Engine, paid: int) -> None:
    generate(twice, D30, REMINDER)
    pay(twice, D30, paid)
    generate(twice, D30, REMINDER)
    rows = {row.subject_id: row for row in messages(twice)}
    gone, goes = rows[paid], rows[3 - paid]
    assert (gone.status, gone.reason, gone.merged_into_id) == (
        "cancelled",
        "instalment-paid",
        None,
    )
    assert (goes.status, goes.reason, goes.merged_into_id) == ("planned", None, None)
    assert f"尾号000{3 - paid}" in goes.text
    assert f"尾号000{paid}" not in goes.text


def test_what_another_text_carried_out_of_the_house_is_not_sent_again(twice: Engine) -> None:
    generate(twice, D30, REMINDER)
    leave(twice)
    done = generate(twice, D30 + timedelta(days=1), REMINDER)
    assert (done.added, done.changed, done.left) == (0, 0, 2)


def test_what_was_merged_into_a_text_that_a_person_stopped_does_not_go_alone(twice: Engine) -> None:
    generate(twice, D30, REMINDER)
    change(
        twice,
        "UPDATE messages SET status = 'cancelled', reason = 'by-hand', final_at = planned_at WHERE status = 'planned'",
    )
    assert generate(twice, D30, REMINDER).left == 2


LABOUR_DAY = date(2026, 5, 1)


def wishes(engine: Engine) -> int:
    return generate(engine, LABOUR_DAY, "festival-labour-day").added


def family(engine: Engine) -> None:
    """Give customer 1 a husband, customer 2, with a policy of his own."""
    store(engine, Customer, customer(2, name="李强", gender="male"))
    store(engine, Policy, policy(2, customer_id=2))
    change(engine, "UPDATE customers SET family_no = 'F1'")


def test_a_festival_is_wished_where_nothing_is_open(book: Engine) -> None:
    assert wishes(book) == 1


def test_no_wishes_go_into_an_open_claim_of_the_family(book: Engine) -> None:
    family(book)
    store(book, Event, event("claim", date(2026, 4, 20), key=2))
    assert wishes(book) == 0


def test_no_wishes_go_into_a_death_in_the_family(book: Engine) -> None:
    family(book)
    change(book, "UPDATE customers SET deceased_on = '2026-04-20' WHERE id = 2")
    assert wishes(book) == 0


def test_no_wishes_go_into_a_lapse_of_the_family(book: Engine) -> None:
    family(book)
    change(book, "UPDATE policies SET issue_date = '2025-02-01', effective_date = '2025-02-01' WHERE id = 2")
    owe(book, 2)
    assert wishes(book) == 0


def test_a_claim_that_opens_before_the_wishes_left_takes_them_back(book: Engine) -> None:
    assert wishes(book) == 1
    store(book, Event, event("claim", LABOUR_DAY))
    wishes(book)
    assert [row.status for row in messages(book)] == ["cancelled"]
