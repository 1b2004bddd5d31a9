"""What a policy is on a day: the same wherever it is asked, and as the slow reading has it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books.described_book import Payment, Row, book, policy, yuan
from books.random_riders import with_riders
from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.grace import RiderArrears
from policyserve.contracts.owed import SUMS, amounts_owed
from policyserve.contracts.states import states
from policyserve.dates import Days
from policyserve.metrics.collection.dues import instalments_due
from policyserve.metrics.persistency.gap import gaps
from policyserve.metrics.persistency.persistency import policy_results
from slow.facts import know
from slow.policy import Policy

SOLD, DUE = date(2025, 3, 10), date(2026, 3, 10)
IN_GRACE, SUSPENDED = date(2026, 5, 9), date(2026, 5, 10)
RIDER: RiderArrears = "suspend-rider"
MAIN: RiderArrears = "suspend-main"

some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def short_of_a_rider() -> Book:
    """One annual policy of 6,000, a rider of 600 added by an event, and 6,000 paid in year 2."""
    added = [("rider_added", date(2025, 9, 1), yuan(600))]
    return book(policy("P", SOLD, yuan(6_000), payments={2: (None, DUE, yuan(6_000))}, events=added))


def state(facts: Book, day: date, number: str = "P", arrears: RiderArrears = RIDER) -> str:
    contracts = Contracts.of(facts, day, 60, arrears)
    names = contracts.terms.select("policy_id", "policy_no")
    named = states(contracts, 15).join(names, on="policy_id").filter(policy_no=number)
    return str(named["state"].item())


def owed(facts: Book, day: date) -> tuple[int, ...]:
    contracts = Contracts.of(facts, day)
    asked = contracts.terms.head(1).select("policy_id", instalment=2)
    return amounts_owed(contracts, asked).select(SUMS).row(0)


@pytest.mark.parametrize(("day", "said", "reason", "fate"), [
    (IN_GRACE, "grace", "in_grace", "open"), (SUSPENDED, "suspended", "unpaid", "suspended"),
])  # fmt: skip
def test_a_premium_short_of_its_rider_is_unpaid_wherever_it_is_asked(
    day: date, said: str, reason: str, fate: str
) -> None:
    facts = short_of_a_rider()
    assert state(facts, day) == said
    assert policy_results(facts, as_of=day).policies["reason"].to_list() == [reason]
    assert instalments_due(facts, Days.between(DUE, DUE), as_of=day)["fate"].to_list() == [fate]
    assert gaps(facts, as_of=day).policies["amount"].to_list() == ([yuan(600)] if day == IN_GRACE else [])
    assert owed(facts, day) == (yuan(6_600), yuan(600), yuan(600), yuan(600))


def with_rider(*, main: Payment, rider: Payment) -> Book:
    return book(
        policy("P", SOLD, yuan(3_170), payments={2: main}),
        policy("R", SOLD, yuan(225), main="P", payments={2: rider}),
    )


def test_the_sum_holds_the_riders_that_fall_due_with_it() -> None:
    whole = (yuan(3_395), yuan(225))
    assert owed(with_rider(main=None, rider=None), DUE) == (*whole, *whole)
    assert owed(with_rider(main=DUE, rider=None), DUE) == (*whole, yuan(225), yuan(225))
    assert owed(with_rider(main=DUE, rider=DUE), DUE) == (*whole, 0, 0)


@pytest.mark.parametrize(("arrears", "main"), [(RIDER, "in_force"), (MAIN, "suspended")])
def test_a_rider_left_unpaid_lapses_as_the_standard_says(arrears: RiderArrears, main: str) -> None:
    facts = with_rider(main=DUE, rider=None)
    assert (state(facts, IN_GRACE, "P", arrears), state(facts, SUSPENDED, "P", arrears)) == ("grace", main)
    assert state(facts, SUSPENDED, "R", arrears) == "suspended"


def test_a_rider_without_rows_is_paid_with_its_main_policy() -> None:
    paid: Row = policy("P", SOLD, yuan(3_170), payments={2: DUE})
    facts = book(paid, policy("R", SOLD, yuan(225), main="P"))
    assert (state(facts, IN_GRACE), owed(facts, DUE)[2:]) == ("in_force", (0, 0))


@pytest.mark.parametrize("day", [DUE, DUE + timedelta(days=1), IN_GRACE, SUSPENDED])
def test_an_instalment_of_nothing_is_paid_on_its_due_day(day: date) -> None:
    facts = book(policy("P", SOLD, yuan(1_000), payments={2: (0, None)}))
    assert (state(facts, day), owed(facts, day)) == ("in_force", (0, 0, 0, 0))
    assert Contracts.of(facts, day).payments["paid_on"].to_list() == [DUE]
    assert instalments_due(facts, Days.between(DUE, DUE), as_of=day)["fate"].to_list() == ["collected"]
    assert gaps(facts, as_of=day).policies.is_empty()


@pytest.mark.parametrize("arrears", [RIDER, MAIN])
def test_a_rider_that_asks_for_nothing_suspends_nobody(arrears: RiderArrears) -> None:
    facts = with_rider(main=DUE, rider=(0, None))
    assert [state(facts, SUSPENDED, number, arrears) for number in ("P", "R")] == ["in_force", "in_force"]


@pytest.mark.slow
@some
@given(st.data(), st.sampled_from([RIDER, MAIN]), st.sampled_from([-40, -1, 0, 1, 30, 61]))
def test_policies_are_in_force_and_behind_as_one_at_a_time(
    data: st.DataObject, arrears: RiderArrears, days: int
) -> None:
    as_of = date(2026, 11, 21)
    facts = data.draw(with_riders(as_of))
    day = as_of + timedelta(days=days)
    contracts, slow = Contracts.of(facts, day, 60, arrears), know(facts, 60, day, arrears).policies
    fast_in_force = set(contracts.in_force_on(day)["policy_id"])
    assert fast_in_force == {key for key, one in slow.items() if one.in_force(day)}
    unpaid = dict(states(contracts, 15).select("policy_id", "unpaid").rows())
    assert unpaid == {key: one.oldest_unpaid(day) for key, one in slow.items()}
    asked = contracts.terms.filter(pl.col("step").is_not_null()).select("policy_id", instalment=pl.lit(2, pl.Int32))
    sums = ("amount", "owed", "rider_amount", "rider_owed")
    fast_owed = amounts_owed(contracts, asked).select("policy_id", *sums).rows()
    assert {key: found for key, *found in fast_owed} == {key: slow[key].sums_of(2, day) for key in asked["policy_id"]}


def _oldest_unpaid(one: Policy, day: date) -> int | None:
    numbers = [number for number, _ in one.instalments(day) if one.is_owed(number, day)]
    return min(numbers, default=None)
