"""The linear programme of a matching: households of a kind flow to agents, whose loads climb a convex line.

Households of the same load, team, region and language are one kind; one that knows an agent may go there by a way of
its own. What the programme costs bounds every choice from below; where it is small it is solved in whole numbers and so
exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Final

import polars as pl

from policyserve.handovers.load_cost import STEPS, cost, slope
from policyserve.handovers.matching import Matching
from policyserve.solver import quiet_solver

EXACT: Final = 150
"""Up to so many ways are chosen in whole numbers."""

_WHOLE: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Way:
    """A column of the programme: households (row numbers) that may go to an agent (row number)."""

    kind: int
    agent: int
    household: int | None
    """None: any of the kind."""


@dataclass(kw_only=True)
class Programme:
    """Columns as the solver takes them."""

    costs: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    entries: list[list[tuple[int, float]]] = field(default_factory=list)

    def add(self, price: float, most: float, entries: list[tuple[int, float]]) -> None:
        """Add a column with its entries: row and factor."""
        self.costs.append(price)
        self.most.append(most)
        self.entries.append(entries)


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What came out: how much goes each way, and what no choice can cost less than."""

    flows: list[tuple[Way, float]]
    bound: float


def solve(matching: Matching, kinds: pl.Series, *, most_whole: int = EXACT) -> Solved:
    """Solve the programme of a matching; `kinds` numbers the kind of each household from 0 on."""
    programme, ways = Programme(), _ways(matching, kinds)
    sizes = kinds.value_counts().sort(kinds.name)["count"].to_list()
    tied = sorted({way.household for way in ways if way.household is not None})
    rows = dict(zip(tied, count(len(sizes) + matching.agents.height), strict=False))
    firsts = {kind: row for row, kind in reversed(list(enumerate(kinds)))}
    of_kinds = {kind: matching.apart[row] for kind, row in firsts.items()}
    for way in ways:
        one = firsts[way.kind] if way.household is None else way.household
        entries = [(way.kind, 1.0), (len(sizes) + way.agent, float(matching.weights[one]))]
        if way.household is None:
            programme.add(float(of_kinds[way.kind][way.agent]), sizes[way.kind], entries)
        else:
            price = float(matching.mismatch[one, way.agent] - matching.missed[one])
            programme.add(price, 1.0, [*entries, (rows[one], 1.0)])
    for agent in range(matching.agents.height):
        _climb(programme, matching, agent, len(sizes) + agent)
    limits = [(size, size) for size in sizes] + [(0, 0)] * matching.agents.height + [(0, 1)] * len(tied)
    whole = len(ways) if len(ways) <= most_whole else 0
    values, objective = _run(programme, limits, whole)
    start = cost(matching.agents["load"].cast(pl.Float64).to_numpy(), matching.capacities).sum()
    used = [(way, value) for way, value in zip(ways, values, strict=False) if value > _WHOLE]
    return Solved(flows=used, bound=objective + float(start + matching.missed.sum()))


def _ways(matching: Matching, kinds: pl.Series) -> list[Way]:
    known = [(row, column) for row, column, _ in matching.places.iter_rows()]
    free = [Way(kind=kind, agent=agent, household=None) for kind in kinds.unique().sort()
            for agent in range(matching.agents.height)]  # fmt: skip
    return free + [Way(kind=int(kinds[row]), agent=column, household=row) for row, column in known]


def _climb(programme: Programme, matching: Matching, agent: int, row: int) -> None:
    """Add the pieces of the line that an agent's load climbs, from today's load on."""
    capacity, load = float(matching.capacities[agent]), float(matching.agents["load"][agent])
    step = int(load / capacity * STEPS)
    room = (step + 1) * capacity / STEPS - load
    for at in range(step, step + 3 * STEPS):
        programme.add(slope(at), room, [(row, -1.0)])
        room = capacity / STEPS
    programme.add(slope(step + 3 * STEPS), float("inf"), [(row, -1.0)])


def _run(programme: Programme, limits: list[tuple[int, int]], whole: int) -> tuple[list[float], float]:
    import numpy
    from highspy import HighsLp, HighsVarType, MatrixFormat

    solver, linear = quiet_solver(), HighsLp()
    linear.num_col_, linear.num_row_ = len(programme.costs), len(limits)
    linear.col_cost_ = numpy.array(programme.costs)
    linear.col_lower_, linear.col_upper_ = numpy.zeros(len(programme.costs)), numpy.array(programme.most)
    linear.row_lower_, linear.row_upper_ = (numpy.array(side, dtype=float) for side in zip(*limits, strict=True))
    linear.a_matrix_.format_ = MatrixFormat.kColwise
    linear.a_matrix_.start_ = numpy.cumsum([0, *map(len, programme.entries)])
    linear.a_matrix_.index_ = numpy.array([row for entries in programme.entries for row, _ in entries])
    linear.a_matrix_.value_ = numpy.array([factor for entries in programme.entries for _, factor in entries])
    if whole:
        kinds = [HighsVarType.kInteger] * whole + [HighsVarType.kContinuous] * (len(programme.costs) - whole)
        linear.integrality_ = kinds
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_max_nodes", 20_000)
    solver.passModel(linear)
    solver.run()
    info = solver.getInfo()
    bound = info.mip_dual_bound if whole else info.objective_function_value
    return list(solver.getSolution().col_value), float(bound)
