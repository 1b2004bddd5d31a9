"""Rights and caps of generated messages on both databases: consent, refusals, children, how many a week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from books.small_plans import only
from desks.message_book import (
    BIRTHDAY,
    D30,
    DEMAND,
    GREETING,
    MOBILE,
    REMINDER,
    change,
    fates,
    fill,
    generate,
    messages,
    owe,
    policy,
    states,
    store,
)
from policyserve import db
from policyserve.messages import contents
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.settings_file import MessageSettings
from policyserve.tables import Policy, Refusal


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


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


APRIL_18 = date(2026, 4, 18)  # the day of this customer among those over which invitations are spread
"""The day of the quarter's event invitation."""


def born(engine: Engine, day: date) -> None:
    change(engine, f"UPDATE customers SET birthday = '1980-{day:%m-%d}'")


def tell(engine: Engine, kind: str, day: date, text: str = "书法沙龙") -> None:
    with db.writing(engine) as connection:
        contents.store_content(connection, kind, day, "zh", text)


def test_a_text_about_what_the_company_has_yet_to_say_is_not_made_and_one_that_waits_goes_with_it(book: Engine) -> None:
    invitation = "event-invitation"
    assert fates(generate(book, APRIL_18, invitation)) == {invitation: ("withheld", "no-content")}
    assert states(book) == []
    tell(book, "event", date(2026, 3, 31))  # of the quarter before
    tell(book, "news", APRIL_18)
    assert fates(generate(book, APRIL_18, invitation)) == {invitation: ("withheld", "no-content")}
    tell(book, "event", date(2026, 6, 30))
    assert fates(generate(book, APRIL_18, invitation)) == {invitation: ("made", None)}
    tell(book, "event", APRIL_18, "")
    generate(book, APRIL_18, invitation)
    assert states(book) == [(invitation, "cancelled", "no-content")]


def test_a_template_of_the_company_s_own_that_asks_first_goes_without(book: Engine, tmp_path: Path) -> None:
    own = "{{ greeting }}{% if event is defined %}{{ event }}{% else %}Come and see us{% endif %}"
    (tmp_path / "event-invitation.zh.j2").write_text(own, encoding="utf-8")
    made = generate(book, APRIL_18, "event-invitation", templates=tmp_path)
    assert fates(made) == {"event-invitation": ("made", None)}


def test_the_office_is_warned_two_weeks_before_a_text_needs_what_nobody_has_said(book: Engine) -> None:
    def warned(day: date) -> list[str]:
        with db.reading(book) as connection:
            found = contents.missing(connection, only("good-news"), MessageSettings(), day)
        return [one.sentence("en").told("en") for one in found]

    said = "'Good-news push' falls due on 2026-05-05, and the news of the month is not entered: no text will go out."
    assert [warned(date(2026, 4, day)) for day in (20, 21)] == [[], [said]]
    assert warned(date(2026, 5, 5)) == [said]
    tell(book, "news", date(2026, 4, 30))
    assert warned(date(2026, 5, 5)) == [said]
    tell(book, "news", date(2026, 5, 1))
    assert warned(date(2026, 5, 5)) == []


def test_of_two_marketing_texts_the_weaker_one_is_dropped_for_good_and_listed(book: Engine) -> None:
    born(book, APRIL_18)
    tell(book, "event", APRIL_18)
    generate(book, APRIL_18, GREETING, "event-invitation")
    expected = [("event-invitation", "planned", None), (GREETING, "cancelled", "cap-day")]
    assert states(book) == expected
    change(book, "UPDATE messages SET status = 'cancelled', reason = 'by-hand' WHERE status = 'planned'")
    generate(book, APRIL_18, GREETING, "event-invitation")
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
