"""Messages generated on both databases: each one once, in line with the facts until it has left."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from books.small_plans import CALENDAR, only
from policyserve import db
from policyserve.messages.generation.generation import Generation, run_generation
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Standard
from policyserve.tables import Agent, Customer, Event, Policy, Premium, Refusal, Task, Transition, table

ISSUED = date(2025, 6, 15)
D30 = date(2026, 5, 16)
"""Thirty days before the second premium of policy 1."""
BIRTHDAY = date(2026, 5, 10)
LANDLINE, MOBILE = "01012345678", "13900000001"
REMINDER, GREETING, DEMAND = "renewal-reminder-d30", "birthday-greeting", "grace-demand"
REMINDERS = "renewal-reminder"
"""All offsets of it."""
TASKS = table(Task)
TRANSITIONS = table(Transition)


def store(engine: Engine, table: Any, *rows: dict[str, Any]) -> None:
    with db.writing(engine) as connection:
        for row in rows:
            connection.execute(insert(table), row)


def change(engine: Engine, sql: str) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql(sql)


def customer(key: int = 1, **fields: Any) -> dict[str, Any]:
    plain = {
        "id": key, "customer_no": f"C{key}", "name": "王芳", "gender": "female", "birthday": date(1980, 5, 10),
        "phone": f"139{key:08}", "agent_id": 1, "marketing_consent": True, "known_on": ISSUED,
    }  # fmt: skip
    return plain | fields


def policy(key: int = 1, **fields: Any) -> dict[str, Any]:
    plain = {
        "id": key, "policy_no": f"330202500000{key:04}", "customer_id": 1, "agent_id": 1, "mode": "annual",
        "premium": 100_000, "currency": "CNY", "issue_date": ISSUED, "effective_date": ISSUED, "known_on": ISSUED,
    }  # fmt: skip
    return plain | fields


def fill(engine: Engine, customers: int = 1) -> None:
    """Store customers who have consented, each with one annual policy issued on 15 June 2025."""
    store(engine, Agent, {"id": 1, "agent_no": "A1", "name": "林慧", "phone": "15400000102"})
    store(engine, Customer, *map(customer, range(1, customers + 1)))
    store(engine, Policy, *(policy(key, customer_id=key) for key in range(1, customers + 1)))


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def generate(engine: Engine, day: date, *codes: str, standard: Standard | None = None, **settings: Any) -> Generation:
    """Generate the messages of a day for services whose codes begin so."""
    asked = only(*codes, "contact-data") if standard is None else standard
    at = datetime.combine(day, time(1), UTC)
    with db.writing(engine, bulk=True) as connection:
        return run_generation(connection, asked, CALENDAR, MessageSettings.model_validate(settings), day=day, at=at)


def messages(engine: Engine) -> list[Any]:
    with db.reading(engine) as connection:
        return list(connection.execute(select(MESSAGES).order_by(MESSAGES.c.id)))


def states(engine: Engine) -> list[tuple[str, str, str | None]]:
    """Return service, status and reason of every message."""
    return [(row.service, row.status, row.reason) for row in messages(engine)]


def fates(done: Generation) -> dict[str, tuple[str, str | None]]:
    rows = done.composed.iter_rows(named=True)
    return {row["service"]: (row["outcome"], row["reason"]) for row in rows}


def leave(engine: Engine, status: str = "delivered") -> None:
    """Let every message that waits leave."""
    change(
        engine,
        f"UPDATE messages SET status = '{status}', attempts = 1, final_at = planned_at "
        "WHERE status IN ('planned', 'approved', 'queued')",
    )


def pay(engine: Engine, on: date, key: int = 1) -> None:
    store(engine, Premium, {"policy_id": key, "instalment": 2, "paid_on": on})


def owe(engine: Engine, key: int = 1) -> None:
    """List the second premium as unpaid: one that is in no list is not known to be."""
    store(engine, Premium, {"policy_id": key, "instalment": 2})


# ---- Once ---------------------------------------------------------------------------------------------------------


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
        "【安心人寿】尊敬的王女士：您的保单（尾号0001）应缴日为6月15日，本期保费1,000.00元。请提前在扣款账户中备足"
        "余额，以免影响保障；如已缴费请忽略。详询请联系林慧15400000102或95500。"
    )
    assert row.segments == 2


GENERATE = """
import sys
sys.path.insert(0, sys.argv[1])
import test_generation
from policyserve import db
engine = db.open_engine(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
print(test_generation.generate(engine, test_generation.D30, "renewal-reminder-d30", "birthday").added, flush=True)
"""


def test_two_generations_at_once_make_each_message_once(engine: Engine, database_url: str) -> None:
    fill(engine, customers=300)
    here = Path(__file__).parent
    command = [sys.executable, "-c", GENERATE, str(here), database_url]
    environment = {"PYTHONPATH": str(here.parent)}
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
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


# ---- In line with the facts ----------------------------------------------------------------------------------------


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


# ---- Consent and refusals ------------------------------------------------------------------------------------------


def test_marketing_without_consent_is_never_made(book: Engine) -> None:
    for consent in ("NULL", "false"):
        change(book, f"UPDATE customers SET marketing_consent = {consent}")
        assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: ("withheld", "no-consent")}
    assert messages(book) == []


def test_a_consent_taken_back_cancels_what_waits(book: Engine) -> None:
    generate(book, BIRTHDAY, GREETING)
    change(book, "UPDATE customers SET marketing_consent = false")
    generate(book, BIRTHDAY, GREETING)
    assert states(book) == [(GREETING, "cancelled", "no-consent")]


def test_who_refuses_gets_no_marketing_but_every_duty_and_service(book: Engine) -> None:
    change(book, "UPDATE customers SET sms_optout = true")
    assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: ("withheld", "opted-out")}
    assert fates(generate(book, D30, REMINDER)) == {"renewal-reminder-d30": ("made", None)}
    owe(book)
    assert fates(generate(book, date(2026, 7, 15), DEMAND)) == {DEMAND: ("made", None)}


def test_a_refusal_by_reply_holds_for_the_phone_until_it_is_lifted(book: Engine) -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    store(book, Refusal, {"phone": MOBILE, "at": at, "source": "reply"})
    assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: ("withheld", "opted-out")}
    assert fates(generate(book, D30, REMINDER)) == {"renewal-reminder-d30": ("made", None)}
    change(book, "UPDATE refusals SET lifted_at = at")
    assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: ("made", None)}


def test_a_child_gets_no_marketing(book: Engine) -> None:
    change(book, "UPDATE customers SET birthday = '2013-05-10'")
    assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: ("withheld", "child")}


def test_nothing_goes_to_somebody_who_has_died_not_even_a_duty(book: Engine) -> None:
    demanded = date(2026, 7, 15)
    owe(book)
    change(book, "UPDATE customers SET deceased_on = '2026-07-01'")
    assert fates(generate(book, demanded, DEMAND)) == {DEMAND: ("withheld", "deceased")}


# ---- Caps ----------------------------------------------------------------------------------------------------------

APRIL_15 = date(2026, 4, 15)
"""The day of the quarter's event invitation."""


def born(engine: Engine, day: date) -> None:
    change(engine, f"UPDATE customers SET birthday = '1980-{day:%m-%d}'")


def test_of_two_marketing_texts_the_weaker_one_is_dropped_for_good_and_listed(book: Engine) -> None:
    born(book, APRIL_15)
    generate(book, APRIL_15, GREETING, "event-invitation")
    expected = [("event-invitation", "planned", None), (GREETING, "cancelled", "cap-day")]
    assert states(book) == expected
    change(book, "UPDATE messages SET status = 'cancelled', reason = 'by-hand' WHERE status = 'planned'")
    generate(book, APRIL_15, GREETING, "event-invitation")
    assert states(book)[1] == expected[1]


def had_marketing(engine: Engine, *days: date, status: str = "delivered") -> None:
    """Store marketing messages that have left on these days."""
    for number, day in enumerate(days, start=1):
        row = {
            "service": "other", "subject_kind": "customer", "subject_id": 1, "ordinal": number, "customer_id": 1,
            "channel": "sms", "message_class": "marketing", "status": status, "attempts": 1, "text": "x",
            "planned_at": datetime(2026, 1, 1, tzinfo=UTC),
        } | dict.fromkeys(("anchor", "due", "send_on", "last_on"), day)  # fmt: skip
        store(engine, MESSAGES, row)


@pytest.mark.parametrize(
    ("days_before", "expected"),
    [
        ((1, 2), ("made", None)),
        ((1, 2, 6), ("dropped", "cap-week")),
        ((1, 2, 7), ("made", None)),
        ((0,), ("dropped", "cap-day")),
    ],
)
def test_the_week_of_the_cap_is_seven_days_with_the_day_itself(
    book: Engine, days_before: tuple[int, ...], expected: tuple[str, str | None]
) -> None:
    had_marketing(book, *(BIRTHDAY - timedelta(days=days) for days in days_before))
    assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: expected}


@pytest.mark.parametrize(("status", "counts"), [("unknown", True), ("accepted", True), ("failed", False)])
def test_what_may_have_reached_the_customer_counts_for_the_caps(book: Engine, status: str, counts: bool) -> None:
    had_marketing(book, BIRTHDAY, status=status)
    expected = ("dropped", "cap-day") if counts else ("made", None)
    assert fates(generate(book, BIRTHDAY, GREETING)) == {GREETING: expected}


def test_the_cap_of_all_stops_services_and_never_a_duty(book: Engine) -> None:
    demanded = date(2026, 7, 15)
    had_marketing(book, *[demanded] * 5)
    owe(book)
    store(book, Policy, policy(2, issue_date=date(2025, 8, 14), effective_date=date(2025, 8, 14)))
    found = fates(generate(book, demanded, DEMAND, REMINDER))
    assert found == {DEMAND: ("made", None), "renewal-reminder-d30": ("dropped", "cap-all")}
    later = fates(generate(book, demanded + timedelta(days=1), DEMAND, REMINDER))
    assert later["renewal-reminder-d30"] == ("made", None)


# ---- Several in one ------------------------------------------------------------------------------------------------


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


# ---- Festivals -----------------------------------------------------------------------------------------------------

LABOUR_DAY = date(2026, 5, 1)


def wishes(engine: Engine) -> int:
    return generate(engine, LABOUR_DAY, "festival-labour-day").added


def event(kind: str, on: date, key: int = 1) -> dict[str, Any]:
    return {"customer_id": key, "number": 1, "kind": kind, "occurred_on": on, "recorded_on": on}


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


# ---- No phone ------------------------------------------------------------------------------------------------------


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


# ---- Late ----------------------------------------------------------------------------------------------------------


def test_wishes_that_were_missed_are_dropped(book: Engine) -> None:
    assert generate(book, BIRTHDAY + timedelta(days=1), GREETING).composed.is_empty()


@pytest.mark.parametrize(("days", "is_made"), [(1, True), (2, True), (3, False)])
def test_the_result_of_a_debit_is_told_one_day_late_at_most(book: Engine, days: int, is_made: bool) -> None:
    change(
        book,
        "INSERT INTO debits (policy_id, number, instalment, debit_on, result) "
        "VALUES (1, 1, 2, '2026-06-15', 'success')",
    )
    done = generate(book, date(2026, 6, 15) + timedelta(days=days), "payment-feedback")
    assert (done.added == 1) == is_made


D7 = date(2026, 6, 8)


def test_a_reminder_is_made_up_for_until_the_next_one_and_never_beside_it(book: Engine) -> None:
    assert fates(generate(book, D7 - timedelta(days=1), REMINDERS)) == {REMINDER: ("made", None)}
    expected = {"renewal-reminder-d7": ("made", None), REMINDER: ("withheld", "superseded")}
    assert fates(generate(book, D7, REMINDERS)) == expected
    assert states(book) == [(REMINDER, "cancelled", "superseded"), ("renewal-reminder-d7", "planned", None)]
    leave(book)
    assert generate(book, D7, REMINDERS).added == 0
    assert [status for _, status, _ in states(book)] == ["cancelled", "delivered"]


def test_a_reminder_of_another_policy_supersedes_nothing(book: Engine) -> None:
    other = ISSUED - timedelta(days=22)
    store(book, Policy, policy(2, issue_date=other, effective_date=other))
    found = generate(book, D30 + timedelta(days=2), REMINDERS)
    assert Counter(found.composed["outcome"])["withheld"] == 0
    assert found.added == 2


def test_a_service_may_be_sent_later_than_its_window_where_the_standard_says_so(book: Engine) -> None:
    standard = only(GREETING)
    (greeting,) = standard.services
    late = standard.model_copy(update={"services": (greeting.model_copy(update={"drop_after_days": 3}),)})
    assert generate(book, BIRTHDAY + timedelta(days=3), standard=late).added == 1
    assert generate(book, BIRTHDAY + timedelta(days=4), standard=late).composed.is_empty()


def test_what_fell_due_before_the_policy_or_the_rule_was_known_never_comes(book: Engine) -> None:
    change(book, "UPDATE policies SET known_on = '2026-05-17'")
    assert generate(book, date(2026, 5, 17), REMINDER).composed.is_empty()
    change(book, "UPDATE policies SET known_on = '2026-05-16'")
    young = only(REMINDER)
    services = [one.model_copy(update={"since": date(2026, 5, 17)}) for one in young.services]
    young = young.model_copy(update={"services": tuple(services)})
    assert generate(book, date(2026, 5, 17), standard=young).composed.is_empty()
    assert generate(book, date(2026, 5, 17), REMINDER).added == 1


# ---- Templates -----------------------------------------------------------------------------------------------------


def test_a_template_that_fails_on_one_customer_spares_the_others(book: Engine, tmp_path: Path) -> None:
    (tmp_path / "renewal-reminder.zh.j2").write_text("{{ salutation }}，请缴费。", encoding="utf-8")
    store(book, Customer, customer(2, gender=None))
    store(book, Policy, policy(2, customer_id=2))
    done = generate(book, D30, REMINDER, templates=tmp_path)
    assert Counter(done.composed["outcome"]) == {"made": 1, "rejected": 1}
    assert [row.text for row in messages(book)] == ["【安心人寿】王女士，请缴费。"]
    (said,) = done.composed.filter(outcome="rejected")["said"]
    assert "it says 'salutation', which is not known" in said
    (tmp_path / "renewal-reminder.zh.j2").write_text("{{ greeting }}请缴费。", encoding="utf-8")
    assert generate(book, D30, REMINDER, templates=tmp_path).added == 1


def test_the_company_s_news_of_the_month_and_its_hotline_are_told(book: Engine) -> None:
    change(book, "INSERT INTO contents (kind, period, language, text) VALUES ('news', '2026-05', 'zh', '新网点开业')")
    change(book, "INSERT INTO contents (kind, period, language, text) VALUES ('news', '2026-06', 'zh', '旧消息')")
    generate(book, date(2026, 5, 5), "good-news", hotline="95511")
    (row,) = messages(book)
    assert row.text == "【安心人寿】尊敬的王女士：新网点开业。详情请联系林慧15400000102或95511，拒收请回复R"


def test_a_lapse_is_told_with_its_days(book: Engine) -> None:
    owe(book)
    generate(book, date(2026, 8, 15), "lapse-notice")
    (row,) = messages(book)
    assert "因未缴6月15日应缴的保费，自8月15日起效力中止" in row.text
    assert "最迟可于2028年8月14日申请复效" in row.text


def test_a_new_agent_is_named_with_the_one_before(book: Engine) -> None:
    store(book, Agent, {"id": 2, "agent_no": "A2", "name": "张敏", "phone": "15400000103"})
    change(book, "UPDATE customers SET agent_id = 2")
    store(book, Event, event("agent_changed", D30) | {"detail": "A2", "previous": "A1"})
    generate(book, D30, "handover-notice")
    (row,) = messages(book)
    assert "原服务人员林慧不再为您服务，您的保单现由张敏（15400000103）继续服务" in row.text
