"""Service rate, call-backs and satisfaction."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desks.task_rows import DUE, MAY, Row, call, day, task, tasks
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.metrics.services.callback_rate import callbacks, callbacks_due
from policyserve.metrics.services.service_rate import ALLOWED, satisfaction, service_rate
from policyserve.standard.parser import default_standard

STANDARD = default_standard()

AS_OF = date(2026, 11, 21)

AGENTS = pl.DataFrame(
    {"agent_id": [1, 2, 3], "agent_no": ["A", "B", "C"], "team": ["T1", "T1", "T2"], "branch": ["N", "N", "N"]},
    schema_overrides={"agent_id": pl.Int32},
)


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
    assert by_agent.select("agent_no", "denominator").rows() == [("A", 1), ("C", 1)]
    by_team = service_rate(rows, STANDARD, AGENTS, MAY, by=["team"], as_of=AS_OF)
    assert by_team.select("branch", "team", "denominator").rows() == [("N", "T1", 1), ("N", "T2", 1)]
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
    assert found["denominator"] == sum(expected[name] for name in ("numerator", "late", "missed"))


def test_every_grouping_works_over_nothing() -> None:
    for name in ALLOWED:
        assert service_rate(tasks(), STANDARD, AGENTS, MAY, by=[name], as_of=AS_OF).is_empty()
        assert satisfaction(tasks(), STANDARD, AGENTS, MAY, by=[name]).is_empty()
