"""Work on tasks by people, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from desks.task_book import AT, MONDAY, fill, run, steps, tasks, touch
from policyserve import db
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.standard.model import Standard
from policyserve.tasks import added_tasks, deeds
from policyserve.tasks.contacts import CONTACTS, Deed, withdrawn
from policyserve.tasks.explanation import explain
from policyserve.tasks.release import ReleaseCounts
from policyserve.tasks.transitions import Stamp, history

AGENT = Stamp(at=AT, as_of=MONDAY, actor="1002")

STANDARD = Standard.model_validate(
    {
        "name": "small",
        "version": "1",
        "services": [
            {
                "code": "visit-m4",
                "name": "Policy check-up",
                "name_zh": "保单体检",
                "level": "assessed",
                "stage": "know",
                "subject": "policy",
                "trigger": {"kind": "after", "anchor": "issue", "months": 4},
                "window": {"before": 7, "after": 14},
                "channels": ["visit"],
            },
            {
                "code": "gift",
                "name": "Gift",
                "name_zh": "赠送礼品",
                "level": "encouraged",
                "stage": "trust",
                "subject": "customer",
                "trigger": {"kind": "by-hand"},
                "channels": ["visit"],
            },
        ],
    }
)


@pytest.fixture
def book(engine: Engine) -> Engine:
    fill(engine)
    run(engine, [touch()])
    return engine


@pytest.fixture
def work(book: Engine) -> Iterator[Connection]:
    with db.writing(book) as connection:
        yield connection


def lines(connection: Connection, language: str = "en") -> list[str]:
    return explain(connection, 1, STANDARD, language, as_of=MONDAY)


def test_done_keeps_the_contact_and_the_transition(book: Engine) -> None:
    with db.writing(book) as work:
        said = deeds.done(work, 1, AGENT, on=MONDAY, channel="visit", outcome="satisfied", satisfaction=5, note="tea")
    assert said == []
    assert tasks(book)[0].status == "done"
    assert steps(book)[-1] == ("done", "open", "done", "by visit on 2026-05-04")
    with db.reading(book) as connection:
        contact = connection.execute(select(CONTACTS)).one()
    assert tuple(contact) == (1, MONDAY, "visit", "satisfied", 5, "tea")


def test_done_outside_the_window_or_by_another_channel_is_kept_and_said(work: Connection) -> None:
    said = deeds.done(work, 1, AGENT, on=date(2026, 4, 1), channel="call")
    assert [str(one) for one in said] == [
        "The day 2026-04-01 is before the first day on time, 2026-04-27.",
        "The standard asks for visit; the contact was kept as 'call'.",
    ]


def test_what_was_missed_can_still_be_written_down_as_done_in_time(book: Engine) -> None:
    run(book, [touch()], as_of=date(2026, 5, 19))
    with db.writing(book) as work:
        tomorrow = Stamp(at=AT, as_of=date(2026, 5, 19), actor="1002")
        assert deeds.done(work, 1, tomorrow, on=date(2026, 5, 18), channel="visit") == []
    assert steps(book)[-1][:3] == ("done", "missed", "done")


@pytest.mark.parametrize(
    ("on", "channel", "satisfaction", "sentence"),
    [
        (date(2026, 5, 5), "visit", 5, "The day 2026-05-05 is in the future"),
        (MONDAY, "fax", 5, "'fax' is no channel; it can be visit, call, sms, letter, office, other."),
        (MONDAY, "visit", 6, "The satisfaction is 6; it goes from 1"),
        (MONDAY, "visit", 0, "The satisfaction is 0; it goes from 1"),
    ],
)
def test_an_impossible_contact_is_refused_with_a_sentence(
    work: Connection, on: date, channel: str, satisfaction: int, sentence: str
) -> None:
    with pytest.raises(PolicyserveError, match=sentence):
        deeds.done(work, 1, AGENT, on=on, channel=channel, satisfaction=satisfaction)


def test_who_comes_second_hears_who_came_first(book: Engine) -> None:
    with db.writing(book) as work:
        deeds.skip(work, 1, AGENT, why="the customer is abroad")
    said = "Task 1 was skipped by 1002 on 2026-05-04 .the customer is abroad., so it cannot be marked done."
    with db.writing(book) as work, pytest.raises(deeds.TaskClosedError, match=said):
        deeds.done(work, 1, AGENT, on=MONDAY, channel="visit")
    assert tasks(book)[0].status == "skipped"
    assert [step[0] for step in steps(book)] == ["added", "skipped"]


def test_a_task_that_does_not_exist_is_not_found(work: Connection) -> None:
    with pytest.raises(NotFoundError, match="No task has the number '99'"):
        deeds.skip(work, 99, AGENT, why="no")


def test_skipping_needs_a_reason(work: Connection) -> None:
    with pytest.raises(PolicyserveError, match="Say why"):
        deeds.skip(work, 1, AGENT, why="  ")


def test_a_snooze_keeps_the_due_day(book: Engine) -> None:
    with db.writing(book) as work:
        deeds.snooze(work, 1, AGENT, to=date(2026, 5, 18))
    (task,) = tasks(book)
    assert (task.due, task.snoozed_to, task.status) == (MONDAY, date(2026, 5, 18), "open")
    assert steps(book)[-1] == ("snoozed", "open", "open", "to 2026-05-18")


@pytest.mark.parametrize("to", [date(2026, 5, 3), date(2026, 5, 19)])
def test_a_snooze_stays_inside_the_window_and_ahead(work: Connection, to: date) -> None:
    with pytest.raises(PolicyserveError, match="from 2026-05-04 to 2026-05-18"):
        deeds.snooze(work, 1, AGENT, to=to)


def test_a_task_given_to_another_agent_stays_there_in_the_next_release(book: Engine) -> None:
    with db.writing(book) as work:
        deeds.assign(work, 1, AGENT, agent_no="1003")
    assert steps(book)[-1] == ("assigned", "open", "open", "agent 1002 -> 1003")
    assert run(book, [touch()]) == ReleaseCounts(unchanged=1)
    assert tasks(book)[0].agent_id == 3


def test_nobody_is_given_work_who_is_unknown_or_has_left(work: Connection) -> None:
    work.exec_driver_sql("UPDATE agents SET left_on = '2026-05-04' WHERE id = 3")
    with pytest.raises(PolicyserveError, match="Agent 1003 left on 2026-05-04"):
        deeds.assign(work, 1, AGENT, agent_no="1003")
    with pytest.raises(NotFoundError, match="No agent has the number '9'"):
        deeds.assign(work, 1, AGENT, agent_no="9")


def taken_back(connection: Connection) -> list[tuple[date, Deed]]:
    return withdrawn(history(connection, 1))


def test_a_mistake_is_taken_back_with_its_contact_and_can_be_done_again(book: Engine) -> None:
    with db.writing(book) as work:
        deeds.done(work, 1, AGENT, on=MONDAY, channel="visit")
        deeds.reopen(work, 1, AGENT, why="wrong customer")
    assert tasks(book)[0].status == "open"
    assert steps(book)[-1] == ("reopened", "done", "open", "wrong customer")
    with db.reading(book) as connection:
        assert connection.execute(select(CONTACTS)).all() == []
        assert taken_back(connection) == [(MONDAY, Deed(done_on=MONDAY, channel="visit"))]
    with db.writing(book) as work:
        deeds.done(work, 1, AGENT, on=MONDAY, channel="call")
    assert tasks(book)[0].status == "done"


def test_all_that_was_said_of_a_contact_is_kept_when_it_is_taken_back(work: Connection) -> None:
    deeds.done(work, 1, AGENT, on=MONDAY, channel="visit", outcome="satisfied", satisfaction=5, note="tea")
    deeds.reopen(work, 1, AGENT, why="wrong customer")
    said = Deed(done_on=MONDAY, channel="visit", outcome="satisfied", satisfaction=5, note="tea")
    assert taken_back(work) == [(MONDAY, said)]


def test_taking_back_a_skipped_task_leaves_no_contact(work: Connection) -> None:
    deeds.skip(work, 1, AGENT, why="abroad")
    deeds.reopen(work, 1, AGENT, why="back again")
    assert taken_back(work) == []


def test_who_takes_back_second_takes_nothing_back(book: Engine) -> None:
    with db.writing(book) as work:
        deeds.done(work, 1, AGENT, on=MONDAY, channel="visit")
        deeds.reopen(work, 1, AGENT, why="wrong customer")
    with db.writing(book) as work, pytest.raises(deeds.TaskClosedError, match="Task 1 was reopened by 1002"):
        deeds.reopen(work, 1, AGENT, why="wrong customer")
    with db.reading(book) as connection:
        assert len(taken_back(connection)) == 1


def test_an_open_task_cannot_be_reopened(work: Connection) -> None:
    with pytest.raises(deeds.TaskClosedError, match="Task 1 was added by release on 2026-05-04, so it cannot be"):
        deeds.reopen(work, 1, AGENT, why="no")


def test_gifts_are_added_by_hand_and_numbered_per_customer(book: Engine) -> None:
    with db.writing(book) as work:
        for _ in range(2):
            added_tasks.add(work, STANDARD, AGENT, service="gift", due=MONDAY, customer_no="C1", note="from the coast")
        added_tasks.add(work, STANDARD, AGENT, service="gift", due=MONDAY, policy_no="P3", latest=date(2026, 5, 8))
    added = [(task.subject_kind, task.subject_id, task.ordinal, task.agent_id) for task in tasks(book)[1:]]
    assert added == [("customer", 1, 1, 2), ("customer", 1, 2, 2), ("customer", 2, 1, 3)]
    assert steps(book)[1] == ("added", None, "open", "from the coast")
    assert run(book, [touch()]) == ReleaseCounts(unchanged=4)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"service": "visit-m4", "customer_no": "C1"}, "no service that is added by hand; these are: gift"),
        ({"service": "gift", "customer_no": "C9"}, "No customer has the number 'C9'"),
        ({"service": "gift", "policy_no": "P9"}, "No policy has the number 'P9'"),
        ({"service": "gift"}, "either a customer or a policy"),
        ({"service": "gift", "customer_no": "C1", "latest": date(2026, 5, 1)}, "must lie ahead"),
    ],
)
def test_what_cannot_be_added_says_why(work: Connection, given: dict[str, object], sentence: str) -> None:
    with pytest.raises(PolicyserveError, match=sentence):
        added_tasks.add(work, STANDARD, AGENT, due=MONDAY, **given)  # type: ignore[arg-type]


def test_a_task_explains_itself_from_the_fact_to_what_was_done(book: Engine) -> None:
    with db.writing(book) as work:
        deeds.snooze(work, 1, AGENT, to=date(2026, 5, 6))
        deeds.done(work, 1, AGENT, on=MONDAY, channel="visit", satisfaction=5)
        assert lines(work) == [
            "1 Policy check-up (visit-m4): customer C1 客户1, policy P1: done",
            "Why: policy P1 was issued on 2026-01-04; issue + 4 months: 2026-05-04",
            "Due 2026-05-04; on time from 2026-04-27 to 2026-05-18",
            "To be done by 1002 Agent 1002",
            "Put off to 2026-05-06",
            "2026-05-04 release added",
            "2026-05-04 1002 snoozed: to 2026-05-06",
            "2026-05-04 1002 done: by visit on 2026-05-04",
            "Contact: 2026-05-04, visit, satisfaction 5/5",
        ]


def test_a_contact_that_was_taken_back_is_explained(work: Connection) -> None:
    deeds.done(work, 1, AGENT, on=MONDAY, channel="visit", satisfaction=5)
    deeds.reopen(work, 1, AGENT, why="wrong customer")
    deeds.done(work, 1, AGENT, on=MONDAY, channel="call")
    assert lines(work)[-2:] == [
        "Contact taken back on 2026-05-04: 2026-05-04, visit, satisfaction 5/5",
        "Contact: 2026-05-04, call",
    ]
    assert lines(work, "zh")[-2:] == [
        "已于2026-05-04撤回的服务轨迹：2026-05-04，亲访，满意度5/5",
        "服务轨迹：2026-05-04，电话",
    ]


def test_a_reopened_task_says_in_chinese_where_it_went(book: Engine) -> None:
    run(book, [])
    run(book, [touch(due=date(2026, 5, 5), agent_id=3)])
    with db.reading(book) as connection:
        assert lines(connection, "zh")[-1] == (
            "2026-05-04 系统下发 重新打开：重新需要，应做日2026-05-05；应做日2026-05-04 -> 2026-05-05；"
            "最早日2026-04-27 -> 2026-04-28；最晚日2026-05-18 -> 2026-05-19；业务员1002 -> 1003"
        )


def test_a_task_explains_itself_in_chinese(book: Engine) -> None:
    run(book, [])
    with db.reading(book) as connection:
        assert lines(connection, "zh") == [
            "1 保单体检（visit-m4）：客户C1 客户1，保单P1：已取消",
            "原因：保单P1于2026-01-04承保；标准：承保日+4个月，2026-05-04",
            "应做日2026-05-04，2026-04-27至2026-05-18均为及时",
            "执行：1002 Agent 1002",
            "2026-05-04 系统下发 生成",
            "2026-05-04 系统下发 已取消：保单已退保（2026-05-03）",
        ]


def test_a_task_moved_by_a_day_off_says_so(book: Engine) -> None:
    run(book, [touch(due=date(2026, 5, 6), nominal=MONDAY, provisional=True)])
    with db.reading(book) as connection:
        assert lines(connection)[1].endswith(
            "issue + 4 months: 2026-05-04; a day off, so 2026-05-06 (provisional: days off not yet published)"
        )
