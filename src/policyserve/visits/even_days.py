"""Even days: from the work of agents to the day on which each piece is to be done.

First the fewest visits (`piercing`), then the days over capacity (`levels`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from policyserve.visits.levels import Levelled, Visits, levelled
from policyserve.visits.open_days import Flags, Numbers, OpenDays
from policyserve.visits.piercing import Costs, distance, pierced
from policyserve.visits.programme import Programmes

UNIT = 0.5
"""From so much effort on a visit is laid on other days; less (a call) takes room and stays."""


@dataclass(frozen=True)
class Work:
    """Pieces of work, in numbers of the agent's working days (`open_days`); low = high is work that stays."""

    agent: Numbers
    household: Numbers
    low: Numbers
    high: Numbers
    ideal: Numbers
    """Inside the window."""
    shown: Flags
    """The ideal day has been shown to people: another one is a move."""
    alone: Flags
    """It is not done on the visit of others."""
    effort: Costs

    def at(self, places: Numbers) -> Work:
        """Return the pieces at some places."""
        return Work(*(getattr(self, one.name)[places] for one in fields(self)))


@dataclass(frozen=True)
class Calls:
    """Visits as they come out of the pieces: each is one call at a household's door."""

    agent: Numbers
    day: Numbers
    effort: Costs
    of: Numbers
    """The visit of each piece."""

    @cached_property
    def _sorted(self) -> tuple[Numbers, Numbers]:
        pieces = np.argsort(self.of, kind="stable")
        return pieces, np.searchsorted(self.of[pieces], np.arange(len(self.day) + 1))

    def pieces_of(self, own: Numbers) -> tuple[Numbers, Numbers]:
        """Return the pieces of some visits, and the place in `own` of the visit of each."""
        pieces, ends = self._sorted
        mine = np.concatenate([pieces[ends[visit] : ends[visit + 1]] for visit in own])
        return mine, np.repeat(np.arange(len(own)), ends[own + 1] - ends[own])


@dataclass(frozen=True)
class EvenDays:
    """The day of each piece, and what the agents that were levelled came to."""

    joined: Numbers
    """The days for the fewest visits, before days over capacity were eased."""
    day: Numbers
    levelled: dict[int, Levelled]


def visits_of(work: Work, day: Numbers) -> Calls:
    """Group pieces into visits: one agent, one household, one day; what is done alone is a visit of its own."""
    key = _doors(work) * (int(day.max(initial=0)) + 1) + day
    key = np.where(work.alone, int(key.max(initial=0)) + 1 + np.arange(len(day)), key)
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    effort = np.zeros(len(first))
    np.maximum.at(effort, of, work.effort)
    return Calls(work.agent[first], day[first], effort, of)


def _doors(work: Work) -> Numbers:
    """Return a number for each agent and household."""
    key = work.agent * (int(work.household.max(initial=0)) + 1) + work.household
    return np.asarray(np.unique(key, return_inverse=True)[1])


def overload(work: Work, day: Numbers, capacity: Costs) -> Costs:
    """Return how far each agent is over capacity on each day: agents x days, in units of effort."""
    visits = visits_of(work, day)
    load = np.zeros((len(capacity), int(day.max(initial=0)) + 1))
    np.add.at(load, (visits.agent, visits.day), visits.effort)
    return np.maximum(load - capacity[:, None], 0)


def even_days(work: Work, open_days: OpenDays, capacity: Costs) -> EvenDays:
    """Return the days with the fewest visits, of those the least over capacity, of those the least moved."""
    joined = _joined(work)
    visits = visits_of(work, joined)
    units = visits.effort >= UNIT
    width = open_days.width
    room = np.repeat(capacity[:, None], width, axis=1)
    np.subtract.at(room, (visits.agent[~units], visits.day[~units]), visits.effort[~units])
    room = np.floor(room + 1e-9)
    load = np.zeros(room.shape)
    np.add.at(load, (visits.agent[units], visits.day[units]), visits.effort[units])
    crowded = np.flatnonzero((load > room).any(axis=1))
    day = joined.copy()
    found: dict[int, Levelled] = {}
    if not crowded.size:
        return EvenDays(joined, day, found)
    solver, moved = Programmes(), visits.day.copy()
    order = np.argsort(visits.agent, kind="stable")
    begins = np.searchsorted(visits.agent[order], np.arange(len(capacity) + 1))
    for agent in crowded:
        own = order[begins[agent] : begins[agent + 1]]
        own = own[units[own]]
        found[int(agent)] = one = levelled(solver, _flow(work, own, visits, room[agent]))
        moved[own] = one.day
    return EvenDays(joined, moved[visits.of], found)


def _joined(work: Work) -> Numbers:
    together = np.flatnonzero(~work.alone)
    day = work.ideal.copy()
    one = work.at(together)
    day[together] = pierced(_doors(one), one.low, one.high, one.ideal, one.shown)
    return day


def _flow(work: Work, own: Numbers, visits: Calls, room: Costs) -> Visits:
    """Return the visits `own` of an agent: the window that all their pieces share, and what each day costs them."""
    mine, of = visits.pieces_of(own)
    days = np.arange(len(room))
    one = work.at(mine[:, None])
    cost = np.zeros((len(own), len(room)))
    np.add.at(cost, of, distance(days, one.low, one.high, one.ideal, one.shown))
    within = np.isfinite(cost)
    low, high = within.argmax(axis=1), len(room) - 1 - within[:, ::-1].argmax(axis=1)
    return Visits(low, high, visits.day[own], visits.effort[own], cost, room)
