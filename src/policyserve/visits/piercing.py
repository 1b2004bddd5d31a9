"""Piercing: the fewest days that meet every window of a household, and of those the nearest to what was meant.

Windows of one agent and household that hang together are a cluster. A dynamic programme over the days at which one of
its windows begins, ends or is meant to be finds the cheapest days: an item between two neighbouring days goes to one of
them, so that the cost of a pair of neighbours is known by itself. Clusters of one size are worked out at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from policyserve.visits.open_days import Flags, Numbers

Costs = NDArray[np.float64]

VISIT, MOVED, DAY = 1e6, 50.0, 1.0
"""What one more visit costs, a change of a day that was shown, and a working day away from the one that was meant."""


def pierced(key: Numbers, low: Numbers, high: Numbers, ideal: Numbers, shown: Flags) -> Numbers:
    """Return the day of each item: as few days of each `key` (agent and household) as meet all its windows.

    `low` <= `ideal` <= `high` are numbers of working days; `shown`: a change of the ideal day is a move.
    """
    day = ideal.copy()
    order, cluster = _clusters(key, low, high)
    sizes = np.bincount(cluster)
    begins = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 1]):
        members = order[begins[sizes == size][:, None] + np.arange(size)]
        day[members] = _fewest(low[members], high[members], ideal[members], shown[members])
    return day


def _clusters(key: Numbers, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Return an order of the items in which clusters stand together, and the cluster of each place in it."""
    order = np.lexsort((high, low, key))
    if order.size == 0:
        return order, order
    span = int(high.max()) + 2
    _, dense = np.unique(key[order], return_inverse=True)
    reach = np.maximum.accumulate(dense * span + high[order])
    opens = np.r_[True, dense[1:] * span + low[order][1:] > reach[:-1]]
    return order, np.cumsum(opens) - 1


def distance(day: Numbers, low: Numbers, high: Numbers, ideal: Numbers, shown: Flags) -> Costs:
    """Return what it costs to do each item on a day: infinite outside the window."""
    away = np.abs(day - ideal)
    return np.where((day < low) | (day > high), np.inf, away * DAY + (away > 0) * shown * MOVED)


def _fewest(low: Numbers, high: Numbers, ideal: Numbers, shown: Flags) -> Numbers:
    """Return the day of each item of clusters x items."""
    point = np.sort(np.concatenate([low, high, ideal], axis=1), axis=1)
    cost = distance(point[:, None, :], low[:, :, None], high[:, :, None], ideal[:, :, None], shown[:, :, None])
    clusters, points = point.shape
    best = np.full((clusters, points), np.inf)
    before = np.full((clusters, points), -1)
    for to in range(points):
        earlier = ideal < point[:, to, None]
        best[:, to] = np.where(earlier, cost[:, :, to], 0).sum(axis=1)
        for of in range(to):
            between = earlier & (ideal >= point[:, of, None])
            step = np.where(between, np.minimum(cost[:, :, of], cost[:, :, to]), 0).sum(axis=1) + best[:, of]
            better = step < best[:, to]
            best[better, to], before[better, to] = step[better], of
        best[:, to] += VISIT
    rest = np.where(ideal[:, :, None] >= point[:, None, :], cost, 0).sum(axis=1)
    last = np.argmin(best + rest, axis=1)
    return _nearest(point, cost, _chosen(before, last))


def _chosen(before: Numbers, last: Numbers) -> Flags:
    """Follow the way back from the last day of each cluster."""
    chosen, rows = np.zeros(before.shape, dtype=bool), np.arange(len(last))
    while rows.size:
        chosen[rows, last] = True
        last = before[rows, last]
        rows, last = rows[last >= 0], last[last >= 0]
    return chosen


def _nearest(point: Numbers, cost: Costs, chosen: Flags) -> Numbers:
    place = np.argmin(np.where(chosen[:, None, :], cost, np.inf), axis=2)
    return np.take_along_axis(point, place, axis=1)
