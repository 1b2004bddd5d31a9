"""Messages made late on both databases: what is made up for, what is dropped, what is told."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.small_plans import only
from desks.message_book import (
    BIRTHDAY,
    D30,
    GREETING,
    ISSUED,
    REMINDER,
    change,
    customer,
    event,
    fates,
    fill,
    generate,
    leave,
    messages,
    owe,
    policy,
    states,
    store,
)
from policyserve.tables import Agent, Customer, Event, Policy

REMINDERS = "renewal-reminder"
"""All offsets of it."""


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


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


def test_a_template_that_fails_on_one_customer_spares_the_others(book: Engine, tmp_path: Path) -> None:
    (tmp_path / "renewal-reminder.zh.j2").write_text("{{ salutation }}，请缴费。", encoding="utf-8")
    store(book, Customer, customer(2, gender=None))
    store(book, Policy, policy(2, customer_id=2))
    done = generate(book, D30, REMINDER, templates=tmp_path)
    assert Counter(done.composed["outcome"]) == {"made": 1, "rejected": 1}
    assert [row.text for row in messages(book)] == ["【安心人寿】王女士，请缴费。"]
    (said,) = done.composed.filter(outcome="rejected")["said"]
    assert "which is not known" in said
    assert '"name": "salutation"' in said
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
    assert "因6月15日保费未缴，自8月15日起效力中止" in row.text
    assert "最迟可于2028年8月14日申请复效" in row.text


def test_a_new_agent_is_named_with_the_one_before(book: Engine) -> None:
    store(book, Agent, {"id": 2, "agent_no": "A2", "name": "张敏", "phone": "15400000103"})
    change(book, "UPDATE customers SET agent_id = 2")
    store(book, Event, event("agent_changed", D30) | {"detail": "A2", "previous": "A1"})
    generate(book, D30, "handover-notice")
    (row,) = messages(book)
    assert "原服务人员林慧不再为您服务，您的保单现由张敏（15400000103）继续服务" in row.text
