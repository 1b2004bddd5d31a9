"""A clock that stands days away from the last run is doubted, in one place for everybody who asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from desks.job_runs import NOON, SETTINGS, done
from policyserve.errors import PolicyserveError
from policyserve.scheduler.clock_doubt import check_clock
from policyserve.scheduler.health import health

RAN = NOON - timedelta(hours=10)


@pytest.mark.parametrize("days", [-400, -7.1, 7.1, 400])
def test_a_day_far_from_the_last_run_is_doubted_and_a_run_on_it_confirms_it(engine: Engine, days: float) -> None:
    done(engine, RAN)
    now = RAN + timedelta(days=days)
    with pytest.raises(PolicyserveError, match="the last job ran on 2026-11-21"):
        check_clock(engine, SETTINGS, now)
    answer = health(engine, SETTINGS, now=now).answer()
    assert answer["status"] == "clock-in-doubt"
    assert "--confirm-day" in answer["clock_in_doubt"]
    done(engine, now, job="send")
    check_clock(engine, SETTINGS, now + timedelta(days=1))


@pytest.mark.parametrize("days", [-6.9, 0, 6.9])
def test_a_day_near_the_last_run_is_believed(engine: Engine, days: float) -> None:
    done(engine, RAN)
    check_clock(engine, SETTINGS, RAN + timedelta(days=days))


def test_where_nothing_ever_ran_no_clock_is_doubted(engine: Engine) -> None:
    check_clock(engine, SETTINGS, NOON)
    assert health(engine, SETTINGS, now=NOON).answer()["clock_in_doubt"] is None
