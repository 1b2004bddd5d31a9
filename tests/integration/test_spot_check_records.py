"""Tasks as they stood on a day, out of the database; and samples of them, drawn once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select

from desks import task_book
from policyserve import db
from policyserve.book.snapshot import load_agents
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError, QuestionError
from policyserve.metrics.services.service_rate import satisfaction, service_rate
from policyserve.metrics.services.task_states import read_tasks
from policyserve.metrics.spot_checks.records import draw_check, read_sample, record_result, samples
from policyserve.metrics.spot_checks.scopes import Scope
from policyserve.metrics.spot_checks.spot_checks import estimated, summed
from policyserve.standard.parser import default_standard
from policyserve.tables import SpotCheckStratum, table
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

STANDARD = default_standard()
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
MONDAY, JUNE = task_book.MONDAY, date(2026, 6, 30)
STRATA = table(SpotCheckStratum)


def stamp(as_of: date) -> Stamp:
    return Stamp(at=datetime(2026, 5, 4, 3, 0, tzinfo=UTC), as_of=as_of, actor="1002")


@pytest.fixture
def branch(engine: Engine) -> Engine:
    """Return a branch with a policy review due on Monday for each of its three policies; 1 and 2 are agent 1002's."""
    task_book.fill(engine)
    touches = [task_book.touch("policy-review", policy=key) for key in (1, 2, 3)]
    task_book.run(engine, touches)
    return engine


def done(engine: Engine, task_id: int, on: date, as_of: date | None = None, **more: Any) -> None:
    with db.writing(engine) as connection:
        deeds.done(connection, task_id, stamp(as_of or on), on=on, channel="visit", **more)


def tasks(engine: Engine, as_of: date, days: Days = MAY, **how: Any) -> pl.DataFrame:
    with db.reading(engine) as connection:
        return read_tasks(connection, days, as_of, **how).sort("task_id")


def rate(engine: Engine, as_of: date) -> tuple[int, int, int, int]:
    with db.reading(engine) as connection:
        read, agents = read_tasks(connection, MAY, as_of), load_agents(connection, as_of)
    found = service_rate(read, STANDARD, agents, MAY, by=[], as_of=as_of)
    return found.select("numerator", "late", "missed", "open").row(0)


def test_no_figure_of_today_changes_by_what_is_done_moved_and_reopened_later(branch: Engine) -> None:
    done(branch, 1, MONDAY, satisfaction=5)
    today = (rate(branch, MONDAY), tasks(branch, MONDAY).rows())
    assert today[0] == (1, 0, 0, 2)
    tomorrow = MONDAY + timedelta(days=1)
    done(branch, 2, MONDAY, tomorrow)
    with db.writing(branch) as connection:
        deeds.assign(connection, 3, stamp(tomorrow), agent_no="1004")
    assert (rate(branch, MONDAY), tasks(branch, MONDAY).rows()) == today
    moved = [task_book.touch("policy-review", policy=key, due=date(2026, 5, 20)) for key in (1, 2, 3)]
    task_book.run(branch, moved, as_of=date(2026, 5, 6))
    assert tasks(branch, date(2026, 5, 6))["due"].to_list() == [MONDAY, MONDAY, date(2026, 5, 20)]
    assert (rate(branch, MONDAY), tasks(branch, MONDAY).rows()) == today
    assert rate(branch, tomorrow) == (2, 0, 0, 1)


def test_a_task_moved_out_of_the_days_is_still_among_them_before_the_move(branch: Engine) -> None:
    task_book.run(
        branch, [task_book.touch("policy-review", policy=1, due=date(2026, 6, 2))], as_of=date(2026, 5, 5),
        facts=task_book.evidence(),
    )  # fmt: skip
    assert tasks(branch, MONDAY)["task_id"].to_list() == [1, 2, 3]
    assert 1 not in tasks(branch, date(2026, 5, 5))["task_id"].to_list()


def test_what_is_reopened_later_was_done_as_it_was_said(branch: Engine) -> None:
    done(branch, 1, MONDAY, satisfaction=5)
    with db.writing(branch) as connection:
        deeds.reopen(connection, 1, stamp(MONDAY + timedelta(days=1)), why="a mistake")
    row = tasks(branch, MONDAY).row(0, named=True)
    assert (row["status"], row["done_on"], row["channel"], row["satisfaction"]) == ("done", MONDAY, "visit", 5)
    assert tasks(branch, MONDAY + timedelta(days=1))["status"].to_list() == ["open"] * 3


def test_services_done_in_the_days_are_found_whenever_they_were_due(branch: Engine) -> None:
    done(branch, 1, date(2026, 6, 3), satisfaction=4)
    june = Days.between(date(2026, 6, 1), JUNE)
    found = tasks(branch, JUNE, june, of="done_on")
    with db.reading(branch) as connection:
        agents = load_agents(connection, JUNE)
    row = satisfaction(found, STANDARD, agents, june).row(0, named=True)
    assert (row["services"], row["answers"], row["mean"]) == (1, 1, 4.0)


def draw(
    engine: Engine, size: int = 2, seed: int = 7, as_of: date = JUNE, scope: Scope | None = None
) -> tuple[int, bool]:
    with db.writing(engine, bulk=True) as connection:
        return draw_check(connection, STANDARD, MAY, stamp(as_of), scope=scope or Scope(), size=size, seed=seed)


def drawn(engine: Engine, check_id: int, as_of: date = JUNE) -> pl.DataFrame:
    with db.reading(engine) as connection:
        return read_sample(connection, check_id, as_of)


def answer(engine: Engine, check_id: int, task_id: int, result: str, as_of: date = JUNE) -> None:
    with db.writing(engine) as connection:
        record_result(connection, check_id, task_id, stamp(as_of), result=result)


@pytest.fixture
def served(branch: Engine) -> Engine:
    """Return the branch with everything done."""
    for task_id in (1, 2, 3):
        done(branch, task_id, MONDAY)
    return branch


def test_a_sample_holds_each_agent_and_what_they_say_they_did(served: Engine) -> None:
    check_id, new = draw(served)
    assert new
    found = drawn(served, check_id)
    assert found.select("agent_no", "claimed").rows() == [("1002", 2), ("1003", 1)]
    assert found["done_on"].to_list() == [MONDAY, MONDAY]
    with db.reading(served) as connection:
        strata = connection.execute(select(STRATA.c.agent_id, STRATA.c.claimed, STRATA.c.drawn)).all()
    assert sorted(map(tuple, strata)) == [(2, 2, 1), (3, 1, 1)]


def test_the_same_seed_gives_the_stored_sample_again_whatever_came_in_later(branch: Engine) -> None:
    done(branch, 1, MONDAY)
    first = draw(branch, size=1)
    done(branch, 2, MONDAY, date(2026, 7, 1))
    assert draw(branch, size=1, as_of=date(2026, 7, 2)) == (first[0], False)
    assert drawn(branch, first[0])["task_id"].to_list() == [1]
    with pytest.raises(PolicyserveError, match="of 1 tasks has been drawn for these days"):
        draw(branch, size=2)


def test_only_spot_checked_services_that_were_done_are_drawn(branch: Engine) -> None:
    done(branch, 1, MONDAY)
    task_book.run(branch, [task_book.touch("visit-m4", policy=2), *(
        task_book.touch("policy-review", policy=key) for key in (1, 2, 3)
    )])  # fmt: skip
    done(branch, 4, MONDAY)
    check_id, _ = draw(branch, size=9)
    assert drawn(branch, check_id)["task_id"].to_list() == [1]


def test_a_sample_can_be_of_a_branch_or_an_agent(served: Engine) -> None:
    check_id, _ = draw(served, size=9, scope=Scope(agent_no="1003"))
    assert drawn(served, check_id)["task_id"].to_list() == [3]
    with pytest.raises(PolicyserveError, match="no agents in 'branch West'"):
        draw(served, scope=Scope(branch="West"))
    with pytest.raises(PolicyserveError, match="No service of level spot-checked"):
        draw(served, scope=Scope(branch="South"))


@pytest.mark.parametrize("as_of", [date(2026, 5, 30), date(2026, 5, 31)])
def test_days_that_are_not_over_are_not_drawn(served: Engine, as_of: date) -> None:
    with pytest.raises(QuestionError, match=f"2026-05-31 is not over on {as_of}"):
        draw(served, as_of=as_of)


def test_work_of_the_last_day_can_be_drawn_however_late_it_was_done(branch: Engine) -> None:
    done(branch, 1, MAY.last)
    check_id, _ = draw(branch, size=1, as_of=MAY.end)
    assert drawn(branch, check_id, MAY.end)["task_id"].to_list() == [1]


def test_a_sample_is_not_known_before_the_day_on_which_it_was_drawn(served: Engine) -> None:
    check_id, _ = draw(served)
    early = JUNE - timedelta(days=1)
    with pytest.raises(PolicyserveError, match=f"was drawn on {JUNE}"):
        drawn(served, check_id, early)
    with pytest.raises(PolicyserveError, match=f"was drawn on {JUNE}"):
        draw(served, as_of=early)
    with pytest.raises(PolicyserveError, match=f"was drawn on {JUNE}"):
        answer(served, check_id, 1, "confirmed", as_of=early)


def test_a_book_without_agents_is_told_to_import_them(engine: Engine) -> None:
    with pytest.raises(PolicyserveError, match="has no agents yet; import the list of agents"):
        draw(engine)


def test_results_are_kept_and_the_last_one_counts(served: Engine) -> None:
    check_id, _ = draw(served, size=3)
    answer(served, check_id, 1, "not-reached")
    answer(served, check_id, 2, "confirmed")
    answer(served, check_id, 3, "not-confirmed")
    assert drawn(served, check_id)["result"].to_list() == ["not-reached", "confirmed", "not-confirmed"]
    answer(served, check_id, 1, "confirmed", as_of=date(2026, 7, 1))
    assert drawn(served, check_id)["result"][0] == "not-reached", "that was the result then"
    counts = summed(drawn(served, check_id, date(2026, 7, 1)))
    assert counts.select("confirmed", "not_confirmed", "flagged").rows() == [(2, 0, False), (0, 1, True)]
    whole = estimated(counts)
    assert (whole["rate"], whole["low"], whole["high"]) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_a_result_belongs_to_a_task_of_the_sample(served: Engine) -> None:
    check_id, _ = draw(served)
    missing = ({1, 2, 3} - set(drawn(served, check_id)["task_id"])).pop()
    with pytest.raises(PolicyserveError, match=f"Task {missing} is not in sample {check_id}"):
        answer(served, check_id, missing, "confirmed")
    with pytest.raises(NotFoundError, match=r"No sample has the number '99'\. Look at 'policyserve spot-check list'"):
        answer(served, 99, 1, "confirmed")
    with pytest.raises(PolicyserveError, match="'yes' is no result; it can be confirmed"):
        answer(served, check_id, 1, "yes")


def test_samples_are_listed_with_how_many_were_answered(served: Engine) -> None:
    check_id, _ = draw(served, size=3)
    answer(served, check_id, 1, "confirmed")
    answer(served, check_id, 1, "confirmed")
    with db.reading(served) as connection:
        (row,) = samples(connection, JUNE)
        assert samples(connection, JUNE, check_id) == [row]
        assert samples(connection, JUNE, check_id + 1) == []
        assert samples(connection, date(2026, 6, 29)) == []
    assert (row["scope"], row["drawn"], row["answered"], row["first_day"]) == ("company", 3, 1, MAY.start)
