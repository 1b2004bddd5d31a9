"""Pictures of a report as data: what is drawn, not how."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What every picture has."""

    title: str
    """Said under it, and to those who cannot see it."""


@dataclass(frozen=True, kw_only=True)
class Bars(Picture):
    """Ratios by month against a target; those not final yet are drawn hatched."""

    labels: tuple[str, ...]
    ratios: tuple[float | None, ...]
    final: tuple[bool, ...]
    target: float
    words: tuple[str, str, str]
    """What final bars, provisional bars and the line of the target are called."""


@dataclass(frozen=True, kw_only=True)
class HeatMap(Picture):
    """Ratios in rows and columns, each with its number."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    ratios: tuple[tuple[float | None, ...], ...]
    marks: tuple[tuple[str, ...], ...]
    """What stands beside each number."""


@dataclass(frozen=True, kw_only=True)
class Fan(Picture):
    """What is expected of each month, with its interval and the furthest it can come."""

    labels: tuple[str, ...]
    expected: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    floor: tuple[float | None, ...]
    ceiling: tuple[float | None, ...]
    known: tuple[bool, ...]
    """Whether the ratio is final: a point without an interval."""
    target: float
    words: tuple[str, str, str, str, str]
    """Final, expected, interval, possible, target."""


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
