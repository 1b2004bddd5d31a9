"""Points taken back on both databases when a fact turns out wrong."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, insert, select

from desks.points_branch import (
    AS_OF,
    DAY,
    POLICIES,
    RATES,
    change,
    have,
    name,
    paid,
    reach,
    run,
    sell,
    stamp,
    three_customers,
)
from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.metrics.referrals.point_ledger import balances, earn, entries
from policyserve.tables import Event


@pytest.fixture
def branch(engine: Engine) -> Engine:
    return three_customers(engine)


def happen(engine: Engine, kind: str, policy: int, on: date, number: int = 1) -> None:
    with db.writing(engine) as connection:
        happening = {"number": number, "kind": kind, "occurred_on": on, "recorded_on": on}
        owner = connection.scalar(select(POLICIES.c.customer_id).where(POLICIES.c.id == policy))
        connection.execute(insert(Event).values(customer_id=owner, policy_id=policy, **happening))


def back(engine: Engine, as_of: date = AS_OF) -> tuple[int, int]:
    """Earn, and return the points taken back and given back."""
    with db.writing(engine, bulk=True) as connection:
        earned = earn(connection, RATES, stamp(as_of))
        return earned.taken_back, earned.given_back


def test_points_for_a_policy_that_turns_out_void_are_taken_back_once(branch: Engine) -> None:
    sell(branch, 1, customer=1, issued=DAY)
    assert run(branch) == 10 + 30
    happen(branch, "void", 1, date(2026, 12, 1))
    assert [back(branch), back(branch, date(2026, 12, 1)), back(branch, date(2026, 12, 2))] == [(0, 0), (30, 0), (0, 0)]
    assert (have(branch), have(branch, date(2026, 12, 1))) == ({"C1": 40}, {"C1": 10})


def test_points_for_who_bought_are_taken_back_if_the_policy_was_cancelled_in_the_free_look(branch: Engine) -> None:
    change(branch, 1, referred_id=2)
    sell(branch, 1, customer=2, issued=date(2026, 4, 1))
    assert run(branch) == 10 + 40 + 200
    happen(branch, "freelook_cancel", 1, date(2026, 4, 10))
    assert back(branch) == (240, 0), "the list has nobody met"
    sell(branch, 2, customer=2, issued=date(2026, 8, 1))
    assert back(branch) == (0, 240)
    assert have(branch) == {"C1": 250}


def test_points_for_a_person_who_turns_out_a_double_are_taken_back_from_who_earned_later(branch: Engine) -> None:
    run(branch)
    name(branch, referrer=3, referred_name="小明", referred_phone=None)
    assert run(branch) == 10
    change(branch, 1, referred_id=2)
    change(branch, 2, referred_id=2)
    assert back(branch) == (10, 0)
    assert have(branch) == {"C1": 10, "C3": 0}


def test_points_for_a_stage_that_a_later_list_denies_are_taken_back_and_given_back_when_it_is_reached(
    branch: Engine,
) -> None:
    reach(branch, "met", date(2026, 11, 1))
    assert run(branch, date(2026, 11, 1)) == 50
    reach(branch, "contacted", date(2026, 11, 10))
    assert back(branch, date(2026, 11, 10)) == (40, 0)
    reach(branch, "met", date(2026, 11, 20))
    assert [back(branch, date(2026, 11, 20)), back(branch)] == [(0, 40), (0, 0)]
    assert have(branch) == {"C1": 50}


def test_a_run_of_an_earlier_day_takes_nothing_back(branch: Engine) -> None:
    run(branch)
    assert back(branch, date(2026, 2, 1)) == (0, 0)


def test_points_paid_out_and_taken_back_are_owed_until_new_ones_pay_them_off(branch: Engine) -> None:
    sell(branch, 1, customer=1, issued=DAY)
    run(branch)
    paid(branch, 35)
    happen(branch, "void", 1, AS_OF)
    assert back(branch) == (30, 0)
    with db.reading(branch) as connection:
        (row,) = balances(connection, AS_OF)
        last = entries(connection, "C1", AS_OF)[-1]
    assert row == {"customer_no": "C1", "earned": 40, "taken_back": 30, "paid": 35, "balance": 0, "owed": 25}
    assert (last["kind"], last["points"], last["policy_no"]) == ("taken-back", -30, "P1")
    with pytest.raises(PolicyserveError, match="C1 owes 25 points, so none can be paid out"):
        paid(branch, 1)
    name(branch, referred_name="王芳", referred_phone="15400000002")
    reach(branch, "met", key=2)
    assert run(branch) == 50
    assert have(branch) == {"C1": 25}
