"""Tasks as they stood on a day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from desks.task_rows import DUE, MAY, Row, Step, change, done, task, tasks
from policyserve.metrics.services.task_states import CHANGES, STATUSES, Past, as_they_stood

ADDED = change(1, date(2026, 4, 20), "open")


def stood(row: Row, *steps: Step, on: date) -> Row | None:
    statuses = [(number, 1, as_of, to) for number, as_of, to, _ in steps]
    changes = [(number, 1, as_of, name, *pair) for number, as_of, _, told in steps for name, pair in told.items()]
    past = Past(
        statuses=pl.DataFrame(statuses, STATUSES, orient="row"), changes=pl.DataFrame(changes, CHANGES, orient="row")
    )
    found = as_they_stood(tasks(row), past, on)
    return found.row(0, named=True) if found.height else None


def taken_back(number: int, as_of: date, on: date = DUE, by: str = "visit", mark: int | None = None) -> Step:
    marked = {"satisfaction": (str(mark), None)} if mark else {}
    return change(number, as_of, "open", done_on=(str(on), None), channel=(by, None), **marked)


def test_a_task_done_tomorrow_is_open_today() -> None:
    row = task(done=DUE, satisfaction=5)
    steps = (ADDED, done(2, DUE, mark=5))
    today = stood(row, *steps, on=DUE - timedelta(days=1))
    assert today is not None
    assert (today["status"], today["done_on"], today["satisfaction"]) == ("open", None, None)
    assert stood(row, *steps, on=DUE) == {**tasks(row).row(0, named=True)}


def test_a_contact_written_down_tomorrow_is_not_known_today_although_it_was_in_time() -> None:
    row = task(done=DUE)
    today = stood(row, ADDED, done(2, date(2026, 6, 1)), on=date(2026, 5, 31))
    assert today is not None
    assert today["status"] == "open"


def test_a_task_that_is_not_there_yet_is_left_out() -> None:
    assert stood(task(), ADDED, on=date(2026, 4, 19)) is None


DAYS = {"due": ("2026-05-10", "2026-06-20"), "latest": ("2026-05-17", "2026-06-27")}

FROM_B_TO_A = ("2", "1")


def test_a_task_moved_tomorrow_is_due_today_where_it_was() -> None:
    moved = task(due=date(2026, 6, 20))
    steps = (ADDED, change(2, date(2026, 5, 2), "open", **DAYS, agent_id=FROM_B_TO_A))
    today = stood(moved, *steps, on=date(2026, 5, 1))
    assert today is not None
    assert (today["due"], today["latest"], today["agent_id"]) == (DUE, date(2026, 5, 17), 2)
    later = stood(moved, *steps, on=date(2026, 5, 2))
    assert later is not None
    assert (later["due"], later["agent_id"]) == (date(2026, 6, 20), 1)


def test_a_missed_task_that_a_release_reopens_with_other_days_was_missed_where_it_was() -> None:
    reopened = task(due=date(2026, 6, 20), performer="office")
    steps = (ADDED, change(2, date(2026, 5, 18), "missed"))
    again = change(3, date(2026, 6, 1), "open", **DAYS, performer=("agent", "office"), agent_id=FROM_B_TO_A)
    today = stood(reopened, *steps, again, on=MAY.last)
    assert today is not None
    assert (today["status"], today["due"], today["latest"]) == ("missed", DUE, date(2026, 5, 17))
    assert (today["performer"], today["agent_id"]) == ("agent", 2)


def test_a_task_of_another_holder_tomorrow_is_the_first_one_s_today() -> None:
    steps = (ADDED, change(2, date(2026, 5, 2), "open", customer_id=("77", "1")))
    today = stood(task(), *steps, on=date(2026, 5, 1))
    assert today is not None
    assert today["customer_id"] == 77


def test_a_holder_who_was_not_written_down_is_the_one_of_now() -> None:
    steps = (ADDED, change(2, date(2026, 5, 2), "open", customer_id=(None, None)))
    today = stood(task(), *steps, on=date(2026, 5, 1))
    assert today is not None
    assert today["customer_id"] == tasks(task())["customer_id"][0]


def test_of_two_later_moves_the_first_says_where_it_was() -> None:
    steps = (
        ADDED,
        change(2, date(2026, 5, 2), "open", due=("2026-05-10", "2026-05-12")),
        change(3, date(2026, 5, 3), "open", due=("2026-05-12", "2026-05-14")),
    )
    today = stood(task(due=date(2026, 5, 14)), *steps, on=date(2026, 5, 1))
    assert today is not None
    assert today["due"] == DUE


def test_a_task_given_to_another_agent_tomorrow_is_the_first_one_s_today() -> None:
    steps = (ADDED, change(2, date(2026, 5, 2), "open", agent_id=(None, "1")))
    today = stood(task(), *steps, on=date(2026, 5, 1))
    assert today is not None
    assert today["agent_id"] is None


def test_what_was_done_and_is_reopened_tomorrow_is_done_today() -> None:
    called = date(2026, 5, 9)
    steps = (ADDED, done(2, DUE, called, "call"), taken_back(3, date(2026, 5, 12), called, "call"))
    today = stood(task(), *steps, on=DUE)
    assert today is not None
    assert (today["status"], today["done_on"], today["channel"]) == ("done", called, "call")
    assert today["due"] == DUE


def test_of_contacts_taken_back_the_first_one_after_the_day_was_known() -> None:
    steps = [ADDED]
    for number, mark_day in enumerate((DUE, date(2026, 5, 12), date(2026, 5, 13)), start=1):
        steps.append(done(2 * number, mark_day, mark=number))
        steps.append(taken_back(2 * number + 1, date(2026, 5, 11 + number), mark=number))
    row = task(done=DUE, satisfaction=4)
    last = done(9, date(2026, 5, 14), mark=4)
    marks = [
        found["satisfaction"] if (found := stood(row, *steps, last, on=day)) else None
        for day in (DUE, date(2026, 5, 11), date(2026, 5, 12), date(2026, 5, 14))
    ]
    assert marks == [1, 1, 2, 4]


def test_what_is_lost_of_a_contact_taken_back_is_not_put_in_from_the_next_one() -> None:
    steps = (
        ADDED,
        done(2, DUE),
        taken_back(3, date(2026, 5, 12)),
        done(4, date(2026, 5, 12), date(2026, 5, 11), "call", mark=5),
    )
    today = stood(task(done=date(2026, 5, 11), channel="call", satisfaction=5), *steps, on=DUE)
    assert today is not None
    assert (today["done_on"], today["channel"], today["satisfaction"]) == (DUE, "visit", None)
