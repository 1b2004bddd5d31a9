"""Keys: rows looked up by the integers that name them, and a key and a day put into one integer."""

from __future__ import annotations

import polars as pl

_BIG = 1 << 24
"""More than the number of any day."""


def locate(keys: pl.Series, ids: pl.Series) -> pl.Series:
    """Return the place of each of `ids` in `keys` (unique positive integers); null where it has none.

    One table from key to place instead of a hash join: several times faster where keys are dense, as database keys are.
    """
    size = 1 + max((int(top) for top in (keys.max(), ids.max()) if isinstance(top, int)), default=0)
    table = pl.Series([None], dtype=pl.Int32).new_from_index(0, size)
    return table.scatter(keys, pl.int_range(keys.len(), dtype=pl.Int32, eager=True)).gather(ids.fill_null(0))


def lookup(frame: pl.DataFrame, key: str, column: str, ids: pl.Series) -> pl.Series:
    """Return `column` of the rows of `frame` whose `key` is each of `ids`; null where there is none."""
    return frame[column].gather(locate(frame[key], ids))


def among(keys: pl.Series, ids: pl.Series) -> pl.Series:
    """Say of each of `ids` whether it is one of `keys` (positive integers, each any number of times)."""
    if keys.is_empty():
        return pl.Series([False]).new_from_index(0, ids.len())
    return locate(keys.unique(), ids).is_not_null()


def pair(key: str, day: str) -> pl.Expr:
    """Put an integer key and a Date into one integer that sorts like the two; see `day_of_pair`."""
    return pl.col(key).cast(pl.Int64) * _BIG + pl.col(day).cast(pl.Int32) + _BIG // 2


def day_of_pair(both: pl.Expr) -> pl.Expr:
    """Return the Date of a `pair`."""
    return (both % _BIG - _BIG // 2).cast(pl.Int32).cast(pl.Date)


def key_of_pair(both: pl.Expr) -> pl.Expr:
    """Return the key of a `pair`."""
    return (both // _BIG).cast(pl.Int32)


def latest_so_far(rows: pl.DataFrame, key: str, day: str) -> pl.Series:
    """Return, for each row of a frame sorted by `key`, the latest `day` of the rows before it with the same key."""
    before = pair(key, day).cum_max().shift(1)
    same = pl.col(key) == pl.col(key).shift(1)
    return rows.select(latest=pl.when(same).then(day_of_pair(before)))["latest"]
