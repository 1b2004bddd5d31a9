"""Spells: the half-open ranges of days on which policies are in force."""

from __future__ import annotations

from datetime import date

import polars as pl


def spells(terms: pl.DataFrame, suspended: pl.DataFrame) -> pl.DataFrame:
    """Return the ranges of days in force: `policy_id`, `start`, `end`; `suspended` as from `suspensions`."""
    whole = terms.select("policy_id", start="issue_date", end="ended_on")
    if suspended.is_empty():
        return whole.filter(pl.col("start") < pl.col("end"))
    broken = whole.join(suspended, on="policy_id", how="semi")
    starts = pl.concat([broken.select("policy_id", "start"), suspended.select("policy_id", start="suspended_to")])
    ends = pl.concat([broken.select("policy_id", "end"), suspended.select("policy_id", end="suspended_from")])
    pieces = starts.sort("policy_id", "start").with_columns(ends.sort("policy_id", "end")["end"])
    return pl.concat([whole.join(suspended, on="policy_id", how="anti"), pieces]).filter(
        pl.col("start") < pl.col("end")
    )


def on_day(ranges: pl.DataFrame, day: date, start: str = "start", end: str = "end") -> pl.DataFrame:
    """Keep the half-open ranges that hold the day."""
    return ranges.filter(pl.lit(day).is_between(start, end, closed="left"))
