"""The ledger of points on both databases: what earns, what is paid out, two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine, insert, select, update

from desks.points_branch import (
    AS_OF,
    CUSTOMERS,
    DAY,
    RATES,
    change,
    have,
    name,
    paid,
    reach,
    run,
    sell,
    three_customers,
)
from policyserve import db
from policyserve.config import fixture
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.metrics.referrals.point_ledger import POINTS, entries
from policyserve.metrics.referrals.points import Rates
from policyserve.metrics.rule_files import read_rules
from policyserve.tables import Event


@pytest.fixture
def branch(engine: Engine) -> Engine:
    return three_customers(engine)


def test_a_person_named_earns_once_however_often_it_is_run(branch: Engine) -> None:
    assert [run(branch), run(branch), run(branch, date(2027, 1, 1))] == [10, 0, 0]
    assert have(branch) == {"C1": 10}


def test_each_stage_earns_when_it_is_reached(branch: Engine) -> None:
    reach(branch, "contacted")
    assert run(branch) == 10
    reach(branch, "met")
    assert run(branch) == 40
    reach(branch, "issued")
    assert run(branch) == 0, "issued needs a policy"


def test_a_policy_past_its_free_look_earns_for_who_referred_the_person(branch: Engine) -> None:
    change(branch, 1, referred_id=2)
    sell(branch, 1, customer=2, issued=date(2026, 4, 1))
    assert run(branch, date(2026, 4, 16)) == 10 + 40
    assert run(branch, date(2026, 4, 17)) == 200


def test_a_person_who_becomes_a_customer_does_not_earn_anew(branch: Engine) -> None:
    run(branch)
    change(branch, 1, referred_id=2)
    with db.writing(branch) as connection:
        own = {"referred_by_id": 1, "referred_on": DAY}
        connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == 2).values(own))
    assert run(branch) == 0


def test_a_person_named_by_an_earlier_referrer_found_later_does_not_earn_anew(branch: Engine) -> None:
    run(branch)
    name(branch, referrer=3, on=date(2026, 1, 1))
    assert run(branch) == 0
    assert have(branch) == {"C1": 10}


def test_own_business_since_the_first_referral_earns_by_policy_and_premium(branch: Engine) -> None:
    sell(branch, 1, customer=1, issued=date(2026, 2, 28))
    sell(branch, 2, customer=1, issued=DAY, premium=1_999)
    sell(branch, 3, customer=3, issued=DAY)
    assert run(branch) == 10 + 20 + 19
    assert run(branch) == 0


def test_premium_of_riders_counts_with_the_policy_and_other_currencies_by_their_own_rate(branch: Engine) -> None:
    sell(branch, 1, customer=1, issued=DAY, premium=1_000)
    sell(branch, 2, customer=1, issued=DAY, premium=250, main_policy_id=1)
    sell(branch, 3, customer=1, issued=DAY, premium=9_000, currency="USD")
    assert run(branch) == 10 + (20 + 12) + 20


def test_a_policy_cancelled_in_the_free_look_earns_nothing(branch: Engine) -> None:
    sell(branch, 1, customer=1, issued=DAY)
    with db.writing(branch) as connection:
        happening = {"number": 1, "kind": "freelook_cancel", "occurred_on": date(2026, 3, 5), "recorded_on": AS_OF}
        connection.execute(insert(Event).values(customer_id=1, policy_id=1, **happening))
    assert run(branch) == 10


def test_a_referral_of_tomorrow_earns_tomorrow(branch: Engine) -> None:
    assert run(branch, date(2026, 2, 28)) == 0


def test_nothing_of_before_the_first_day_of_the_programme_earns(branch: Engine) -> None:
    assert run(branch, rates=RATES.model_copy(update={"since": date(2026, 3, 2)})) == 0
    assert run(branch, rates=RATES.model_copy(update={"since": DAY})) == 10


def test_points_are_paid_out_down_to_zero_and_never_below(branch: Engine) -> None:
    run(branch)
    assert [paid(branch, 4), paid(branch, 6)] == [6, 0]
    with pytest.raises(PolicyserveError, match="C1 has 0 points, so 1 cannot be paid out"):
        paid(branch, 1)
    assert have(branch) == {"C1": 0}


def test_points_that_were_earned_later_cannot_be_paid_out_before(branch: Engine) -> None:
    run(branch)
    with pytest.raises(PolicyserveError, match="has 0 points"):
        paid(branch, 1, as_of=date(2026, 11, 20))


def test_a_payment_with_a_receipt_is_made_once(branch: Engine) -> None:
    run(branch)
    assert [paid(branch, 4, receipt="R-1"), paid(branch, 4, receipt="R-1")] == [6, 6]
    with pytest.raises(PolicyserveError, match="Another payment has the receipt R-1"):
        paid(branch, 5, receipt="R-1")


def test_nothing_or_less_is_no_payment(branch: Engine) -> None:
    with pytest.raises(PolicyserveError, match="above zero"):
        paid(branch, -5)


def test_points_of_somebody_unknown_are_not_paid(branch: Engine) -> None:
    with pytest.raises(NotFoundError, match="No customer has the number 'C9'"):
        paid(branch, 1, customer_no="C9")


def test_two_payments_at_once_do_not_spend_the_same_points(branch: Engine) -> None:
    run(branch)

    def attempt(_number: int) -> bool:
        try:
            paid(branch, 6)
        except PolicyserveError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(attempt, range(4), timeout=60))
    assert sum(won) == 1
    assert have(branch) == {"C1": 4}


def test_two_runs_at_once_earn_once(branch: Engine) -> None:
    with ThreadPoolExecutor(3) as pool:
        points = list(pool.map(lambda _number: run(branch), range(3), timeout=60))
    assert sorted(points) == [0, 0, 10]


def test_every_row_says_who_wrote_it_and_when_and_nobody_s_name(branch: Engine) -> None:
    run(branch)
    paid(branch, 4)
    with db.reading(branch) as connection:
        rows = entries(connection, "C1", AS_OF)
        stored = connection.execute(select(POINTS)).all()
    assert [(row["kind"], row["points"], row["actor"], row["as_of"]) for row in rows] == [
        ("named", 10, "office", AS_OF),
        ("paid", -4, "office", AS_OF),
    ]
    assert "15400000001" not in str(stored)


def test_balances_of_an_earlier_day_know_nothing_of_later_rows(branch: Engine) -> None:
    run(branch)
    paid(branch, 4, as_of=date(2026, 11, 22))
    assert (have(branch), have(branch, date(2026, 11, 22))) == ({"C1": 10}, {"C1": 6})


def test_the_shipped_rates_can_be_read() -> None:
    shipped = read_rules(fixture("points", "points-cn.yaml"), Rates)
    assert shipped.people["issued"] > shipped.people["named"]
