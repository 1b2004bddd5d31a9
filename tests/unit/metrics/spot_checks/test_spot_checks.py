"""Spot checks: who is drawn, and what the answers say of all services."""

from __future__ import annotations

import random
from math import sqrt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.errors import PolicyserveError
from policyserve.metrics.spot_checks.spot_checks import (
    Stratum,
    Z,
    allocation,
    draw,
    estimate,
    estimated,
    lot,
    summed,
    wilson,
)

TASKS = pl.Schema({"task_id": pl.Int32(), "agent_id": pl.Int32()})


def claimed(*counts: int) -> pl.DataFrame:
    """Agent 1 has the first count of tasks, agent 2 the second, ..."""
    agents = [agent for agent, count in enumerate(counts, start=1) for _ in range(count)]
    return pl.DataFrame({"task_id": range(1, len(agents) + 1), "agent_id": agents}, schema=TASKS)


def drawn_of(counts: tuple[int, ...], size: int, seed: int) -> list[int]:
    return draw(claimed(*counts), size, seed)["task_id"].to_list()


def test_each_agent_gets_one_and_the_rest_is_in_proportion() -> None:
    assert allocation({1: 1, 2: 101, 3: 51}, 18) == {1: 1, 2: 11, 3: 6}


def test_remainders_go_to_the_largest_then_to_the_lowest_key() -> None:
    assert allocation({1: 3, 2: 3, 3: 3}, 5) == {1: 2, 2: 2, 3: 1}


def test_a_sample_as_large_as_all_takes_all() -> None:
    assert drawn_of((2, 3), 99, seed=1) == [1, 2, 3, 4, 5]


def test_fewer_tasks_than_agents_are_refused_with_what_would_do() -> None:
    with pytest.raises(PolicyserveError, match=r"3 agents.*2 tasks are too few; draw at least 3"):
        allocation({1: 5, 2: 5, 3: 5}, 2)


def test_nothing_claimed_is_nothing_drawn() -> None:
    assert draw(claimed(), 10, seed=1).is_empty()


def test_the_same_seed_draws_the_same_tasks_in_whatever_order_they_come() -> None:
    tasks = claimed(40, 60)
    assert draw(tasks, 10, 7).equals(draw(tasks.sort("task_id", descending=True), 10, 7))
    assert drawn_of((40, 60), 10, seed=7) != drawn_of((40, 60), 10, seed=8)


def test_the_lots_are_the_same_on_every_machine() -> None:
    """Written down once: should this ever change, an old sample could not be drawn again."""
    assert (lot(7, 1), lot(7, 2)) == LOTS


LOTS = (5_553_609_203_046_970_859, 1_207_089_879_192_185_173)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(0, 100), st.integers(0, 2**63 - 1))
def test_every_draw_holds_each_agent_and_as_many_tasks_as_asked(counts: list[int], more: int, seed: int) -> None:
    size = len(counts) + more
    found = draw(claimed(*counts), size, seed)
    assert found.height == min(size, sum(counts))
    shares = dict(found.group_by("agent_id").len().iter_rows())
    left, rest = min(size, sum(counts)) - len(counts), sum(counts) - len(counts)
    for agent, count in enumerate(counts, start=1):
        quota = 1 + (left * (count - 1) / rest if rest else 0)
        assert 1 <= shares[agent] <= count
        assert abs(shares[agent] - quota) < 1


def test_every_task_of_an_agent_is_drawn_about_as_often() -> None:
    often = [0] * 20
    for seed in range(2_000):
        for task in drawn_of((20,), 5, seed):
            often[task - 1] += 1
    spread = sqrt(2_000 * 0.25 * 0.75)
    assert all(abs(count - 500) < 4 * spread for count in often)


def test_the_rate_weighs_each_agent_by_what_was_claimed() -> None:
    found = estimate([Stratum(claimed=90, confirmed=9, asked=10), Stratum(claimed=10, confirmed=1, asked=2)])
    assert found.rate == pytest.approx(0.9 * 0.9 + 0.1 * 0.5)


def test_one_great_stratum_has_wilson_s_own_interval() -> None:
    """81 of 263 (Newcombe, Statistics in Medicine 17, 1998, 857-872, method 3): 0.2553 to 0.3662."""
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    found = estimate([Stratum(claimed=10**9, confirmed=81, asked=263)])
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=3e-4)


def test_a_sample_without_a_fault_still_leaves_room_for_some() -> None:
    found = estimate([Stratum(claimed=100, confirmed=1, asked=1) for _ in range(20)])
    assert found.rate == found.high == 1.0
    assert found.low is not None
    answers = 20 / (1 - 1 / 100)
    assert found.low == pytest.approx(answers / (answers + Z**2))


def test_who_asks_everybody_knows() -> None:
    found = estimate([Stratum(claimed=4, confirmed=3, asked=4), Stratum(claimed=6, confirmed=6, asked=6)])
    assert (found.rate, found.low, found.high) == pytest.approx((0.9, 0.9, 0.9))


def test_without_an_answer_there_is_no_rate() -> None:
    found = estimate([Stratum(claimed=5, confirmed=0, asked=0)])
    assert (found.rate, found.low, found.high) == (None, None, None)


def test_an_agent_of_whom_a_service_was_not_confirmed_is_flagged() -> None:
    rows = [(1, 10, "confirmed"), (1, 10, "not-reached"), (2, 5, "not-confirmed"), (2, 5, None)]
    frame = pl.DataFrame(rows, schema=["agent_id", "claimed", "result"], orient="row")
    found = summed(frame)
    assert found.select("agent_id", "confirmed", "not_confirmed", "not_reached", "open", "flagged").rows() == [
        (1, 1, 0, 1, 0, False),
        (2, 0, 1, 0, 1, True),
    ]
    whole = estimated(found)
    assert whole["rate"] == pytest.approx(10 / 15)
    assert whole["lowest"] == pytest.approx(10 / 15 * 0.5)
    assert (whole["flagged"], whole["silent"], whole["status"]) == (1, 0, "provisional")


@pytest.mark.parametrize(
    "rates",
    [[0.9] * 12, [1.0] * 11 + [0.2], [0.98] * 12, [0.5, 0.6, 0.7] * 4],
    ids=["all alike", "one who lies", "nearly perfect", "mixed"],
)
def test_the_interval_holds_the_truth_in_some_95_of_100_samples(rates: list[float]) -> None:
    """Draw again and again from books that are known in full, with strata of 5 to 60 services."""
    world = random.Random(4)
    sizes = [5 + 5 * place for place in range(len(rates))]
    books = [[world.random() < rate for _ in range(size)] for rate, size in zip(rates, sizes, strict=True)]
    truth = sum(map(sum, books)) / sum(sizes)
    shares = allocation(dict(enumerate(sizes)), 60)
    held = 0
    for _ in range(1_000):
        asked = [world.sample(book, shares[place]) for place, book in enumerate(books)]
        strata = [
            Stratum(claimed=len(book), confirmed=sum(part), asked=len(part))
            for book, part in zip(books, asked, strict=True)
        ]
        found = estimate(strata)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 930
