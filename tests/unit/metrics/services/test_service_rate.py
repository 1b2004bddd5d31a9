"""Service rate, call-backs and satisfaction, and tasks as they stood on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.metrics.services.service_rate import ALLOWED, callbacks, callbacks_due, satisfaction, service_rate
from policyserve.metrics.services.task_states import CHANGES, STATUSES, TASKS, Past, as_they_stood
from policyserve.standard.parser import default_standard

Row = dict[str, Any]
STANDARD = default_standard()
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
AS_OF = date(2026, 11, 21)
DUE = date(2026, 5, 10)

AGENTS = pl.DataFrame(
    {"agent_id": [1, 2, 3], "agent_no": ["A", "B", "C"], "team": ["T1", "T1", "T2"], "branch": ["N", "N", "N"]},
    schema_overrides={"agent_id": pl.Int32},
)


def task(service: str = "visit-m4", *, due: date = DUE, done: date | None = None, **more: Any) -> Row:
    """A task of agent A with a window of a week after its due day, open unless it was done."""
    return {
        "service": service,
        "customer_id": 1,
        "agent_id": 1,
        "performer": "agent",
        "due": due,
        "latest": due + timedelta(days=7),
        "status": "done" if done else "open",
        "done_on": done,
        "channel": "visit" if done else None,
        **more,
    }


def tasks(*rows: Row) -> pl.DataFrame:
    numbered = [{name: row.get(name) for name in TASKS} | {"task_id": key} for key, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=TASKS)


def rate(*rows: Row, as_of: date = AS_OF, days: Days = MAY) -> Row:
    return service_rate(tasks(*rows), STANDARD, AGENTS, days, by=[], as_of=as_of).row(0, named=True)


@pytest.mark.parametrize(
    ("row", "fate"),
    [
        (task(done=date(2026, 5, 17)), "numerator"),
        (task(done=date(2026, 5, 18)), "late"),
        (task(done=date(2026, 5, 1)), "numerator"),
        (task(), "missed"),
        (task(status="missed"), "missed"),
        (task(status="skipped"), "skipped"),
    ],
    ids=["last day", "a day later", "early", "not done", "marked missed", "skipped"],
)
def test_each_task_has_one_fate(row: Row, fate: str) -> None:
    found = rate(row)
    fates = ("numerator", "late", "missed", "open", "pending", "skipped")
    assert {name for name in fates if found[name]} == {fate}
    assert found["denominator"] == (0 if fate == "skipped" else 1)


def test_what_is_late_is_no_numerator_but_is_shown_with_it() -> None:
    found = rate(task(done=DUE), task(done=date(2026, 6, 1)), task(), task())
    assert (found["ratio"], found["ratio_with_late"]) == (0.25, 0.5)


def test_a_task_still_in_time_stands_beside_the_rate_and_makes_the_figure_provisional() -> None:
    last_day = date(2026, 5, 17)
    days = Days.between(date(2026, 5, 1), DUE)
    found = rate(task(), as_of=last_day, days=days)
    assert (found["open"], found["denominator"], found["status"]) == (1, 0, "provisional")
    found = rate(task(), as_of=last_day + timedelta(days=1), days=days)
    assert (found["missed"], found["denominator"], found["status"]) == (1, 1, "final")


def test_what_the_system_has_texted_in_time_is_done() -> None:
    greeting: Row = {"service": "birthday-greeting", "due": DUE}
    assert rate(task(**greeting, texted_on=DUE))["numerator"] == 1
    assert rate(task(**greeting, status="missed", texted_on=DUE))["numerator"] == 1
    assert rate(task(**greeting, texted_on=date(2026, 5, 18)))["missed"] == 1
    assert rate(task(**greeting, status="skipped", texted_on=DUE))["skipped"] == 1


def test_nothing_late_and_one_done_is_all_of_what_is_decided() -> None:
    rows = [task(done=date(2026, 5, 9)), *[task() for _ in range(127)]]
    found = rate(*rows, as_of=date(2026, 5, 12), days=Days.between(date(2026, 5, 1), DUE))
    assert (found["ratio"], found["denominator"], found["open"]) == (1.0, 1, 127)


def test_work_of_the_office_has_no_row_by_teams_and_agents() -> None:
    rows = tasks(task(done=DUE), task("termination-decision", performer="office"))
    for by, count in (("team", 1), ("agent", 1), ("branch", 2), ("level", 2)):
        found = service_rate(rows, STANDARD, AGENTS, MAY, by=[by], as_of=AS_OF)
        assert (found["denominator"].sum(), found[:, 0].null_count()) == (count, 0)


def test_a_task_not_due_yet_is_pending_even_when_it_is_done() -> None:
    found = rate(task(done=date(2026, 5, 8)), as_of=date(2026, 5, 9))
    assert (found["pending"], found["denominator"], found["ratio"]) == (1, 0, None)


def test_days_that_are_not_over_make_the_figure_provisional() -> None:
    assert rate(task(done=DUE), as_of=MAY.last)["status"] == "provisional"
    assert rate(task(done=DUE), as_of=MAY.end)["status"] == "final"


def test_a_cancelled_task_was_never_due() -> None:
    assert rate(task(status="cancelled"))["denominator"] == 0


def test_only_tasks_due_in_the_days_count() -> None:
    assert rate(task(due=date(2026, 4, 30)), task(due=date(2026, 6, 1)))["denominator"] == 0


def test_levels_are_shown_apart_and_a_service_that_the_standard_lost_has_none() -> None:
    rows = tasks(task("visit-m4", done=DUE), task("policy-review"), task("half-year-visit"), task("long-gone"))
    found = service_rate(rows, STANDARD, AGENTS, MAY, by=["level"], as_of=AS_OF)
    assert found.select("level", "denominator", "ratio").rows() == [
        (None, 1, 0.0),
        ("assessed", 1, 1.0),
        ("encouraged", 1, 0.0),
        ("spot-checked", 1, 0.0),
    ]


def test_agents_and_teams_are_not_burdened_with_the_work_of_the_office() -> None:
    rows = tasks(task(done=DUE), task("grace-demand", performer="office"), task(agent_id=3))
    by_agent = service_rate(rows, STANDARD, AGENTS, MAY, by=["agent"], as_of=AS_OF)
    assert by_agent.select("agent_no", "denominator").rows() == [(None, 1), ("A", 1), ("C", 1)]
    by_team = service_rate(rows, STANDARD, AGENTS, MAY, by=["team"], as_of=AS_OF)
    assert by_team.select("branch", "team", "denominator").rows() == [("N", None, 1), ("N", "T1", 1), ("N", "T2", 1)]
    by_branch = service_rate(rows, STANDARD, AGENTS, MAY, by=["branch", "class"], as_of=AS_OF)
    assert by_branch.select("branch", "message_class", "denominator").rows() == [("N", "duty", 1), ("N", "service", 2)]


def test_services_are_not_grouped_by_product() -> None:
    with pytest.raises(PolicyserveError, match="Choose from: company, branch, team, agent, level, service, class"):
        service_rate(tasks(), STANDARD, AGENTS, MAY, by=["product"], as_of=AS_OF)


def test_satisfaction_shows_how_many_answered() -> None:
    rows = tasks(
        task(done=DUE, satisfaction=5), task(done=DUE, satisfaction=4), task(done=DUE, satisfaction=2), task(done=DUE)
    )
    found = satisfaction(rows, STANDARD, AGENTS, MAY).row(0, named=True)
    assert (found["services"], found["answers"], found["small"]) == (4, 3, True)
    assert (found["mean"], found["satisfied"]) == pytest.approx((11 / 3, 2 / 3))


def test_satisfaction_without_an_answer_is_none() -> None:
    found = satisfaction(tasks(task(done=DUE)), STANDARD, AGENTS, MAY).row(0, named=True)
    assert (found["answers"], found["mean"], found["satisfied"]) == (0, None, None)


def call(done: date | None = None, outcome: str | None = None) -> Row:
    return task("new-policy-callback", done=done, performer="office", outcome=outcome)


def test_a_call_back_counts_when_it_reached_somebody_inside_the_free_look() -> None:
    rows = tasks(
        call(DUE), call(DUE, "No Answer "), call(DUE, "未接通"), call(date(2026, 5, 18)), call(), task(done=DUE)
    )
    found = callbacks(rows, STANDARD, AGENTS, MAY, as_of=AS_OF).row(0, named=True)
    assert (found["numerator"], found["denominator"], found["not_reached"]) == (1, 5, 2)
    assert (found["late"], found["missed"], found["open"]) == (1, 1, 0)
    assert (found["ratio"], found["small"], found["status"]) == (0.2, True, "final")


def test_thirty_call_backs_are_no_small_figure() -> None:
    counts = [callbacks(tasks(*[call(DUE)] * count), STANDARD, AGENTS, MAY, as_of=AS_OF) for count in (29, 30)]
    assert [found["small"].to_list() for found in counts] == [[True], [False]]


def test_a_call_back_late_to_nobody_is_late() -> None:
    rows = callbacks_due(tasks(call(date(2026, 5, 18), "no answer")), STANDARD, MAY, AS_OF)
    assert rows["fate"].to_list() == ["late"]


def test_a_figure_over_no_call_back_has_no_ratio() -> None:
    found = callbacks(tasks(), STANDARD, AGENTS, MAY, by=[], as_of=AS_OF).row(0, named=True)
    assert (found["denominator"], found["ratio"]) == (0, None)


Step = tuple[int, date, str, dict[str, tuple[str | None, str | None]]]


def change(number: int, as_of: date, to: str, **fields: tuple[str | None, str | None]) -> Step:
    """Return the transition `number` of a task: its new status, and what each field was and became."""
    return number, as_of, to, fields


ADDED = change(1, date(2026, 4, 20), "open")


def stood(row: Row, *steps: Step, on: date) -> Row | None:
    statuses = [(number, 1, as_of, to) for number, as_of, to, _ in steps]
    changes = [(number, 1, as_of, name, *pair) for number, as_of, _, told in steps for name, pair in told.items()]
    past = Past(
        statuses=pl.DataFrame(statuses, STATUSES, orient="row"), changes=pl.DataFrame(changes, CHANGES, orient="row")
    )
    found = as_they_stood(tasks(row), past, on)
    return found.row(0, named=True) if found.height else None


def done(number: int, as_of: date, on: date = DUE, by: str = "visit", mark: int | None = None) -> Step:
    marked = {"satisfaction": (None, str(mark))} if mark else {}
    return change(number, as_of, "done", done_on=(None, str(on)), channel=(None, by), **marked)


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


day = st.integers(-5, 40).map(lambda number: date(2026, 4, 30) + timedelta(days=number))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(day, st.none() | day, st.sampled_from(["open", "skipped", "cancelled"])), max_size=12), day)
def test_one_task_at_a_time_gives_the_same_figure(made: list[tuple[date, date | None, str]], as_of: date) -> None:
    rows = [task(due=due, done=done, **({} if done else {"status": status})) for due, done, status in made]
    expected = dict.fromkeys(("numerator", "late", "missed", "open", "pending", "skipped"), 0)
    for row in rows:
        if row["status"] == "cancelled" or not MAY.start <= row["due"] <= MAY.last:
            continue
        if row["status"] == "skipped":
            fate = "skipped"
        elif row["due"] > as_of:
            fate = "pending"
        elif row["done_on"]:
            fate = "numerator" if row["done_on"] <= row["latest"] else "late"
        else:
            fate = "missed" if row["latest"] < as_of else "open"
        expected[fate] += 1
    found = rate(*rows, as_of=as_of)
    assert {name: found[name] for name in expected} == expected
    assert found["denominator"] == sum(expected[name] for name in ("numerator", "late", "missed", "open"))


def test_every_grouping_works_over_nothing() -> None:
    for name in ALLOWED:
        assert service_rate(tasks(), STANDARD, AGENTS, MAY, by=[name], as_of=AS_OF).is_empty()
        assert satisfaction(tasks(), STANDARD, AGENTS, MAY, by=[name]).is_empty()
