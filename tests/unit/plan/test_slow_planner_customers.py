"""The slow planner against examples worked out by hand from the rules of planning: customers and events."""

from __future__ import annotations

from datetime import date

from books.small_books import book, contact, customer, event, policy, premium
from books.small_plans import CALENDAR, by_ordinal, dues, only, plan, the_one
from policyserve.dates import Days
from slow.planner import slow_plan


def test_a_leap_month_birthday_is_kept_in_the_regular_month_of_a_year_without_it() -> None:
    known = book(policy(issued=date(2020, 5, 5)), customers=[customer(lunar_birthday="1995-闰08-15")])
    assert by_ordinal(plan(known, "birthday", as_of=date(2026, 1, 1), year=2026)) == {31: "2026-09-25"}


def test_a_lunar_birthday_at_the_end_of_the_year_goes_by_lunar_years() -> None:
    known = book(policy(issued=date(2020, 5, 5)), customers=[customer(lunar_birthday="1985-12-10")])
    assert by_ordinal(plan(known, "birthday", as_of=date(2026, 1, 1), year=2026)) == {40: "2026-01-28"}
    assert by_ordinal(plan(known, "birthday", as_of=date(2026, 1, 1), year=2027)) == {41: "2027-01-17"}


def test_who_was_born_on_29_february_is_greeted_on_the_28th_or_where_wanted_on_1_march() -> None:
    known = book(policy(issued=date(2020, 5, 5)), customers=[customer(birthday=date(1988, 2, 29))])
    assert by_ordinal(plan(known, "birthday", as_of=date(2026, 1, 1), year=2026)) == {38: "2026-02-28"}
    assert by_ordinal(plan(known, "birthday", as_of=date(2026, 1, 1), year=2026, feb29="mar01")) == {38: "2026-03-01"}
    assert by_ordinal(plan(known, "birthday", as_of=date(2026, 1, 1), year=2028)) == {40: "2028-02-29"}


def test_a_birthday_corrected_soon_after_the_greeting_is_not_greeted_twice() -> None:
    done = [contact("birthday-greeting", 38, date(2026, 1, 10))]
    known = book(policy(issued=date(2020, 5, 5)), customers=[customer(birthday=date(1987, 7, 8))], contacts=done)
    again = book(policy(issued=date(2020, 5, 5)), customers=[customer(birthday=date(1987, 7, 9))], contacts=done)
    assert plan(known, "birthday", as_of=date(2026, 3, 1), year=2026) == []  # 179 days after
    assert by_ordinal(plan(again, "birthday", as_of=date(2026, 3, 1), year=2026)) == {39: "2026-07-09"}


def test_a_customer_is_served_by_the_own_agent_else_by_the_one_with_most_policies_in_force() -> None:
    policies = [policy(key, issued=date(2020, 5, 5), agent_id=agent) for key, agent in ((1, 1), (2, 3), (3, 3))]
    ended = [event("surrender", date(2021, 1, 1), policy=2), event("surrender", date(2021, 1, 1), policy=3, number=2)]
    own = book(*policies, customers=[customer(agent_id=2)])
    assert the_one(plan(book(*policies), "data-check", as_of=date(2026, 1, 1), year=2026)).agent_no == "B1"
    assert the_one(plan(own, "data-check", as_of=date(2026, 1, 1), year=2026)).agent_no == "A10"
    assert (
        the_one(plan(book(*policies, events=ended), "data-check", as_of=date(2026, 1, 1), year=2026)).agent_no == "A2"
    )


def test_of_two_agents_with_as_many_policies_the_lowest_number_as_text_serves() -> None:
    known = book(policy(1, issued=date(2020, 5, 5)), policy(2, issued=date(2020, 5, 5), agent_id=2))
    assert the_one(plan(known, "data-check", as_of=date(2026, 1, 1), year=2026)).agent_no == "A10"


def test_the_relation_is_counted_from_the_first_policy_in_force_and_numbered_from_the_first_ever() -> None:
    known = book(
        policy(1, issued=date(2015, 5, 10)),
        policy(2, issued=date(2018, 3, 2)),
        events=[event("surrender", date(2019, 8, 1))],
    )
    review, half_year = plan(known, "policy-review", "half-year-visit", as_of=date(2026, 1, 1), year=2026)
    assert (str(review.due), review.ordinal, str(review.anchor)) == ("2026-03-02", 2 + 8, "2026-03-02")
    assert (str(half_year.due), half_year.ordinal, str(half_year.anchor)) == ("2026-09-02", 2 + 8, "2026-03-02")


def test_customers_without_a_policy_in_force_or_dead_on_the_day_get_nothing() -> None:
    lapsed = book(policy(issued=date(2025, 3, 2)), premiums=[premium(2)])
    dead = book(policy(issued=date(2025, 3, 2)), customers=[customer(deceased_on=date(2026, 3, 5))])
    months = [2026 * 100 + month for month in (1, 2, 3, 4, 5)]
    assert list(by_ordinal(plan(lapsed, "good-news", as_of=date(2026, 3, 10), year=2026))) == months[:4]
    assert list(by_ordinal(plan(dead, "good-news", as_of=date(2026, 3, 10), year=2026))) == months[:2]


def test_ordinals_of_the_calendar_name_the_period() -> None:
    touches = plan(book(policy(issued=date(2025, 3, 2))), "event-invitation", as_of=date(2026, 1, 1), year=2026)
    assert list(by_ordinal(touches)) == [20261, 20262, 20263, 20264]


def test_a_spread_service_gives_each_customer_the_same_day_in_every_period() -> None:
    touches = plan(book(policy(issued=date(2025, 3, 2))), "event-invitation", as_of=date(2026, 1, 1), year=2026)
    assert [str(touch.nominal) for touch in touches] == ["2026-01-18", "2026-04-18", "2026-07-18", "2026-10-18"]
    assert [str(touch.anchor) for touch in touches] == ["2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"]


def test_of_two_festivals_on_one_day_the_first_in_the_list_is_greeted() -> None:
    known = book(policy(issued=date(2015, 3, 2)))
    names = ("festival-national-day", "festival-mid-autumn")
    assert dues(plan(known, *names, as_of=date(2020, 9, 1), year=2020)) == {"festival-mid-autumn": "2020-10-01"}
    assert set(dues(plan(known, *names, as_of=date(2020, 9, 1), year=2021))) == set(names)


def test_a_festival_that_is_not_for_a_customer_leaves_the_day_to_the_next_one() -> None:
    standard = only("festival-mid-autumn", "festival-national-day")
    first = standard.services[0]
    women = first.model_copy(update={"audience": first.audience.model_copy(update={"gender": "female"})})
    standard = standard.model_copy(update={"services": (women, standard.services[1])})
    known = book(policy(issued=date(2015, 3, 2)), customers=[customer(gender="male")])
    days = Days(start=date(2020, 10, 1), end=date(2020, 10, 2))
    assert the_one(slow_plan(known, standard, CALENDAR, days, date(2020, 9, 1))).service == "festival-national-day"


def test_audiences_are_looked_at_on_the_day() -> None:
    mother = customer(1, gender="female", birthday=date(1966, 10, 18))
    child = customer(2, birthday=date(2012, 6, 1))
    known = book(policy(issued=date(2015, 3, 2), insured_id=2), customers=[mother, child])
    names = ("festival-childrens", "festival-fathers", "festival-womens", "festival-double")
    assert sorted(dues(plan(known, *names, as_of=date(2025, 1, 1), year=2025))) == [
        "festival-childrens-day",
        "festival-womens-day",
    ]
    assert sorted(dues(plan(known, *names, as_of=date(2026, 1, 1), year=2026))) == [
        "festival-double-ninth",  # 18 October 2026, the day on which she is 60; the child is 14 since 1 June
        "festival-womens-day",
    ]


def test_no_festival_is_greeted_with_an_open_case_in_the_family() -> None:
    family = [customer(1, family_no="F1"), customer(2, family_no="F1")]
    claims = [
        event("claim", date(2026, 4, 1), policy=None, customer=2, number=1),
        event("claim_closed", date(2026, 5, 20), policy=None, customer=2, number=2),
    ]
    known = book(policy(issued=date(2015, 3, 2)), customers=family, events=claims)
    greeted = dues(plan(known, "festival-labour", "festival-dragon-boat", as_of=date(2026, 6, 1), year=2026))
    assert greeted == {"festival-dragon-boat": "2026-06-19"}


def test_a_death_in_the_family_is_mourned_for_a_year_and_a_lapse_as_long_as_it_lasts() -> None:
    family = [customer(1, family_no="F1"), customer(2, family_no="F1", deceased_on=date(2025, 5, 1))]
    dead = book(policy(issued=date(2015, 3, 2)), customers=family)
    assert by_ordinal(plan(dead, "festival-labour", as_of=date(2026, 1, 1), year=2026)) == {2026: "2026-05-01"}
    assert plan(dead, "festival-labour", as_of=date(2026, 1, 1), year=2025) == []
    lapsed = book(
        policy(1, issued=date(2015, 3, 2)), policy(2, issued=date(2025, 2, 1)), premiums=[premium(2, policy=2)]
    )
    assert plan(lapsed, "festival-labour", as_of=date(2026, 2, 10), year=2026) == []


def test_a_greeting_stays_on_its_day_off() -> None:
    known = book(policy(issued=date(2020, 5, 5)), customers=[customer(birthday=date(1990, 11, 22))])
    assert the_one(plan(known, "birthday", as_of=date(2026, 1, 1), year=2026)).due == date(2026, 11, 22)  # a Sunday


# Events


def test_an_errand_is_run_for_the_policy_or_else_for_the_customer_until_it_is_closed() -> None:
    requests = [
        event("service_request", date(2026, 3, 6), number=1),  # a Friday
        event("claim", date(2026, 3, 6), policy=None, number=2),
        event("claim", date(2026, 3, 6), number=3),
        event("claim_closed", date(2026, 3, 9), number=4),
    ]
    touches = plan(book(policy(issued=date(2025, 3, 2)), events=requests), "errand", as_of=date(2026, 3, 9))
    assert [(touch.subject_kind, touch.subject, touch.ordinal, str(touch.due)) for touch in touches] == [
        ("policy", "P1", 1, "2026-03-09"),
        ("customer", "C1", 2, "2026-03-09"),
    ]


def test_a_hand_over_is_told_at_once_and_visited_within_working_days() -> None:
    known = book(policy(issued=date(2025, 3, 2)), events=[event("agent_changed", date(2026, 9, 30), policy=None)])
    notice, visit = plan(known, "handover", as_of=date(2026, 9, 30))
    assert (str(notice.due), str(notice.latest)) == ("2026-09-30", "2026-10-30")
    assert (str(visit.due), str(visit.latest)) == ("2026-10-08", "2026-10-12")  # 9, 10 (in exchange) and 12 October
