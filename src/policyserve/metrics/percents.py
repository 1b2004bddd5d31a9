"""Ratios written in per cent: rounded half up, but never onto a target that they do not reach."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

PLACES = 2
"""Decimals of a percentage."""


def percent(ratio: float | None, *, target: float | None = None, places: int = PLACES) -> str:
    """Write a ratio (a fraction) as `87.99%`, with more decimals where `number` needs them; a dash for none."""
    return "–" if ratio is None else f"{number(ratio, target=target, places=places)}%"


def number(ratio: float, *, target: float | None = None, places: int = PLACES) -> str:
    """Write a ratio as `87.99`, in per cent without the sign.

    Below its `target` it is said with as many decimals as show that: 0.87997 against 0.88 is 87.997, not 88.00.
    """
    return f"{_rounded(ratio, decimals(ratio, target=target, places=places)):f}"


def decimals(ratio: float, *, target: float | None, places: int = PLACES) -> int:
    """Return how many decimals it takes, at least `places`, so that a ratio below its target is read as below it."""
    if target is None or ratio >= target:
        return places
    while _rounded(ratio, places) >= Decimal(str(target)) * 100:
        places += 1
    return places


def _rounded(ratio: float, places: int) -> Decimal:
    return (Decimal(str(ratio)) * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
