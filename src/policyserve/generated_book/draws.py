"""Chance that repeats: each draw is named, and a function of the seed, the name and the row alone.

So a draw that is added or taken away changes no other, and the same seed gives the same book on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import polars as pl

_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _folded(bits: pl.Series, shift: int) -> pl.Series:
    folded: pl.Series = bits ^ (bits // 2**shift)
    return folded


def _mixed(counter: pl.Series) -> pl.Series:
    """Scatter 64-bit counters: the finishing steps of SplitMix64 (Steele, Lea and Flood, 2014).

    Works on a series step by step: an expression would name, and compute, each step's input twice over.
    """
    return _folded(_folded(_folded(counter, 30) * _FIRST, 27) * _SECOND, 31)


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Expressions that draw one value for each row of the frame in which they stand."""

    seed: int

    def share(self, name: str) -> pl.Expr:
        """Draw evenly from 0 up to, not including, 1."""
        start = int.from_bytes(blake2b(f"{self.seed}:{name}".encode(), digest_size=8).digest())
        counter = (pl.int_range(pl.len(), dtype=pl.UInt64) + 1) * _unsigned(_STEP) + _unsigned(start)
        bits = counter.map_batches(_mixed, return_dtype=pl.UInt64)
        return (bits // _unsigned(2**11)).cast(pl.Float64) * 2.0**-53

    def happens(self, name: str, chance: float | pl.Expr) -> pl.Expr:
        """Draw true with this chance."""
        return self.share(name) < chance

    def whole(self, name: str, low: int, high: int) -> pl.Expr:
        """Draw a whole number from `low` to `high`, both included, as Int32."""
        return (low + self.share(name) * (high - low + 1)).floor().cast(pl.Int32)

    def pick(self, name: str, choices: Sequence[str] | Mapping[str, int]) -> pl.Expr:
        """Draw one of the choices; a mapping gives each its weight."""
        weights = choices if isinstance(choices, Mapping) else dict.fromkeys(choices, 1)
        slots = pl.Series([choice for choice, weight in weights.items() for _ in range(weight)])
        return pl.lit(slots).gather((self.share(name) * len(slots)).cast(pl.UInt32))


def _unsigned(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)


def days(count: pl.Expr) -> pl.Expr:
    """Turn a count of days into a duration that can be added to a date."""
    return pl.duration(days=count)


def known_by(day: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Return the day where it has come by `as_of`, else null: what lies ahead has not happened."""
    return pl.when(day <= as_of).then(day)


def number(prefix: str, index: pl.Expr, digits: int) -> pl.Expr:
    """Write a row's index, from 0, as a number that people use, from 1: `C000001`; null stays null."""
    return pl.concat_str(pl.lit(prefix), (index + 1).cast(pl.String).str.zfill(digits))
