"""What an open complaint stops, for its household and no longer than it is open; and what goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from books.small_plans import CALENDAR
from desks.message_book import BIRTHDAY, D30, GREETING, REMINDER, change, fates, fill, generate, states
from policyserve.access.viewer import SYSTEM
from policyserve.complaints.records import Told
from policyserve.dates import Days
from policyserve.operations.complaints import (
    complaint_counts_of_viewer,
    complaints_of_viewer,
    open_complaint,
    step_complaint,
)
from policyserve.operations.events import add_event, retract_event
from policyserve.plan.complaints import unasked
from policyserve.standard.parser import default_standard
from policyserve.tasks.transitions import Stamp

SETTLING = ("unfounded", "proposed", "approved", "carried-out", "confirmed")
BEFORE = BIRTHDAY - timedelta(days=3)


def stamp(day: date) -> Stamp:
    return Stamp(at=datetime(2026, 5, 1, tzinfo=UTC), as_of=day, actor="1001")


def complain(engine: Engine, customer: str = "C1", day: date = BEFORE) -> int:
    told = Told(words="late again", kind="service", channel="call", on=day)
    return open_complaint(engine, SYSTEM, stamp(day), told, customer_no=customer)


def settle(engine: Engine, key: int, day: date) -> None:
    for step in SETTLING:
        step_complaint(engine, SYSTEM, stamp(day), key, step, said="so it is")


def listed(engine: Engine, day: date = BIRTHDAY) -> list[tuple[object, ...]]:
    found = complaints_of_viewer(engine, SYSTEM, CALENDAR, as_of=day)
    return found.rows.select("customer_no", "status", "days_left").rows()


def test_marketing_to_the_household_waits_until_the_complaint_is_settled(engine: Engine) -> None:
    fill(engine, customers=2)
    change(engine, "UPDATE customers SET family_no = 'F'")
    key = complain(engine)
    assert fates(generate(engine, BIRTHDAY, GREETING)) == {}
    assert fates(generate(engine, D30, REMINDER)) == {"renewal-reminder-d30": ("made", None)}
    settle(engine, key, BIRTHDAY)
    assert generate(engine, BIRTHDAY, GREETING).composed["outcome"].to_list() == ["made", "made"]


def test_what_waits_is_cancelled_with_the_complaint_and_comes_back_with_its_end(engine: Engine) -> None:
    fill(engine)
    generate(engine, BIRTHDAY, GREETING)
    key = complain(engine)
    generate(engine, BIRTHDAY, GREETING)
    assert states(engine) == [(GREETING, "cancelled", "complained")]
    settle(engine, key, BIRTHDAY)
    generate(engine, BIRTHDAY, GREETING)
    assert states(engine) == [(GREETING, "planned", None)]


def test_an_event_of_a_list_opens_one_and_its_retraction_withdraws_it(engine: Engine) -> None:
    fill(engine, customers=2)
    old, new = (
        add_event(engine, {"customer_no": number, "kind": "complaint", "occurred_on": str(day)}, as_of=BIRTHDAY)
        for number, day in (("C1", BIRTHDAY - timedelta(days=16)), ("C2", BEFORE))
    )
    assert old < new
    assert listed(engine) == [("C2", "received", -2), ("C1", "not-tracked", None)]
    retract_event(engine, new, why="another customer", as_of=BIRTHDAY)
    assert listed(engine) == [("C1", "not-tracked", None), ("C2", "withdrawn", None)]
    assert [row["outcome"] for row in generate(engine, BIRTHDAY, GREETING).composed.to_dicts()] == ["made", "made"]


def test_two_complaints_of_one_day_are_two_and_a_list_that_tells_of_one_adds_none(engine: Engine) -> None:
    fill(engine)
    assert complain(engine) != complain(engine)
    assert [row[0] for row in listed(engine)] == ["C1", "C1"]


def test_errands_and_duties_go_on_and_what_is_given_unasked_stops() -> None:
    standard = default_standard()
    stopped = set(unasked(standard))
    assert {"good-news", "birthday-greeting", "half-year-visit"} & stopped
    assert stopped.isdisjoint({"errand", "sick-visit", "lapse-reminder-d1", "policy-review", "new-policy-callback"})
    marketing = {one.code for one in standard.services if one.message_class == "marketing"}
    assert marketing <= stopped


def test_complaints_are_counted_by_class_with_the_repeated_and_the_late_ones(engine: Engine) -> None:
    fill(engine)
    first = complain(engine, day=BEFORE)
    settle(engine, first, BEFORE + timedelta(days=4))
    complain(engine, day=BEFORE + timedelta(days=6))
    late = BEFORE + timedelta(days=40)
    found = complaint_counts_of_viewer(engine, SYSTEM, Days.between(BEFORE, late), by=("class",), as_of=late)
    assert found.rows.to_dicts() == [
        {
            "kind": "service", "received": 2, "open": 1, "settled": 1, "in_time": 1, "repeated": 1, "overdue": 1,
            "days_to_result": 4.0, "in_time_share": 1.0,
        }
    ]  # fmt: skip
    by = complaint_counts_of_viewer(engine, SYSTEM, Days.between(late, late), by=("team", "cause"), as_of=late)
    assert by.rows.is_empty()
