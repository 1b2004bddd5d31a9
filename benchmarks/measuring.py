"""How a benchmark measures: ours and the floor take turns, each run in a process of its own; the median counts."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Any

REPEAT = 3
"""Runs of each side."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    work: str
    goal: float
    """The most that the work may take, as a multiple of its floor."""
    ours: float
    """Seconds, the median."""
    floor: float
    """Seconds, the median."""
    peak: float
    """The most memory that our side took, in MB, the interpreter and its libraries included."""

    @property
    def ratio(self) -> float:
        """How many times the floor the work takes."""
        return self.ours / self.floor


def compare(
    work: str,
    goal: float,
    ours: Callable[[Any], object],
    floor: Callable[[Any], object],
    data: str,
    *,
    prepare: tuple[Callable[[str], object], Callable[[str], object]] = (str, str),
) -> Figure:
    """Measure `ours(data)` and `floor(data)`: functions of a module; `data` says where they find what they work on.

    `prepare`: for each side what makes its argument out of `data`, outside the time measured.
    """
    pairs = [(_run_apart(prepare[0], ours, data), _run_apart(prepare[1], floor, data)) for _ in range(REPEAT)]
    return Figure(
        work=work,
        goal=goal,
        ours=median(mine[0] for mine, _ in pairs),
        floor=median(bare[0] for _, bare in pairs),
        peak=max(mine[1] for mine, _ in pairs),
    )


def _run_apart(prepare: Callable[[str], object], work: Callable[[Any], object], data: str) -> tuple[float, float]:
    """Run in a fresh process and return (seconds, peak MB)."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, prepare, work, data).result()


def _timed(prepare: Callable[[str], object], work: Callable[[Any], object], data: str) -> tuple[float, float]:
    ready = prepare(data)
    start = time.perf_counter()
    result = work(ready)
    seconds = time.perf_counter() - start
    del result  # taking it apart is no part of the work
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
