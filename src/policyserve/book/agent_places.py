"""In which team and branch agents were before, kept with the day until which it was known: lists say it without a day.

A place holds until the as-of date of the import that brings another one; the first place of an agent holds for all
days before. So an agent who moves today changes no figure of yesterday's teams. Of two lists of one day the later one
goes. A list of an earlier day, imported late, fills its part of the history and leaves what later ones have changed.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.stored_rows import OLD, read_matching

NAMES = ("team", "branch", "team_id", "branch_id")
IDS = ("team_id", "branch_id")

_THEN = ":then"
_NOW = ":now"
_STORED: dict[str, DataType] = {
    "id": pl.Int32,
    "until": pl.Date,
    "team": pl.String,
    "branch": pl.String,
    "team_id": pl.Int32,
    "branch_id": pl.Int32,
}
_QUERY = """
    SELECT f.agent_id AS id, f.until AS until, t.name AS team, b.name AS branch, f.team_id AS team_id,
        f.branch_id AS branch_id
    FROM former_places f LEFT JOIN teams t ON t.id = f.team_id LEFT JOIN branches b ON b.id = f.branch_id
"""


def read(connection: Connection, agents: pl.DataFrame) -> pl.DataFrame:
    """Read where `agents` (`id`) were before: `id`, `until` and NAMES."""
    return read_matching(connection, _QUERY, _STORED, agents.select("id"))


def on_the_day(joined: pl.DataFrame, history: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Put the places that held on `as_of` where a list of that day is laid over them: beside its values, as stored.

    `until:then` is the day until which such a place held, null for one that still does. `record` takes it back.
    """
    held = history.filter(pl.col("until") > as_of).sort("until").unique("id", keep="first", maintain_order=True)
    found = joined.join(
        held.rename({name: name + _THEN for name in held.columns if name != "id"}), on="id", how="left"
    ).with_columns(pl.col(name + OLD).alias(name + _NOW) for name in NAMES)
    return found.with_columns(_or_then(name + OLD, name + _THEN) for name in NAMES)


def record(connection: Connection, laid: pl.DataFrame, history: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Write down which agents moved on `as_of`; return `laid` with the places that hold now.

    `laid` comes from what `on_the_day` returned, with NAMES in their state after the list.
    """
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + OLD)) for name in IDS)
    moved = laid.filter(~pl.col("added"), differs)
    _end(connection, moved, history, as_of)
    held = moved.filter(pl.col("until" + _THEN).is_not_null()).select(*IDS, agent_id="id", until="until" + _THEN)
    db.update_frame(connection, "former_places", held, keys=["agent_id", "until"])
    now = [_or_then(name, name + _NOW) for name in NAMES]
    return laid.with_columns(*now, *(pl.col(name + _NOW).alias(name + OLD) for name in NAMES))


def _end(connection: Connection, moved: pl.DataFrame, history: pl.DataFrame, as_of: date) -> None:
    """End the places left on `as_of`, unless they are ended by an earlier list of the day; a first place ends none."""
    known = history.select("id").unique()["id"].implode()
    left = moved.filter(pl.any_horizontal(pl.col(name + OLD).is_not_null() for name in IDS) | pl.col("id").is_in(known))
    fresh = left.join(history.filter(pl.col("until") == as_of), on="id", how="anti")
    rows = fresh.select(*(pl.col(name + OLD).alias(name) for name in IDS), agent_id="id", until=pl.lit(as_of))
    db.insert_frame(connection, "former_places", rows)


def _or_then(name: str, then: str) -> pl.Expr:
    """Return `then` where a later list has ended the place, else `name`."""
    return pl.when(pl.col("until" + _THEN).is_not_null()).then(then).otherwise(name).alias(name)
