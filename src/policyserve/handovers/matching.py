"""A matching: households on one side, agents who can take them on the other, and what each pair would cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from policyserve.handovers.load_cost import cost

if TYPE_CHECKING:
    from policyserve.handovers.load_cost import Numbers

OTHER_TEAM: Final = 1.0
"""What it costs to leave the team of the former agent; one more visit on a half full desk costs as much."""

OTHER_REGION: Final = 1.0
"""What it costs to go to an agent of another region, where lists name both."""

OTHER_LANGUAGE: Final = 3.0
"""What it costs to go to an agent who does not speak the household's language, where lists name both."""

TRAITS: Final = ("team", "region", "language")
"""What agents are compared with households by."""

MISSED: Final = {"served": 4.0, "referrer": 2.0}
"""What it costs not to choose whom a household knows: who serves some of it, or who serves its referrer."""


@dataclass(frozen=True, kw_only=True)
class Matching:
    """What is to be decided: which agent takes which household."""

    households: pl.DataFrame
    """`household`, `load` (visits), `team` of the former agent, and perhaps `region` and `language`; one row each, in
    the order of `household`."""
    agents: pl.DataFrame
    """`agent_id`, `team`, `load` and `capacity` (visits of the same days), and perhaps `region` and `languages` (a
    list), who can take some; one row each."""
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

    @cached_property
    def apart(self) -> Numbers:
        """What each household costs with each agent for being apart (TRAITS), knowledge aside: a row for each."""
        import numpy

        agents = list(zip(*(self._of_agents(name) for name in ("team", "region", "languages")), strict=True))
        rows = list(with_traits(self.households).select(TRAITS).iter_rows())
        each = {one: numpy.array([_apart(one, agent) for agent in agents]) for one in set(rows)}
        return numpy.array([each[one] for one in rows])

    def _of_agents(self, name: str) -> list[Any]:
        return self.agents[name].to_list() if name in self.agents.columns else [None] * self.agents.height

    @cached_property
    def mismatch(self) -> Numbers:
        """What each household costs with each agent, loads aside: a row for each household."""
        import numpy

        found = self.apart + self.missed[:, None]
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


def with_traits(households: pl.DataFrame) -> pl.DataFrame:
    """Add the traits that households lack, as not known."""
    missing = [name for name in TRAITS if name not in households.columns]
    return households.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)


def _apart(household: tuple[str | None, ...], agent: tuple[Any, ...]) -> float:
    """Return what it costs that a household (TRAITS) and an agent (`team`, `region`, `languages`) are apart."""
    (team, region, language), (own, near, speaks) = household, agent
    found: float = OTHER_TEAM * (team != own)
    found += OTHER_REGION * (region is not None and near is not None and region != near)
    found += OTHER_LANGUAGE * (language is not None and speaks is not None and language not in speaks)
    return found
