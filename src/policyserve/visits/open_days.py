"""The days on which each agent works, counted: day 0 is the agent's first one from the start on.

Between two of them nobody is visited, so windows become ranges of these numbers and distances become working days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from policyserve.dates import Days

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class OpenDays:
    """The working days of agents in a range of days."""

    start: Numbers
    """The first day of the range as a number of days since 1970 (a single value)."""
    rank: Numbers
    """Agents x (days + 1): how many working days of the agent come before each day."""
    days: Numbers
    """Agents x numbers: the day (since 1970) of each number; the last one is repeated to the end."""

    @classmethod
    def of(cls, working: Flags, range_: Days, agents: int, away: Iterable[tuple[int, date, date]] = ()) -> OpenDays:
        """Build them from the working days (a flag for each day) and absences: agent, first day, day of return."""
        start = np.int64((range_.start - date(1970, 1, 1)).days)
        works = np.tile(working, (agents, 1))
        for agent, first, back in away:
            begin, end = ((day - range_.start).days for day in (first, back))
            works[agent, max(begin, 0) : max(end, 0)] = False
        rank = np.zeros((agents, works.shape[1] + 1), dtype=np.int64)
        np.cumsum(works, axis=1, out=rank[:, 1:])
        order = np.argsort(~works, axis=1, kind="stable")
        counts = rank[:, -1:]
        places = np.minimum(np.arange(works.shape[1]), np.maximum(counts - 1, 0))
        return cls(np.array(start), rank, np.take_along_axis(order, places, axis=1) + start)

    @property
    def width(self) -> int:
        """How many numbers there are at most."""
        return int(self.rank[:, -1].max(initial=0))

    def from_day(self, agent: Numbers, day: Numbers) -> Numbers:
        """Return the number of the first working day from each day on."""
        return np.asarray(self.rank[agent, self._place(day)])

    def to_day(self, agent: Numbers, day: Numbers) -> Numbers:
        """Return the number of the last working day up to each day; -1 before the first."""
        return np.asarray(self.rank[agent, self._place(day + 1)] - 1)

    def day_of(self, agent: Numbers, number: Numbers) -> Numbers:
        """Return the day of each number, since 1970."""
        return np.asarray(self.days[agent, number])

    def _place(self, day: Numbers) -> Numbers:
        return np.asarray(np.clip(day - self.start, 0, self.rank.shape[1] - 1))
