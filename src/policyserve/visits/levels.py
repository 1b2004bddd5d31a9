"""Levels: where an agent's days are over capacity, the visits that can move are laid on the cheapest days.

A minimum-cost flow with convex costs, written as a linear programme, agent by agent: every visit goes to one day of its
window, and each further unit above a day's room costs more than the one before. It begins with the visits of the days
over capacity; prices of the days then tell which others would help, until none would. With visits of one unit the
programme has whole numbers at its corners; `bound` is what no assignment of whole or broken visits can go below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policyserve.visits.open_days import Flags, Numbers
from policyserve.visits.piercing import Costs
from policyserve.visits.programme import Programmes

OVER = 1e4
"""What the first unit over a day's room costs; the second costs twice as much, and so on."""

ROUNDS = 12
"""How often others are asked to help; each time costs a programme more."""


@dataclass(frozen=True)
class Visits:
    """The visits of one agent that can move, and the room of each of the days."""

    low: Numbers
    high: Numbers
    day: Numbers
    """On which day each lies now."""
    effort: Costs
    cost: Costs
    """Visits x days: what a visit costs on a day; infinite outside its window."""
    room: Costs
    """How many units each day takes, beside what cannot move; below zero where that alone is too much."""


@dataclass(frozen=True)
class Levelled:
    """The days that came out, their value, and what no assignment goes below."""

    day: Numbers
    value: float
    bound: float


def overload_cost(over: Costs) -> Costs:
    """Return what so many units over the room of a day cost: 1 + 2 + 3 ... times `OVER`, linear in between."""
    over = np.maximum(over, 0)
    whole = np.floor(over)
    return np.asarray(OVER * (whole * (whole + 1) / 2 + (over - whole) * (whole + 1)))


def value(visits: Visits, day: Numbers) -> float:
    """Return what an assignment costs."""
    load = np.bincount(day, weights=visits.effort, minlength=len(visits.room))
    own = visits.cost[np.arange(len(day)), day].sum()
    return float(own + overload_cost(load - visits.room).sum())


def levelled(solver: Programmes, visits: Visits) -> Levelled:
    """Lay the visits of an agent on their cheapest days; `solver` is opened once for many agents."""
    day = visits.day
    active = _over(visits, day)
    price = np.zeros(len(visits.room))
    for _ in range(ROUNDS):
        day, price = _solved(solver, visits, active)
        helpers = _helpers(visits, day, price) & ~active
        if not helpers.any():
            break
        active |= helpers
    return Levelled(day, value(visits, day), bound(visits, price))


def _over(visits: Visits, day: Numbers) -> Flags:
    load = np.bincount(day, weights=visits.effort, minlength=len(visits.room))
    return (load > visits.room)[day] & (visits.high > visits.low)


def _helpers(visits: Visits, day: Numbers, price: Costs) -> Flags:
    """Return the visits that would be cheaper on another day at these prices."""
    asked = visits.cost + visits.effort[:, None] * price
    return np.asarray(asked.min(axis=1) < asked[np.arange(len(day)), day] - 1e-6)


def bound(visits: Visits, price: Costs) -> float:
    """Return what no assignment costs less than, by prices of the days (none below zero)."""
    own = (visits.cost + visits.effort[:, None] * price).min(axis=1).sum()
    worth = np.floor(price / OVER)  # how many units over the room are worth their price
    return float(own + (overload_cost(worth) - price * (visits.room + worth)).sum())


def _solved(solver: Programmes, visits: Visits, active: Flags) -> tuple[Numbers, Costs]:
    """Solve the programme of the active visits; return the days of all, and the price of each day."""
    own = np.flatnonzero(active)
    still = np.bincount(visits.day[~active], weights=visits.effort[~active], minlength=len(visits.room))
    room = visits.room - still
    row, to = np.nonzero(np.isfinite(visits.cost[own]))
    at, over = _steps(visits, room)
    costs = np.r_[visits.cost[own[row], to], over]
    most = np.r_[np.full(len(row), np.inf), np.where(over == over.max(), np.inf, 1.0)]
    starts = np.r_[np.arange(len(row)) * 2, len(row) * 2 + np.arange(len(at))]
    places = np.r_[np.column_stack([row, len(own) + to]).ravel(), len(own) + at]
    weights = np.r_[np.column_stack([np.ones(len(row)), visits.effort[own[row]]]).ravel(), np.full(len(at), -1.0)]
    least = np.r_[np.ones(len(own)), np.full(len(room), -np.inf)]
    solution = solver.solve(costs, most, (least, np.r_[np.ones(len(own)), room]), (starts, places, weights))
    day = visits.day.copy()
    share = np.full((len(own), len(room)), -1.0)
    share[row, to] = solution.share[: len(row)]
    day[own] = share.argmax(axis=1)
    return day, np.maximum(-solution.price[len(own) :], 0)


def _steps(visits: Visits, room: Costs) -> tuple[Numbers, Costs]:
    """Return the units that days may be over their room: the day and the cost of each; the last one stands for more.

    No day need be further over it than the worst one is now.
    """
    load = np.bincount(visits.day, weights=visits.effort, minlength=len(visits.room))
    deepest = int(np.ceil((load - visits.room).max())) + 1
    return np.repeat(np.arange(len(room)), deepest), OVER * np.tile(np.arange(1.0, deepest + 1), len(room))
