"""The slow planner against examples worked out by hand from the rules of planning: policies, the plan as a whole."""

from __future__ import annotations

from datetime import date

from books.small_books import book, customer, event, policy, premium
from books.small_plans import CALENDAR, LONG, by_ordinal, dues, only, plan, the_one
from policyserve.dates import Days
from slow.planner import slow_plan

# The first year


def test_visits_after_an_issue_on_the_31st_are_due_at_the_end_of_shorter_months() -> None:
    touches = plan(book(policy(issued=date(2026, 1, 31))), "visit", as_of=date(2026, 2, 1))
    assert [str(touch.nominal) for touch in touches] == ["2026-02-28", "2026-05-31", "2026-08-31", "2026-11-30"]


def test_a_visit_on_a_sunday_goes_to_the_friday_before_and_one_on_a_make_up_saturday_stays() -> None:
    touches = plan(book(policy(issued=date(2026, 1, 31))), "visit", as_of=date(2026, 2, 1))
    assert dues(touches) == {
        "visit-m1": "2026-02-28",  # a Saturday worked in exchange
        "visit-m4": "2026-05-29",  # the 31st is a Sunday
        "visit-m7": "2026-08-31",
        "visit-m10": "2026-11-30",
    }


def test_a_visit_whose_window_opens_on_its_day_goes_to_the_first_working_day_after() -> None:
    known = book(policy(issued=date(2025, 11, 21)))
    reminder = the_one(plan(known, "renewal-reminder-d90", as_of=date(2026, 6, 1), year=2026))
    assert (str(reminder.nominal), str(reminder.due)) == ("2026-08-23", "2026-08-24")


def test_a_visit_stays_on_a_day_off_when_its_whole_window_is_off() -> None:
    standard = only("lapse-reminder-d1")
    known = book(policy(issued=date(2025, 10, 1)), premiums=[premium(2)])  # due 1 October, D+1 inside the long holiday
    touches = slow_plan(known, standard, CALENDAR, LONG, date(2026, 10, 1))
    assert (str(touches[0].due), str(touches[0].latest)) == ("2026-10-02", "2026-10-03")


def test_no_renewal_premium_is_prepared_where_there_is_none() -> None:
    single = policy(1, issued=date(2026, 1, 31), mode="single")
    paid_at_once, yearly = (policy(years, issued=date(2026, 1, 31), pay_years=years - 1) for years in (2, 3))
    visits = plan(book(single, paid_at_once, yearly), "visit-m10", as_of=date(2026, 2, 1))
    assert {touch.subject for touch in visits} == {"P3"}, "bought together, it is about the one that is paid again"


def test_the_contract_is_not_delivered_any_more_once_the_receipt_is_signed() -> None:
    signed = book(policy(issued=date(2026, 3, 2), receipt_on=date(2026, 3, 5)))
    late = book(policy(issued=date(2026, 3, 2), receipt_on=date(2026, 3, 6)))
    assert plan(signed, "contract-delivery", as_of=date(2026, 3, 10)) == []
    assert the_one(plan(late, "contract-delivery", as_of=date(2026, 3, 10))).due == date(2026, 3, 5)


def test_a_receipt_signed_after_as_of_is_not_known() -> None:
    known = book(policy(issued=date(2026, 3, 2), receipt_on=date(2026, 3, 5)))
    assert dues(plan(known, "contract-delivery", "new-policy-callback", as_of=date(2026, 3, 4))) == {
        "contract-delivery": "2026-03-05"
    }


def test_the_call_back_is_due_a_working_day_after_the_receipt_and_lasts_to_the_end_of_the_free_look() -> None:
    known = book(policy(issued=date(2026, 9, 8), receipt_on=date(2026, 9, 10)))
    touch = the_one(plan(known, "new-policy-callback", as_of=date(2026, 9, 10)))
    assert (str(touch.due), str(touch.latest)) == ("2026-09-11", "2026-09-28")  # day 15 is in the holiday from the 25th
    assert (touch.performer, touch.channels, touch.anchor) == ("office", "call", date(2026, 9, 10))


def test_a_policys_own_free_look_comes_before_that_of_the_standard() -> None:
    known = book(policy(issued=date(2026, 9, 8), receipt_on=date(2026, 9, 9), freelook_days=20))
    assert the_one(plan(known, "new-policy-callback", as_of=date(2026, 9, 10))).latest == date(2026, 9, 29)


def test_a_rider_gets_no_touches_and_a_policy_issued_after_as_of_none_yet() -> None:
    main = policy(1, issued=date(2026, 1, 31))
    rider = policy(2, issued=date(2026, 1, 31), main_policy_id=1)
    later = policy(3, issued=date(2026, 2, 2))
    touches = plan(book(main, rider, later), "visit", "issue", as_of=date(2026, 2, 1))
    assert {touch.subject for touch in touches} == {"P1"}


def test_a_dividend_is_reported_after_its_declaration_or_else_on_the_anniversary() -> None:
    known = book(
        policy(issued=date(2023, 6, 15), participating=True), events=[event("dividend_declared", date(2025, 7, 1))]
    )
    touches = plan(known, "dividend-report", as_of=date(2025, 8, 1))[:3]
    assert by_ordinal(touches) == {1: "2024-06-17", 2: "2025-07-01", 3: "2026-06-15"}  # 15 June 2024 is a Saturday
    assert [str(touch.anchor) for touch in touches] == ["2024-06-15", "2025-07-01", "2026-06-15"]


def test_the_end_of_the_cover_is_announced_while_it_lasts() -> None:
    known = book(policy(issued=date(2016, 12, 2), ends_on=date(2026, 12, 1)))
    touches = plan(known, "maturity-notice", as_of=date(2026, 9, 1))
    assert [str(touch.nominal) for touch in touches] == ["2026-10-02", "2026-11-01", "2026-11-24", "2026-12-01"]
    surrendered = book(
        policy(issued=date(2016, 12, 2), ends_on=date(2026, 12, 1)), events=[event("surrender", date(2026, 11, 1))]
    )
    assert dues(plan(surrendered, "maturity-notice", as_of=date(2026, 11, 1))) == {"maturity-notice-d60": "2026-10-02"}


# The plan as a whole


def test_touches_in_a_year_without_published_days_off_are_provisional() -> None:
    known = book(policy(issued=date(2025, 3, 2)))
    touches = plan(known, "data-check", as_of=date(2026, 1, 1))
    assert {touch.ordinal: touch.provisional for touch in touches if touch.ordinal in (2026, 2027)} == {
        2026: False,
        2027: True,
    }


def test_the_window_asked_for_is_one_of_due_days() -> None:
    known = book(policy(issued=date(2026, 1, 31)))  # visit-m4 moves from Sunday, 31 May, to Friday, the 29th
    friday = Days(start=date(2026, 5, 29), end=date(2026, 5, 30))
    sunday = Days(start=date(2026, 5, 31), end=date(2026, 6, 1))
    assert the_one(slow_plan(known, only("visit"), CALENDAR, friday, date(2026, 2, 1))).service == "visit-m4"
    assert slow_plan(known, only("visit"), CALENDAR, sunday, date(2026, 2, 1)) == []


def test_what_was_due_and_has_since_been_settled_does_not_stand_any_more() -> None:
    known = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2, date(2026, 4, 16))])
    assert len(plan(known, "lapse-reminder", as_of=date(2026, 4, 20))) == 1
    assert plan(known, "lapse-reminder", as_of=date(2026, 4, 20), standing=True) == []
    assert len(plan(known, "lapse-reminder", as_of=date(2026, 4, 15), standing=True)) == 4


def test_what_was_due_for_a_customer_who_has_died_since_does_not_stand_any_more() -> None:
    known = book(policy(issued=date(2025, 3, 2)), customers=[customer(deceased_on=date(2026, 3, 6))])
    assert len(plan(known, "good-news", as_of=date(2026, 3, 6), year=2026)) == 3
    assert plan(known, "good-news", as_of=date(2026, 3, 6), year=2026, standing=True) == []


def test_a_service_that_is_switched_off_is_not_planned() -> None:
    assert plan(book(policy(issued=date(2015, 3, 2))), "festival-qixi", as_of=date(2026, 1, 1)) == []
