"""Release on both databases: touches become tasks, and tasks follow their touches."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from desks.task_book import MONDAY, because, close, evidence, fill, frame, run, steps, tasks, touch
from policyserve import db
from policyserve.tasks.release import RELEASES, ReleaseCounts

AUGUST = date(2026, 8, 3)
TOMORROW = MONDAY + timedelta(days=1)


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    return engine


def test_a_touch_becomes_an_open_task_with_its_first_transition(book: Engine) -> None:
    assert run(book, [touch()]) == ReleaseCounts(added=1)
    (task,) = tasks(book)
    assert (task.service, task.status, task.due, task.agent_id) == ("visit-m4", "open", MONDAY, 2)
    assert steps(book) == [("added", None, "open", None)]


def test_running_it_twice_changes_nothing(book: Engine) -> None:
    touches = [touch(policy=1), touch(policy=3), touch("policy-review", policy=3)]
    run(book, touches)
    before = tasks(book), steps(book)
    assert run(book, touches) == ReleaseCounts(unchanged=3)
    assert (tasks(book), steps(book)) == before


def test_each_release_is_written_down_with_its_counts(book: Engine) -> None:
    run(book, [touch()])
    run(book, [touch()])
    with db.reading(book) as connection:
        rows = connection.execute(select(RELEASES.c.added, RELEASES.c.unchanged, RELEASES.c.days)).all()
    assert [tuple(row) for row in rows] == [(1, 0, 30), (0, 1, 30)]


def test_messages_are_not_tasks(book: Engine) -> None:
    assert run(book, [touch(performer="nobody", channels="sms")]) == ReleaseCounts()


def test_what_falls_due_after_the_last_day_waits(book: Engine) -> None:
    late, later = MONDAY + timedelta(days=30), MONDAY + timedelta(days=31)
    assert run(book, [touch(policy=1, due=late), touch(policy=2, due=later)]).added == 1


def test_what_is_no_longer_on_time_never_becomes_a_task(book: Engine) -> None:
    assert run(book, [touch(due=MONDAY - timedelta(days=15))]).added == 0
    assert run(book, [touch(due=MONDAY - timedelta(days=14))]).added == 1


def test_what_fell_due_before_the_policy_was_known_is_not_tracked(book: Engine) -> None:
    known = pl.DataFrame(
        {"subject_kind": ["policy"] * 2, "subject_id": [1, 2], "known_on": [MONDAY] * 2},
        schema_overrides={"subject_id": pl.Int32},
    )
    touches = [touch(policy=1, due=MONDAY - timedelta(days=1)), touch(policy=2, due=MONDAY)]
    assert run(book, touches, facts=evidence(known=known)).added == 1
    assert [task.subject_id for task in tasks(book)] == [2]


def test_what_fell_due_before_the_rule_held_is_not_tracked(book: Engine) -> None:
    rules = pl.DataFrame({"service": ["visit-m4", "other"], "since": [MONDAY, MONDAY]})
    touches = [touch(due=MONDAY - timedelta(days=1)), touch("policy-review", due=MONDAY - timedelta(days=1))]
    assert run(book, touches, facts=evidence(rules=rules)).added == 1
    assert [task.service for task in tasks(book)] == ["policy-review"]


def test_a_touch_with_another_day_moves_its_task_and_says_from_where_to_where(book: Engine) -> None:
    run(book, [touch()])
    assert run(book, [touch(due=TOMORROW)]) == ReleaseCounts(moved=1)
    (task,) = tasks(book)
    assert (task.due, task.latest, task.status) == (TOMORROW, TOMORROW + timedelta(days=14), "open")
    why = "due 2026-05-04 -> 2026-05-05; earliest 2026-04-27 -> 2026-04-28; latest 2026-05-18 -> 2026-05-19"
    assert steps(book)[1:] == [("moved", "open", "open", why)]


def test_a_task_follows_the_agent_of_its_policy(book: Engine) -> None:
    run(book, [touch()])
    run(book, [touch(agent_id=3)])
    assert tasks(book)[0].agent_id == 3
    assert steps(book)[-1] == ("moved", "open", "open", "agent 1002 -> 1003")


def test_a_task_found_outside_the_days_of_the_release_moves_and_stays_open(book: Engine) -> None:
    run(book, [touch()])
    assert run(book, [], facts=evidence(far=[touch(due=AUGUST)])) == ReleaseCounts(moved=1)
    assert run(book, [], facts=evidence(far=[touch(due=AUGUST)])) == ReleaseCounts(unchanged=1)
    assert [(task.due, task.status) for task in tasks(book)] == [(AUGUST, "open")]


def test_a_task_found_nowhere_is_cancelled_with_the_fact_that_removed_it(book: Engine) -> None:
    run(book, [touch(policy=1), touch(policy=3)])
    assert run(book, [touch(policy=3)]) == ReleaseCounts(cancelled=1, unchanged=1)
    assert steps(book)[-1] == ("cancelled", "open", "cancelled", "the policy was surrendered on 2026-05-03")
    assert run(book, [touch(policy=3)]) == ReleaseCounts(unchanged=1)


def test_a_task_whose_new_latest_day_has_passed_is_cancelled(book: Engine) -> None:
    run(book, [touch()])
    past = touch(due=MONDAY - timedelta(days=20))
    assert run(book, [past]) == ReleaseCounts(cancelled=1)
    assert steps(book)[-1][3] == "now due 2026-04-14, and the latest day, 2026-04-28, has passed"


def test_a_task_whose_latest_day_has_passed_is_missed(book: Engine) -> None:
    run(book, [touch()])
    later = MONDAY + timedelta(days=15)
    assert run(book, [touch()], as_of=later) == ReleaseCounts(missed=1)
    assert steps(book)[-1] == ("missed", "open", "missed", "the latest day, 2026-05-18, has passed")
    assert run(book, [touch()], as_of=later) == ReleaseCounts()


@pytest.mark.parametrize(("ended_on", "status"), [(date(2026, 5, 18), "cancelled"), (date(2026, 5, 19), "missed")])
def test_a_fact_cancels_a_task_up_to_its_latest_day_and_comes_too_late_after_it(
    book: Engine, ended_on: date, status: str
) -> None:
    run(book, [touch()])
    paid = f'{{"instalment": 2, "on": "{ended_on}"}}'
    facts = evidence(why_not=lambda tasks: because(tasks, "instalment-paid", paid, ended_on))
    run(book, [], as_of=date(2026, 5, 20), facts=facts)
    assert tasks(book)[0].status == status


def test_a_touch_that_comes_back_reopens_its_cancelled_task(book: Engine) -> None:
    run(book, [touch()])
    run(book, [])
    assert run(book, [touch(due=TOMORROW)]) == ReleaseCounts(reopened=1)
    assert [(task.status, task.due) for task in tasks(book)] == [("open", TOMORROW)]
    moves = "due 2026-05-04 -> 2026-05-05; earliest 2026-04-27 -> 2026-04-28; latest 2026-05-18 -> 2026-05-19"
    assert steps(book)[-1] == ("reopened", "cancelled", "open", f"called for again, due 2026-05-05; {moves}")


def test_a_touch_that_comes_back_as_it_was_has_moved_nowhere(book: Engine) -> None:
    run(book, [touch()])
    run(book, [])
    run(book, [touch()])
    assert steps(book)[-1] == ("reopened", "cancelled", "open", "called for again, due 2026-05-04")


def test_a_task_cancelled_long_ago_reopens_when_its_touch_comes_back(book: Engine) -> None:
    run(book, [touch()])
    run(book, [])
    may_next_year = date(2027, 5, 3)
    assert run(book, [touch(due=may_next_year)], as_of=may_next_year) == ReleaseCounts(reopened=1)
    assert [(task.status, task.due) for task in tasks(book)] == [("open", may_next_year)]


@pytest.mark.parametrize("status", ["skipped", "missed"])
def test_what_was_skipped_or_missed_reopens_only_when_the_fact_changes(book: Engine, status: str) -> None:
    run(book, [touch()])
    close(book, 1, status)
    assert run(book, [touch(due=TOMORROW)]) == ReleaseCounts()
    assert run(book, [touch(due=TOMORROW, anchor=date(2026, 1, 5))]) == ReleaseCounts(reopened=1)
    assert steps(book)[-1][3] == (
        "counted from 2026-01-05 instead of 2026-01-04, due 2026-05-05; due 2026-05-04 -> 2026-05-05; "
        "earliest 2026-04-27 -> 2026-04-28; latest 2026-05-18 -> 2026-05-19; counted from 2026-01-04 -> 2026-01-05"
    )


@pytest.mark.parametrize("due", [TOMORROW, date(2027, 5, 3)])
def test_what_is_done_is_never_touched(book: Engine, due: date) -> None:
    run(book, [touch()])
    close(book, 1, "done")
    before = tasks(book)
    assert run(book, [touch(due=due, anchor=date(2026, 1, 5))], as_of=due) == ReleaseCounts()
    assert tasks(book) == before


def _decide(engine: Engine) -> None:
    with db.writing(engine) as connection:
        connection.exec_driver_sql("UPDATE tasks SET snoozed_to = '2026-05-11', assigned = '1', agent_id = 1")


def test_a_persons_decision_stays_while_the_fact_stays(book: Engine) -> None:
    run(book, [touch()])
    _decide(book)
    assert run(book, [touch()]) == ReleaseCounts(unchanged=1)
    assert run(book, [touch(due=TOMORROW, agent_id=3)]) == ReleaseCounts(moved=1)
    (task,) = tasks(book)
    assert (task.due, task.snoozed_to, task.agent_id, task.assigned) == (TOMORROW, date(2026, 5, 11), 1, True)


def test_a_persons_decision_ends_when_the_fact_changes(book: Engine) -> None:
    run(book, [touch()])
    _decide(book)
    assert run(book, [touch(anchor=date(2026, 1, 5))]) == ReleaseCounts(moved=1)
    (task,) = tasks(book)
    assert (task.snoozed_to, task.agent_id, task.assigned) == (None, 2, False)


def test_work_added_by_hand_is_not_cancelled_but_missed_when_its_time_is_over(book: Engine) -> None:
    run(book, [touch("gift")])
    with db.writing(book) as connection:
        connection.exec_driver_sql("UPDATE tasks SET release_id = NULL")
    assert run(book, []) == ReleaseCounts(unchanged=1)
    assert run(book, [], as_of=date(2026, 5, 19)) == ReleaseCounts(missed=1)


def test_a_shorter_release_leaves_the_work_of_a_longer_one(book: Engine) -> None:
    far = touch(due=MONDAY + timedelta(days=29))
    run(book, [far])
    assert run(book, [far], as_of=MONDAY - timedelta(days=10)) == ReleaseCounts(unchanged=1)


def test_a_failure_half_way_leaves_nothing_behind(book: Engine) -> None:
    run(book, [touch(policy=1)])

    def fail(_: pl.DataFrame) -> pl.DataFrame:
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        run(book, [touch(policy=3)], facts=evidence(plan_wide=fail))
    assert len(tasks(book)) == len(steps(book)) == 1


def test_a_thousand_touches_keep_their_identities(book: Engine) -> None:
    touches = [touch(policy=policy, ordinal=ordinal) for policy in (1, 2, 3) for ordinal in range(1, 401)]
    assert run(book, touches).added == 1200
    moved = [one | {"due": TOMORROW} for one in touches[:100]]
    assert run(book, moved + touches[100:]) == ReleaseCounts(moved=100, unchanged=1100)
    with db.reading(book) as connection:
        assert connection.execute(select(func.count()).select_from(RELEASES)).scalar_one() == 2
    assert frame(touches).height == len(tasks(book))
