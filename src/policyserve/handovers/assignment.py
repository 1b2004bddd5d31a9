"""The assignment: each household to one agent, at the least cost of loads and mismatch that is found, and its bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from policyserve.handovers.load_cost import cost
from policyserve.handovers.matching import TRAITS, Matching, with_traits
from policyserve.handovers.programme import EXACT, Solved, solve

if TYPE_CHECKING:
    from policyserve.handovers.load_cost import Numbers

_NOBODY: Final = -1

_BETTER: Final = 1e-9

_ROUNDS: Final = 50


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who takes what."""

    chosen: pl.DataFrame
    """`household`, `agent_id`: one row each."""
    value: float
    """What it costs; see `Matching.value`."""
    bound: float
    """What no choice can cost less than."""


def assign(matching: Matching, *, most_whole: int = EXACT) -> Assignment:
    """Choose an agent for each household; there is at least one of either.

    The programme chooses; what it would split goes one by one where it costs least, and single moves and exchanges
    follow while they better it. The same matching always gives the same assignment.
    """
    kinds = kinds_of(matching.households)
    solved = solve(matching, kinds, most_whole=most_whole)
    chosen = _dealt(matching, kinds, solved)
    _place_the_rest(matching, chosen)
    _better(matching, chosen)
    agents = matching.agents["agent_id"].gather(pl.Series(chosen))
    found = matching.households.select("household", agent_id=agents)
    return Assignment(chosen=found, value=matching.value(chosen), bound=solved.bound)


def kinds_of(households: pl.DataFrame) -> pl.Series:
    """Number the kinds of households: of one load, and of the same TRAITS."""
    return with_traits(households).select(kind=pl.struct("load", *TRAITS).rank("dense").cast(pl.Int32) - 1)["kind"]


def _dealt(matching: Matching, kinds: pl.Series, solved: Solved) -> Numbers:
    """Give each household the agent of its way, as far as whole households go it; the others have `_NOBODY` yet."""
    import numpy

    chosen = numpy.full(matching.households.height, _NOBODY)
    for way, flow in solved.flows:
        if way.household is not None and flow > 1 - 1e-6:
            chosen[way.household] = way.agent
    for way, flow in solved.flows:
        if way.household is None:
            free = numpy.flatnonzero((kinds.to_numpy() == way.kind) & (chosen == _NOBODY))
            chosen[free[: int(flow + 1e-6)]] = way.agent
    return chosen


def _place_the_rest(matching: Matching, chosen: Numbers) -> None:
    """Place the households that have nobody yet, the heaviest first, each where it costs least then."""
    import numpy

    placed = chosen != _NOBODY
    loads = matching.agents["load"].cast(pl.Float64).to_numpy().copy()
    numpy.add.at(loads, chosen[placed], matching.weights[placed])
    rest = numpy.flatnonzero(~placed)
    for row in rest[numpy.argsort(-matching.weights[rest], kind="stable")]:
        chosen[row] = int(_more(matching, loads, row).argmin())
        loads[chosen[row]] += matching.weights[row]


def _more(matching: Matching, loads: Numbers, row: int) -> Numbers:
    """Return what a household costs with each agent, on top of the loads that they have."""
    caps = matching.capacities
    found: Numbers = matching.mismatch[row] + cost(loads + matching.weights[row], caps) - cost(loads, caps)
    return found


def _better(matching: Matching, chosen: Numbers) -> None:
    """Move and exchange single households while that costs less."""
    loads = matching.loads(chosen)
    for _ in range(_ROUNDS):
        changed = [_moved(matching, chosen, loads, row) or _exchanged(matching, chosen, loads, row)
                   for row in range(len(chosen))]  # fmt: skip
        if not any(changed):
            return


def _moved(matching: Matching, chosen: Numbers, loads: Numbers, row: int) -> bool:
    """Move a household to where it costs least, if that is less than now."""
    now, weight = chosen[row], matching.weights[row]
    loads[now] -= weight
    prices = _more(matching, loads, row)
    best = int(prices.argmin())
    moves = bool(prices[best] < prices[now] - _BETTER)
    chosen[row] = best if moves else now
    loads[chosen[row]] += weight
    return moves


def _exchanged(matching: Matching, chosen: Numbers, loads: Numbers, row: int) -> bool:
    """Exchange a household with the one with which that spares most, if it spares anything."""
    import numpy

    now, weights, caps = chosen[row], matching.weights, matching.capacities
    every, shift = numpy.arange(len(chosen)), weights - weights[row]
    prices = matching.mismatch[row, chosen] - matching.mismatch[row, now]
    prices = prices + matching.mismatch[every, now] - matching.mismatch[every, chosen]
    here, there = numpy.full(len(chosen), caps[now]), caps[chosen]
    prices = prices + cost(loads[now] + shift, here) - cost(numpy.full(len(chosen), loads[now]), here)
    prices = prices + cost(loads[chosen] - shift, there) - cost(loads[chosen], there)
    prices[chosen == now] = 0
    other = int(prices.argmin())
    if prices[other] >= -_BETTER:
        return False
    loads[now] += shift[other]
    loads[chosen[other]] -= shift[other]
    chosen[row], chosen[other] = chosen[other], now
    return True
