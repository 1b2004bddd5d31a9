"""Even days keep every window, come out with the fewest visits, and cost what brute force and a judge say."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from policyserve.dates import Days
from policyserve.visits.even_days import EvenDays, Work, even_days, overload, visits_of
from policyserve.visits.levels import OVER, Visits, levelled, value
from policyserve.visits.open_days import Numbers, OpenDays
from policyserve.visits.piercing import pierced
from policyserve.visits.programme import Programmes

MONDAY = date(2026, 11, 23)
SEEDS = range(6)


def open_days(agents: int, weeks: int = 4) -> OpenDays:
    days = Days(start=MONDAY, end=MONDAY + timedelta(weeks=weeks))
    return OpenDays.of(np.array([at % 7 < 5 for at in range(7 * weeks)]), days, agents)


def work(seed: int, *, agents: int = 4, each: int = 60, days: int = 20, units: bool = True) -> Work:
    rng = np.random.default_rng(seed)
    count = agents * each
    agent = np.repeat(np.arange(agents), each)
    low = rng.integers(0, days, count)
    high = np.minimum(low + rng.integers(0, 12, count), days - 1)
    ideal = np.minimum(low + rng.integers(0, 4, count), high)
    effort = np.ones(count) if units else rng.choice([0.2, 1.0, 1.0], count)
    house = agent * each + rng.integers(0, each // 2, count)
    return Work(agent, house, low, high, ideal, rng.random(count) < 0.4, rng.random(count) < 0.05, effort)


def part(whole: Work, places: Numbers) -> Work:
    return Work(*(getattr(whole, one.name)[places] for one in fields(Work)))


def run(pieces: Work, capacity: float = 3, agents: int = 4) -> EvenDays:
    return even_days(pieces, open_days(agents), np.full(agents, capacity))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_piece_stays_in_its_window_and_work_that_stays_is_not_moved(seed: int) -> None:
    pieces = work(seed, units=False)
    day = run(pieces).day
    assert ((pieces.low <= day) & (day <= pieces.high)).all()
    assert len(day) == len(pieces.agent)


def greedy(low: Numbers, high: Numbers) -> int:
    """Pierce at the end of the window that ends first, again and again."""
    count, last = 0, -1
    for begins, ends in sorted(zip(low, high, strict=True), key=lambda window: window[1]):
        if begins > last:
            count, last = count + 1, ends
    return count


@pytest.mark.parametrize("seed", SEEDS)
def test_there_are_as_few_visits_as_greedy_piercing_finds(seed: int) -> None:
    pieces = work(seed)
    together = np.flatnonzero(~pieces.alone)
    joined = part(pieces, together)
    day = pierced(joined.household, joined.low, joined.high, joined.ideal, joined.shown)
    least = sum(
        greedy(joined.low[own], joined.high[own])
        for house in np.unique(joined.household)
        for own in [joined.household == house]
    )
    assert len(visits_of(joined, day).day) == least
    assert len(visits_of(pieces, run(pieces).day).day) <= least + pieces.alone.sum()


def cost_of(pieces: Work, day: Numbers) -> tuple[int, float]:
    away = np.abs(day - pieces.ideal)
    return len(np.unique(day)), float(away.sum() + 50 * (pieces.shown & (away > 0)).sum())


@pytest.mark.parametrize("seed", range(25))
def test_a_small_household_costs_what_brute_force_finds(seed: int) -> None:
    pieces = work(seed, agents=1, each=4, days=8)
    day = pierced(np.zeros(4, dtype=int), pieces.low, pieces.high, pieces.ideal, pieces.shown)
    windows = [range(low, high + 1) for low, high in zip(pieces.low, pieces.high, strict=True)]
    assert cost_of(pieces, day) == min(cost_of(pieces, np.array(days)) for days in product(*windows))


def flow(seed: int, *, room: int = 2, days: int = 10, count: int = 30) -> Visits:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, days, count)
    high = np.minimum(low + rng.integers(0, 6, count), days - 1)
    ideal = (low + high) // 2
    at = np.arange(days)
    outside = (at < low[:, None]) | (at > high[:, None])
    cost = np.where(outside, np.inf, np.abs(at - ideal[:, None]).astype(float))
    rooms = rng.integers(-1, room + 2, days).astype(float)
    return Visits(low, high, ideal, np.ones(count), cost, rooms)


def judged(visits: Visits) -> float:
    """Let the assignment of visits to places say the least cost: so many free places a day, and dearer ones."""
    count, days = len(visits.day), len(visits.room)
    over = np.maximum(np.arange(1, count + 1)[None, :] - visits.room[:, None], 0) * OVER
    places = (visits.cost[:, :, None] + over).reshape(count, days * count)
    finite = np.where(np.isfinite(places), places, 1e12)
    rows, columns = linear_sum_assignment(finite)
    least = np.maximum(-visits.room, 0)
    return float(finite[rows, columns].sum() + (OVER * least * (least + 1) / 2).sum())


@pytest.mark.parametrize("seed", range(12))
def test_a_levelled_agent_costs_what_the_best_assignment_costs_and_no_less_than_the_bound(seed: int) -> None:
    visits = flow(seed)
    found = levelled(Programmes(), visits)
    assert found.value == pytest.approx(judged(visits), rel=1e-9)
    assert found.value == pytest.approx(value(visits, found.day))
    assert found.bound == pytest.approx(found.value, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_room_or_a_wider_window_never_costs_more(seed: int) -> None:
    solver, visits = Programmes(), flow(seed)
    wider = np.where(np.isinf(visits.cost), 9.0, visits.cost)
    more = Visits(visits.low, visits.high, visits.day, visits.effort, visits.cost, visits.room + 1)
    wide = Visits(visits.low * 0, visits.high * 0 + 9, visits.day, visits.effort, wider, visits.room)
    least = levelled(solver, visits).value
    assert levelled(solver, more).value <= least + 1e-6
    assert levelled(solver, wide).value <= least + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_run_moves_nothing(seed: int) -> None:
    pieces = work(seed)
    day = run(pieces).day
    shown = Work(**{**vars(pieces), "ideal": day, "shown": np.ones(len(day), dtype=bool)})
    assert (run(shown).day == day).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_pieces_does_not_matter(seed: int) -> None:
    pieces = work(seed)
    order = np.random.default_rng(seed).permutation(len(pieces.agent))
    capacity = np.full(4, 3.0)
    mixed = run(part(pieces, order)).day
    one, other = visits_of(pieces, run(pieces).day), visits_of(part(pieces, order), mixed)
    assert len(one.day) == len(other.day)
    assert overload(pieces, run(pieces).day, capacity).sum() == overload(part(pieces, order), mixed, capacity).sum()


def test_what_changes_for_one_agent_moves_nobody_elses_work() -> None:
    pieces = work(1)
    others = np.flatnonzero(pieces.agent != 0)
    assert (run(part(pieces, others)).day == run(pieces).day[others]).all()


def test_overload_is_what_a_recount_finds() -> None:
    pieces = work(2, units=False)
    day = run(pieces).day
    told = overload(pieces, day, np.full(4, 3.0))
    for agent, on in product(range(4), range(told.shape[1])):
        doors: dict[tuple[int, int], float] = {}
        for at in np.flatnonzero((pieces.agent == agent) & (day == on)):
            door = (int(pieces.household[at]), int(at) if pieces.alone[at] else -1)
            doors[door] = max(doors.get(door, 0), float(pieces.effort[at]))
        assert told[agent, on] == pytest.approx(max(sum(doors.values()) - 3, 0))


def test_an_agent_who_is_away_has_no_such_days() -> None:
    days = Days(start=MONDAY, end=MONDAY + timedelta(weeks=2))
    working = np.array([at % 7 < 5 for at in range(14)])
    away = OpenDays.of(working, days, 2, [(1, MONDAY + timedelta(days=1), MONDAY + timedelta(days=4))])
    first = (MONDAY - date(1970, 1, 1)).days
    assert list(away.days[1][:7] - first) == [0, 4, 7, 8, 9, 10, 11]
    assert list(away.from_day(np.array([0, 1]), np.array([first + 2, first + 2]))) == [2, 1]
    assert list(away.to_day(np.array([0, 1]), np.array([first + 6, first + 3]))) == [4, 0]
