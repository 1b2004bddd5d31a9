"""A matching: households on one side, agents who can take them on the other, and what each pair would cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from policyserve.handovers.load_cost import cost

if TYPE_CHECKING:
    from policyserve.handovers.load_cost import Numbers

OTHER_TEAM: Final = 1.0
"""What it costs to leave the team of the former agent; one more task on a half full desk costs as much."""

MISSED: Final = {"served": 4.0, "referrer": 2.0}
"""What it costs not to choose whom a household knows: who serves some of it, or who serves its referrer."""


@dataclass(frozen=True, kw_only=True)
class Matching:
    """What is to be decided: which agent takes which household."""

    households: pl.DataFrame
    """`household`, `load` (tasks), `team` of the former agent; one row each, in the order of `household`."""
    agents: pl.DataFrame
    """`agent_id`, `team`, `load` and `capacity` (tasks of the same days), who can take some; one row each."""
    ties: pl.DataFrame
    """`household`, `agent_id`, `tie` (a key of MISSED): whom a household knows; only of these households and agents."""

    @cached_property
    def places(self) -> pl.DataFrame:
        """The ties by the rows of households and agents: `row`, `column`, `worth`, one for each pair."""
        rows = self.households.select("household").with_row_index("row")
        columns = self.agents.select("agent_id").with_row_index("column")
        known = self.ties.join(rows, on="household").join(columns, on="agent_id")
        worth = pl.col("tie").replace_strict(MISSED, return_dtype=pl.Float64)
        return (
            known.unique(["row", "column", "tie"])
            .group_by("row", "column")
            .agg(worth=worth.sum())
            .sort("row", "column")
        )

    @cached_property
    def missed(self) -> Numbers:
        """What each household loses with an agent whom it does not know at all."""
        import numpy

        worths = dict(
            self.ties.join(self.agents, on="agent_id", how="semi")
            .unique(["household", "tie"])
            .group_by("household")
            .agg(pl.col("tie").replace_strict(MISSED, return_dtype=pl.Float64).sum())
            .iter_rows()
        )
        return numpy.array([worths.get(one, 0.0) for one in self.households["household"]])

    def of_team(self, team: str | None) -> Numbers:
        """Return what each agent costs a household of a team, knowledge aside."""
        import numpy

        return numpy.array([OTHER_TEAM * (one != team) for one in self.agents["team"]])

    @cached_property
    def mismatch(self) -> Numbers:
        """What each household costs with each agent, loads aside: a row for each household."""
        import numpy

        teams = {team: self.of_team(team) for team in self.households["team"].unique()}
        found = numpy.array([teams[team] for team in self.households["team"]]) + self.missed[:, None]
        row, column, worth = (self.places[name].to_numpy() for name in ("row", "column", "worth"))
        found[row, column] -= worth
        return numpy.asarray(found)

    def value(self, chosen: Numbers) -> float:
        """Return what a choice costs in all: `chosen` is the row of the agent of each household."""
        import numpy

        rows = numpy.arange(self.households.height)
        return float(self.mismatch[rows, chosen].sum() + cost(self.loads(chosen), self.capacities).sum())

    def loads(self, chosen: Numbers) -> Numbers:
        """Return the load of each agent with what was chosen."""
        import numpy

        added = numpy.bincount(chosen, weights=self.weights, minlength=self.agents.height)
        return numpy.asarray(self.agents["load"].to_numpy() + added)

    @cached_property
    def weights(self) -> Numbers:
        """The load of each household."""
        return self.households["load"].cast(pl.Float64).to_numpy()

    @cached_property
    def capacities(self) -> Numbers:
        """The capacity of each agent."""
        return self.agents["capacity"].cast(pl.Float64).to_numpy()
