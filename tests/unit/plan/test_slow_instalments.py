"""The slow planner against examples worked out by hand: instalments, grace, suspension and debits."""

from __future__ import annotations

from datetime import date

from books.small_books import book, debit, event, policy, premium
from books.small_plans import by_ordinal, dues, plan, the_one


def test_a_yearly_policy_is_reminded_four_times_each_until_the_next_reminder() -> None:
    known = book(policy(issued=date(2025, 11, 21)))
    touches = plan(known, "renewal-reminder", as_of=date(2026, 6, 1), year=2026)
    assert [(touch.service[-3:], str(touch.nominal), str(touch.latest), touch.ordinal) for touch in touches] == [
        ("d90", "2026-08-23", "2026-10-22", 2),
        ("d30", "2026-10-22", "2026-11-14", 2),
        ("-d7", "2026-11-14", "2026-11-20", 2),
        ("-d1", "2026-11-20", "2026-11-21", 2),
    ]


def test_due_days_are_counted_from_the_original_day() -> None:
    known = book(policy(issued=date(2026, 1, 31), mode="monthly"))
    touches = plan(known, "renewal-reminder", as_of=date(2026, 2, 1), year=2026)
    assert [str(touch.anchor) for touch in touches][:4] == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_premiums_end_with_the_years_of_payment() -> None:
    known = book(policy(issued=date(2024, 5, 6), pay_years=3))
    assert by_ordinal(plan(known, "renewal-reminder-d30", as_of=date(2024, 6, 1))) == {2: "2025-04-06", 3: "2026-04-06"}


def test_no_instalment_falls_due_on_or_after_the_day_of_a_waiver() -> None:
    known = book(policy(issued=date(2024, 5, 6)), events=[event("waiver", date(2025, 5, 6))])
    assert plan(known, "renewal-reminder-d30", as_of=date(2025, 5, 6)) == []


def test_an_instalment_paid_in_advance_is_not_reminded_of_any_more() -> None:
    known = book(policy(issued=date(2025, 11, 21)), premiums=[premium(2, date(2026, 11, 1))])
    touches = plan(known, "renewal-reminder", as_of=date(2026, 11, 2), year=2026)
    assert [touch.service for touch in touches] == ["renewal-reminder-d90", "renewal-reminder-d30"]


def test_an_unpaid_instalment_runs_through_grace_and_lapse() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2)])  # due 2 March 2026, suspended on 2 May
    touches = plan(known, "lapse", "grace", "reinstatement", "termination", as_of=date(2026, 3, 10))
    assert {touch.ordinal for touch in touches} == {2}
    assert dues(touches) == {
        "lapse-reminder-d1": "2026-03-03",
        "grace-demand": "2026-04-01",
        "lapse-reminder-d45": "2026-04-16",
        "lapse-reminder-d55": "2026-04-27",  # the 26th is a Sunday
        "lapse-reminder-d59": "2026-04-30",
        "lapse-notice": "2026-05-02",  # a letter stays on its day off
        "lapse-confirmation": "2026-05-09",  # a Saturday worked in exchange
        "reinstatement-invitation-d30": "2026-06-01",
        "reinstatement-invitation-d90": "2026-07-31",
        "reinstatement-invitation-d180": "2026-10-29",
        "reinstatement-invitation-d365": "2027-05-03",  # the 2nd is a Sunday
        "reinstatement-last-call-d90": "2028-02-02",
        "reinstatement-last-call-d30": "2028-04-03",  # the 2nd is a Sunday
        "reinstatement-last-call-d7": "2028-04-25",
        "termination-decision": "2028-05-02",
    }


def test_the_lapse_notice_has_ten_working_days_and_the_confirmation_a_month_from_the_suspension() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2)])
    notice, confirmation = plan(known, "lapse-notice", "lapse-confirmation", as_of=date(2026, 3, 10))
    assert str(notice.latest) == "2026-05-18"  # 6, 7, 8, 9, 11, 12, 13, 14, 15 and 18 May
    assert (str(confirmation.earliest), str(confirmation.latest)) == ("2026-05-02", "2026-06-02")
    assert confirmation.anchor == date(2026, 5, 2)


def test_a_payment_in_grace_stops_what_would_follow() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2, date(2026, 4, 16))])
    touches = plan(known, "lapse", "grace", "reinstatement", as_of=date(2026, 4, 20))
    assert dues(touches) == {"lapse-reminder-d1": "2026-03-03", "grace-demand": "2026-04-01"}


def test_a_payment_after_as_of_is_not_known() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2, date(2026, 4, 16))])
    assert the_one(plan(known, "lapse-notice", as_of=date(2026, 4, 15))).due == date(2026, 5, 2)


def test_the_last_day_of_grace_is_in_time_and_the_next_one_is_not() -> None:
    in_time = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2, date(2026, 5, 1))])
    too_late = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2, date(2026, 5, 2))])
    assert plan(in_time, "lapse-notice", as_of=date(2026, 6, 1)) == []
    assert the_one(plan(too_late, "lapse-notice", as_of=date(2026, 6, 1))).ordinal == 2


def test_a_part_payment_is_no_payment_and_less_is_enough_where_less_is_due() -> None:
    part = premium(2, date(2026, 3, 2), paid_amount=900)
    enough = premium(2, date(2026, 3, 2), amount=900, paid_amount=900)
    assert the_one(plan(book(policy(issued=date(2025, 3, 2)), premiums=[part]), "lapse-notice", as_of=date(2026, 3, 3)))
    assert plan(book(policy(issued=date(2025, 3, 2)), premiums=[enough]), "lapse-notice", as_of=date(2026, 3, 3)) == []


def test_nothing_follows_from_an_instalment_without_a_row() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(1, date(2025, 3, 2))])
    assert plan(known, "lapse", "grace", "reinstatement", as_of=date(2026, 6, 1)) == []


def test_reminders_of_lapse_follow_the_oldest_unpaid_instalment() -> None:
    known = book(policy(issued=date(2026, 1, 12), mode="monthly"), premiums=[premium(2), premium(3)])
    touches = plan(known, "lapse-reminder", "lapse-notice", as_of=date(2026, 3, 20))
    assert {touch.ordinal for touch in touches} == {2}
    paid = book(policy(issued=date(2026, 1, 12), mode="monthly"), premiums=[premium(2, date(2026, 3, 18)), premium(3)])
    later = plan(paid, "lapse-reminder", as_of=date(2026, 3, 20))
    assert [(touch.service, touch.ordinal) for touch in later] == [
        ("lapse-reminder-d1", 2),
        ("lapse-reminder-d45", 3),
        ("lapse-reminder-d55", 3),
        ("lapse-reminder-d59", 3),
    ]


def test_an_instalment_due_in_grace_or_in_the_suspension_does_not_lapse_again() -> None:
    unpaid = [premium(instalment) for instalment in range(2, 7)]
    known = book(policy(issued=date(2026, 1, 12), mode="monthly"), premiums=unpaid)
    assert by_ordinal(plan(known, "lapse-notice", as_of=date(2026, 6, 20))) == {2: "2026-04-14"}


def test_after_a_reinstatement_the_cover_can_lapse_again() -> None:
    unpaid = [premium(instalment) for instalment in range(2, 7)]
    known = book(
        policy(issued=date(2026, 1, 12), mode="monthly"),
        premiums=unpaid,
        events=[event("reinstated", date(2026, 5, 20))],
    )
    assert by_ordinal(plan(known, "lapse-notice", as_of=date(2026, 6, 20))) == {2: "2026-04-14", 6: "2026-08-12"}


def test_a_reinstatement_ends_the_invitations_and_brings_the_reminders_back() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2)], events=[event("reinstated", date(2026, 6, 1))])
    assert plan(known, "reinstatement", "termination", as_of=date(2026, 6, 1)) == []
    assert by_ordinal(plan(known, "renewal-reminder-d7", as_of=date(2026, 6, 1), year=2027)) == {3: "2027-02-23"}


def test_no_reminder_is_planned_while_the_cover_is_suspended() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2)])
    assert plan(known, "renewal-reminder", as_of=date(2026, 6, 1), year=2027) == []


def test_a_premium_loan_keeps_the_cover_but_does_not_pay() -> None:
    known = book(
        policy(issued=date(2025, 3, 2)), premiums=[premium(2)], events=[event("premium_loan", date(2026, 5, 1))]
    )
    touches = plan(known, "lapse-notice", "lapse-reminder-d59", as_of=date(2026, 5, 1))
    assert dues(touches) == {"lapse-reminder-d59": "2026-04-30"}


def test_a_signed_confirmation_of_suspension_ends_the_visit_for_it() -> None:
    known = book(
        policy(issued=date(2025, 3, 2)), premiums=[premium(2)], events=[event("suspension_confirmed", date(2026, 5, 8))]
    )
    assert plan(known, "lapse-confirmation", as_of=date(2026, 5, 8)) == []


def test_a_failed_debit_is_followed_until_the_instalment_is_paid() -> None:
    known = book(
        policy(issued=date(2025, 3, 2)),
        premiums=[premium(2, date(2026, 3, 12))],
        debits=[debit(2, date(2026, 3, 2), "failed", number=1), debit(2, date(2026, 3, 12), "success", number=2)],
    )
    touches = plan(known, "payment-feedback", "debit-retry", as_of=date(2026, 3, 12))
    assert [(touch.service, touch.ordinal, str(touch.due), touch.channels) for touch in touches] == [
        ("payment-feedback", 2, "2026-03-13", "sms"),
        ("payment-feedback", 1, "2026-03-03", "call+sms"),
        ("debit-retry-d7", 1, "2026-03-09", "call+sms"),
    ]
