"""2,000 households of one leaver shared out over the agents of a great branch, judged by the bound of its programme.

The floor is the linear programme alone, which no choice can cost less than; the gap stands in the line, and one above
a thousandth ends the run.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from functools import partial
from random import Random

import polars as pl

from benchmarks.measuring import Figure
from benchmarks.release import seconds
from policyserve.handovers.assignment import assign, kinds_of
from policyserve.handovers.matching import MISSED, Matching
from policyserve.handovers.programme import solve

GOAL = 6.0

HOUSEHOLDS, AGENTS, TEAM = 2_000, 600, 12

WIDEST_GAP = 0.001


def run(_size: int) -> Iterator[Figure]:
    """Measure one branch of a company of 5,000 agents; the size of the book does not bear on it."""
    asked = drawn(HOUSEHOLDS, AGENTS)
    found = assign(asked)
    gap = (found.value - found.bound) / found.value
    if gap > WIDEST_GAP:
        sys.exit(f"The hand-over costs {gap:.4%} more than its bound.")
    yield Figure(
        work=f"hand-over of {HOUSEHOLDS:,} households to {AGENTS} agents, {gap:.4%} above the bound",
        goal=GOAL,
        ours=seconds(partial(assign, asked)),
        floor=seconds(partial(solve, asked, kinds_of(asked.households))),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    )


def drawn(households: int, agents: int, *, seed: int = 7) -> Matching:
    """Draw a branch: desks a third to four fifths full, and a third of the households know somebody."""
    draw = Random(seed)
    numbers = [f"H{one:05}" for one in range(households)]
    rows = [(number, draw.randint(1, 12), "team 0") for number in numbers]
    staff = [
        (one + 1, f"team {one // TEAM}", draw.randint(120, 300), draw.choice([372, 372, 558]))
        for one in range(agents)
    ]  # fmt: skip
    ties = [(one, draw.randint(1, agents), draw.choice(list(MISSED))) for one in numbers if draw.random() < 0.3]
    people = {"agent_id": pl.Int32, "team": pl.String, "load": pl.Int32, "capacity": pl.Int32}
    known = {"household": pl.String, "agent_id": pl.Int32, "tie": pl.String}
    return Matching(
        households=pl.DataFrame(rows, {"household": pl.String, "load": pl.Int32, "team": pl.String}, orient="row"),
        agents=pl.DataFrame(staff, people, orient="row"),
        ties=pl.DataFrame(ties, known, orient="row"),
    )
