"""Messages generated on both databases: each one once, in line with the facts until it has left."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.small_plans import CALENDAR, only
from desks.message_book import (
    BIRTHDAY,
    D30,
    GREETING,
    REMINDER,
    change,
    fates,
    fill,
    generate,
    leave,
    messages,
    pay,
    states,
    store,
)
from policyserve import db
from policyserve.messages.generation.generation import run_generation
from policyserve.settings_file import MessageSettings
from policyserve.tables import Premium


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def test_a_touch_becomes_a_message_and_the_second_run_changes_nothing(book: Engine) -> None:
    first = generate(book, D30, REMINDER)
    before = messages(book)
    second = generate(book, D30, REMINDER)
    assert (first.added, first.changed) == (1, 0)
    assert (second.added, second.changed, second.left) == (0, 0, 0)
    assert messages(book) == before
    (row,) = before
    assert (row.service, row.due, row.send_on, row.last_on) == ("renewal-reminder-d30", D30, D30, date(2026, 6, 8))
    assert row.text == (
        "【安心人寿】尊敬的王女士：您的保单（尾号0001）应缴日为6月15日，本期保费1,000.00元。距应缴日还有30天，请核对"
        "扣款账户并着手准备保费；如已缴费请忽略。详询请联系林慧15400000102或95500。"
    )
    assert row.segments == 2


GENERATE = """
import sys
sys.path.insert(0, sys.argv[1])
from desks.message_book import D30, generate
from policyserve import db
engine = db.open_engine(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
print(generate(engine, D30, "renewal-reminder-d30", "birthday").added, flush=True)
"""


def test_two_generations_at_once_make_each_message_once(engine: Engine, database_url: str) -> None:
    fill(engine, customers=300)
    command = [sys.executable, "-c", GENERATE, str(Path(__file__).parents[1]), database_url]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    added = [int(process.communicate("go\n", timeout=60)[0]) for process in both]
    assert sorted(added) == [0, 300]
    assert Counter(row.subject_id for row in messages(engine)) == dict.fromkeys(range(1, 301), 1)


def test_a_rehearsal_stores_nothing(book: Engine) -> None:
    asked = MessageSettings()
    at = datetime.combine(D30, time(1), UTC)
    with db.writing(book, bulk=True) as connection:
        done = run_generation(connection, only(REMINDER), CALENDAR, asked, day=D30, at=at, dry_run=True)
    assert fates(done) == {"renewal-reminder-d30": ("made", None)}
    assert (done.added, messages(book)) == (0, [])
    with db.reading(book) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM generations").scalar() == 0


def test_a_touch_that_moved_is_not_sent_again(book: Engine) -> None:
    generate(book, BIRTHDAY, GREETING)
    leave(book)
    change(book, "UPDATE customers SET birthday = '1980-05-12'")
    again = generate(book, date(2026, 5, 12), GREETING)
    assert (again.added, again.changed, again.left) == (0, 0, 1)
    assert states(book) == [(GREETING, "delivered", None)]


def test_a_touch_that_moved_before_its_message_left_goes_on_its_new_day(book: Engine) -> None:
    generate(book, BIRTHDAY, GREETING)
    change(book, "UPDATE customers SET birthday = '1980-05-12'")
    generate(book, BIRTHDAY, GREETING)
    assert states(book) == [(GREETING, "cancelled", "gone")]
    generate(book, date(2026, 5, 12), GREETING)
    (row,) = messages(book)
    assert (row.status, row.reason, row.due, row.send_on) == ("planned", None, date(2026, 5, 12), date(2026, 5, 12))


def test_a_message_that_waits_is_written_anew_when_the_amount_changes(book: Engine) -> None:
    generate(book, D30, REMINDER)
    store(book, Premium, {"policy_id": 1, "instalment": 2, "amount": 123_400})
    done = generate(book, D30, REMINDER)
    (row,) = messages(book)
    assert (done.added, done.changed, row.status) == (0, 1, "planned")
    assert "1,234.00元" in row.text


def test_a_message_that_waits_is_cancelled_with_the_fact_when_the_premium_is_paid(book: Engine) -> None:
    generate(book, D30, REMINDER)
    pay(book, date(2026, 5, 17))
    done = generate(book, date(2026, 5, 17), REMINDER)
    assert done.changed == 1
    assert states(book) == [("renewal-reminder-d30", "cancelled", "instalment-paid")]
    assert [row.arguments for row in messages(book)] == ['{"instalment":2,"on":"2026-05-17"}']


def test_a_message_is_made_again_when_its_touch_comes_back_before_it_ever_left(book: Engine) -> None:
    generate(book, D30, REMINDER)
    pay(book, D30)
    generate(book, D30, REMINDER)
    change(book, "DELETE FROM premiums")
    generate(book, D30, REMINDER)
    (row,) = messages(book)
    assert (row.status, row.reason, row.arguments, row.final_at) == ("planned", None, None, None)


def test_a_message_whose_last_day_passed_expires(book: Engine) -> None:
    generate(book, BIRTHDAY, GREETING)
    generate(book, BIRTHDAY + timedelta(days=1), GREETING)
    assert states(book) == [(GREETING, "expired", "expired")]


@pytest.mark.parametrize("status", ["submitting", "accepted", "delivered", "failed", "unknown"])
def test_what_has_left_stays_whatever_becomes_of_the_facts(book: Engine, status: str) -> None:
    generate(book, D30, REMINDER)
    change(book, f"UPDATE messages SET status = '{status}', attempts = 1")
    before = messages(book)
    pay(book, D30)
    done = generate(book, D30, REMINDER)
    assert (done.added, done.changed) == (0, 0)
    assert messages(book) == before


def test_a_message_that_waits_for_another_try_is_not_written_anew(book: Engine) -> None:
    generate(book, D30, REMINDER)
    change(book, "UPDATE messages SET status = 'queued', attempts = 1")
    before = messages(book)
    store(book, Premium, {"policy_id": 1, "instalment": 2, "amount": 123_400})
    generate(book, D30, REMINDER)
    assert messages(book) == before


def test_a_person_s_decision_against_a_message_stays(book: Engine) -> None:
    generate(book, D30, REMINDER)
    by_hand = "status = 'cancelled', reason = 'by-hand', said = 'she called', final_at = planned_at"
    change(book, f"UPDATE messages SET {by_hand}")
    done = generate(book, D30, REMINDER)
    assert done.left == 1
    assert states(book) == [("renewal-reminder-d30", "cancelled", "by-hand")]
    assert [row.said for row in messages(book)] == ["she called"]


def test_classes_that_a_manager_approves_wait_for_it_and_a_new_text_waits_again(book: Engine) -> None:
    generate(book, D30, REMINDER, approval=["service"])
    (row,) = messages(book)
    assert (row.status, row.needs_approval) == ("planned", True)
    change(book, "UPDATE messages SET status = 'approved'")
    generate(book, D30, REMINDER, approval=["service"])
    assert [row.status for row in messages(book)] == ["approved"]
    store(book, Premium, {"policy_id": 1, "instalment": 2, "amount": 123_400})
    generate(book, D30, REMINDER, approval=["service"])
    assert [row.status for row in messages(book)] == ["planned"]


def test_other_classes_need_no_approval(book: Engine) -> None:
    generate(book, D30, REMINDER, approval=["marketing", "duty"])
    assert [row.needs_approval for row in messages(book)] == [False]
