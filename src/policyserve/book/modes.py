"""Modes of payment written as bare numbers: months from one premium to the next, or premiums in a year.

12 is annual in the one reading and monthly in the other. 3 and 6 are always months, 2 and 4 always times in a year;
where a list has neither, or both, the header decides; where it does not, the number is not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from policyserve.book.headers import plain_header
from policyserve.locale import N_

NUMBER = r"^\d{1,2}(\.0+)?$"

AMBIGUOUS = N_(
    "may be months or times a year; call the column 缴费间隔 (months from one to the next) or 缴费频次 (times a year), "
    "or write annual, semi-annual, quarterly or monthly"
)

_BY_MONTHS = {"12": "annual", "6": "semi-annual", "3": "quarterly", "1": "monthly", "0": "single"}
_BY_TIMES = {"1": "annual", "2": "semi-annual", "4": "quarterly", "12": "monthly", "0": "single"}
_MONTHS_HEADER = ("间隔", "周期", "interval", "months")
_TIMES_HEADER = ("频次", "次数", "frequency", "times")


def with_named_modes(texts: pl.DataFrame, header: str) -> pl.DataFrame:
    """Return the clean cells of a list with the numbers of its column `mode`, under this `header`, as names."""
    numbers = texts["mode"].unique().drop_nulls()
    numbers = numbers.filter(numbers.str.contains(NUMBER))
    plain = [str(int(float(number))) for number in numbers]
    meant = _reading(set(plain), plain_header(header))
    named = {number: meant[word] for number, word in zip(numbers, plain, strict=True) if word in meant}
    return texts.with_columns(pl.col("mode").replace(named)) if named else texts


def _reading(numbers: set[str], header: str) -> Mapping[str, str]:
    by_months, by_times = bool(numbers & {"3", "6"}), bool(numbers & {"2", "4"})
    if by_months == by_times:
        by_months = any(word in header for word in _MONTHS_HEADER)
        by_times = any(word in header for word in _TIMES_HEADER)
    if by_months == by_times:
        return {}
    return _BY_MONTHS if by_months else _BY_TIMES
