"""Pictures of a report as data: what is drawn, not how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["final", "provisional", "expected"]
"""What a month's ratio is: it changes no more; nothing is open, but the grace runs on; or a forecast."""

STEADY = 0.9
"""Curves of survival that stay above this begin their axis where those that touch it would."""


def axis_from(ratios: Iterable[float | None], target: float) -> float:
    """Begin an axis at a round ratio below all of them: a difference of some points must be seen."""
    return max(0.0, int(min(ratio for ratio in (*ratios, target) if ratio is not None) * 10 - 0.5) / 10)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What every picture has."""

    title: str
    """Said under it, and to those who cannot see it."""

    @property
    def start(self) -> float:
        """The ratio with which its axis begins; a caption says so where that is not 0."""
        return 0.0


@dataclass(frozen=True, kw_only=True)
class Bars(Picture):
    """Ratios by month against a target; those not final yet are drawn hatched."""

    labels: tuple[str, ...]
    ratios: tuple[float | None, ...]
    final: tuple[bool, ...]
    target: float
    words: tuple[str, str, str]
    """What final bars, provisional bars and the line of the target are called."""

    @property
    def start(self) -> float:
        """Below the lowest bar and the target."""
        return axis_from(self.ratios, self.target)


@dataclass(frozen=True, kw_only=True)
class HeatMap(Picture):
    """Ratios in rows and columns, each with its number."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    ratios: tuple[tuple[float | None, ...], ...]
    numbers: tuple[tuple[str, ...], ...]
    """The same in per cent, as they are written."""
    marks: tuple[tuple[str, ...], ...]
    """What stands beside each number."""


@dataclass(frozen=True, kw_only=True)
class Fan(Picture):
    """What each month came to, or is expected to, with its interval and the furthest it can come."""

    labels: tuple[str, ...]
    expected: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    floor: tuple[float | None, ...]
    ceiling: tuple[float | None, ...]
    stages: tuple[Stage, ...]
    """Only what is expected has an interval."""
    target: float
    words: tuple[str, str, str, str, str, str]
    """Final, provisional, expected, interval, possible, target."""

    @property
    def start(self) -> float:
        """Below the lowest point, its interval and the target."""
        return axis_from((*self.expected, *self.lower), self.target)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One curve of survival with its limits."""

    name: str
    months: tuple[float, ...]
    share: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Curves(Picture):
    """Curves of survival: steps from 1 downwards, the x axis in months."""

    curves: tuple[Curve, ...]
    across: str
    """What the x axis counts."""
    marked: tuple[float, ...] = ()
    """Months to draw a line at."""

    @property
    def start(self) -> float:
        """Below the lowest limit."""
        return axis_from((share for curve in self.curves for share in curve.lower), STEADY)


@dataclass(frozen=True, kw_only=True)
class Stacks(Picture):
    """Shares of a whole, one bar per row."""

    rows: tuple[str, ...]
    parts: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """Per row the count of each part."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One customer of a tree."""

    name: str
    above: str | None
    """The one who referred; None: the root."""
    lines: tuple[str, ...]
    """What is written in the box."""


@dataclass(frozen=True, kw_only=True)
class Tree(Picture):
    """Who referred whom, from left to right."""

    leaves: tuple[Leaf, ...]
    """The root first, each after the one above."""
    more: str = field(default="")
    """Said where not all are drawn."""
