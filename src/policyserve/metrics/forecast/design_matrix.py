"""Facts as numbers for a fit: what is learnt from the past about each fact, and every row laid out by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import polars as pl

from policyserve.metrics.forecast.covariates import NUMBERS, WORDS

if TYPE_CHECKING:
    from policyserve.metrics.forecast.hazard import Floats

KNOTS = (-270, -180, -120, -60, -30, 0, 15, 30, 45)
"""Days from the due day at which the course of the hazard may bend."""

FEWEST = 50
"""Rows that a word must have to be told apart from the others."""

FEWEST_OF_STAGE = 10
"""The same for a stage: hardly any policy is behind or lapsed, and for those that are nothing else says as much."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """How facts become columns: learnt from the past rows alone."""

    numbers: tuple[tuple[str, float, float], ...]
    """Facts that vary, with the mean and the standard deviation of the past."""
    gaps: tuple[str, ...]
    """Numbers that are sometimes not known; each has a column that says so."""
    words: tuple[tuple[str, str], ...]
    """Facts and values that are told apart, without the commonest value of each."""
    knots: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, the constant first."""
        return (
            "constant",
            "lead",
            *(f"lead after {knot}" for knot in self.knots),
            *(name for name, _, _ in self.numbers),
            *(f"{name} not known" for name in self.gaps),
            *(f"{name} {value}" for name, value in self.words),
        )

    def matrix(self, rows: pl.DataFrame) -> Floats:
        """Lay the rows out: one line per row, one column per name of `columns`."""
        import numpy as np

        lead = pl.col("lead").cast(pl.Float64)
        laid = rows.select(
            pl.lit(1.0).alias("constant"),
            (lead / 100).alias("lead"),
            *(((lead - knot).clip(0) / 30).alias(f"lead after {knot}") for knot in self.knots),
            *(((pl.col(name) - mean) / sd).fill_null(0.0) for name, mean, sd in self.numbers),
            *(pl.col(name).is_null().cast(pl.Float64).alias(f"{name} not known") for name in self.gaps),
            *(
                (pl.col(name) == value).fill_null(value=False).cast(pl.Float64).alias(f"{name} {value}")
                for name, value in self.words
            ),
        )
        return np.array(laid.to_numpy(), dtype=np.float64, order="C")


def learnt(past: pl.DataFrame) -> Design:
    """Learn the layout from past rows: facts that do not vary, and words too rare to tell, get no column."""
    known = [name for name in NUMBERS if past[name].n_unique() > 1 and past[name].count() >= FEWEST]
    numbers = [(name, _float(past[name].mean()), _float(past[name].std())) for name in known]
    return Design(
        numbers=tuple(one for one in numbers if one[2] > 0),
        gaps=tuple(name for name in known if past[name].null_count() >= FEWEST),
        words=tuple((name, value) for name in WORDS for value in _told_apart(past[name])),
        knots=tuple(knot for knot in KNOTS if _bends(past["lead"], knot)),
    )


def _told_apart(words: pl.Series) -> Sequence[str]:
    fewest = FEWEST_OF_STAGE if words.name == "stage" else FEWEST
    counts = words.drop_nulls().value_counts(sort=True).sort("count", words.name, descending=[True, False])
    return counts[1:].filter(pl.col("count") >= fewest)[words.name].to_list()


def _bends(lead: pl.Series, knot: int) -> bool:
    """Whether there are enough rows on both sides of a knot."""
    return int((lead > knot).sum()) >= FEWEST and int((lead <= knot).sum()) >= FEWEST


def _float(value: object) -> float:
    return float(cast("float", value or 0.0))
