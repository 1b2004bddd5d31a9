"""Households shared out among agents, judged by every way there is, and by a bound from below."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy
import polars as pl
import pytest

from policyserve.handovers.assignment import assign
from policyserve.handovers.load_cost import at_corner, cost, slope
from policyserve.handovers.matching import MISSED, OTHER_LANGUAGE, OTHER_REGION, OTHER_TEAM, Matching


def matching(seed: int, households: int, agents: int, *, most: int = 60, traits: bool = False) -> Matching:
    draw = Random(seed)
    numbers = [f"H{one:05}" for one in range(households)]
    loads = {"household": pl.String, "load": pl.Int32, "team": pl.String}
    people = {"agent_id": pl.Int32, "team": pl.String, "load": pl.Int32, "capacity": pl.Int32}
    rows = [(number, draw.randint(1, most), draw.choice("AB")) for number in numbers]
    staff = [
        (one, draw.choice("ABC"), draw.randint(0, 400), draw.choice([60, 378, 500])) for one in range(1, agents + 1)
    ]
    ties = [(number, draw.randint(1, agents), draw.choice(list(MISSED))) for number in numbers if draw.random() < 0.4]
    homes, desks = pl.DataFrame(rows, schema=loads, orient="row"), pl.DataFrame(staff, schema=people, orient="row")
    if traits:
        where = {"region": [draw.choice(["East", "West", None]) for _ in numbers],
                 "language": [draw.choice(["Wu", "Hakka", None]) for _ in numbers]}  # fmt: skip
        homes = homes.with_columns(**{name: pl.Series(values, dtype=pl.String) for name, values in where.items()})
        speak = pl.Series([draw.choice([["Wu"], ["Hakka", "Wu"], None]) for _ in staff], dtype=pl.List(pl.String))
        live = pl.Series([draw.choice(["East", "West", None]) for _ in staff], dtype=pl.String)
        desks = desks.with_columns(region=live, languages=speak)
    return Matching(
        households=homes,
        agents=desks,
        ties=pl.DataFrame(ties, schema={"household": pl.String, "agent_id": pl.Int32, "tie": pl.String}, orient="row"),
    )


def plainly(asked: Matching, chosen: tuple[int, ...]) -> float:
    """Count what a choice costs, one household and one agent at a time."""
    total, ties = 0.0, set(asked.ties.iter_rows())
    agents = asked.agents.to_dicts()
    for household, place in zip(asked.households.to_dicts(), chosen, strict=True):
        agent = agents[place]
        agent["load"] += household["load"]
        total += OTHER_TEAM * (agent["team"] != household["team"])
        if household.get("region") and agent.get("region"):
            total += OTHER_REGION * (household["region"] != agent["region"])
        if household.get("language") and agent.get("languages"):
            total += OTHER_LANGUAGE * (household["language"] not in agent["languages"])
        for name, price in MISSED.items():
            known = {one for number, one, tie in ties if (number, tie) == (household["household"], name)}
            total += price * bool(known and agent["agent_id"] not in known)
    for agent in agents:
        steps = agent["load"] / agent["capacity"] * 50
        at = int(steps)
        total += agent["capacity"] * (at_corner(at) + (steps - at) * slope(at) / 50)
    return total


@pytest.mark.parametrize("seed", range(8))
def test_few_households_are_shared_out_at_the_least_cost_of_all_ways(seed: int) -> None:
    asked = matching(seed, 5, 3, traits=seed % 2 == 1)
    found = assign(asked)
    best = min(plainly(asked, chosen) for chosen in product(range(3), repeat=5))
    assert found.value == pytest.approx(best)
    assert found.bound <= best + 1e-6
    assert found.chosen["household"].to_list() == asked.households["household"].to_list()


@pytest.mark.parametrize("seed", range(3))
def test_many_households_cost_hardly_more_than_the_bound_below_every_way(seed: int) -> None:
    asked = matching(seed, 120, 12, most=9, traits=seed == 1)
    found = assign(asked)
    row = {agent: place for place, agent in enumerate(asked.agents["agent_id"])}
    assert found.value == pytest.approx(plainly(asked, tuple(row[one] for one in found.chosen["agent_id"])))
    assert found.bound <= found.value + 1e-6
    assert (found.value - found.bound) / found.value < 0.001
    assert assign(asked).chosen.equals(found.chosen)


def test_the_cost_of_a_load_is_convex_and_grows_with_it() -> None:
    loads = numpy.arange(0.0, 900.0)
    costs = cost(loads, numpy.full(900, 378.0))
    steps = numpy.diff(costs)
    assert (steps > 0).all()
    assert (numpy.diff(steps) > -1e-9).all()
    assert costs[378] == pytest.approx(378.0)


def test_a_household_goes_to_whom_it_knows_unless_that_desk_is_far_too_full() -> None:
    one = pl.DataFrame({"household": ["H1"], "load": [6], "team": ["A"]}, schema_overrides={"load": pl.Int32})
    known = {"household": ["H1"], "agent_id": [2], "tie": ["served"]}
    ties = pl.DataFrame(known, schema_overrides={"agent_id": pl.Int32})

    def taker(load: int) -> int:
        agents = pl.DataFrame(
            {"agent_id": [1, 2], "team": ["A", "B"], "load": [100, load], "capacity": [378, 378]},
            schema_overrides=dict.fromkeys(["agent_id", "load", "capacity"], pl.Int32),
        )
        return int(assign(Matching(households=one, agents=agents, ties=ties)).chosen["agent_id"][0])

    assert (taker(150), taker(500)) == (2, 1)
