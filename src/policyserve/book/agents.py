"""The list of agents: who sells and serves, in which team and branch, under whom."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book import agent_places
from policyserve.book.import_result import ImportResult
from policyserve.book.references import attach_own, fill_own
from policyserve.book.rows import Rows, cleared, same_key
from policyserve.book.stored_rows import (
    OLD,
    add,
    beside,
    change,
    known_ids,
    lay_over,
    read_matching,
    with_changes,
    with_ids,
)
from policyserve.locale import N_

_STORED: dict[str, DataType] = {
    "agent_no": pl.String,
    "id": pl.Int32,
    "name": pl.String,
    "team": pl.String,
    "branch": pl.String,
    "team_id": pl.Int32,
    "branch_id": pl.Int32,
    "manager_id": pl.Int32,
    "phone": pl.String,
    "joined_on": pl.Date,
    "left_on": pl.Date,
    "daily_capacity": pl.Int32,
    "region": pl.String,
    "languages": pl.String,
}
_QUERY = """
    SELECT a.agent_no AS agent_no, a.id AS id, a.name AS name, t.name AS team, b.name AS branch, a.team_id AS team_id,
        a.branch_id AS branch_id, a.manager_id AS manager_id, a.phone AS phone, a.joined_on AS joined_on,
        a.left_on AS left_on, a.daily_capacity AS daily_capacity,
        a.region AS region, a.languages AS languages
    FROM agents a LEFT JOIN teams t ON t.id = a.team_id LEFT JOIN branches b ON b.id = a.branch_id
"""
_NAMES = tuple(name for name in _STORED if name not in {"agent_no", "id"})
_COLUMNS = tuple(name for name in _NAMES if name not in {"team", "branch"})


def take(connection: Connection, rows: Rows, as_of: date) -> ImportResult:
    """Take in a list of agents; teams and branches that it names for the first time are made.

    Who is in another one than before moves on `as_of` (see `agent_places`).
    """
    rows = same_key(rows, ["agent_no"], "agent_no")
    rows = _managers(connection, rows)
    good = rows.good
    old = read_matching(connection, _QUERY, _STORED, good.select("agent_no"))
    joined = with_ids(connection, "agents", beside(good, old, key=["agent_no"], names=_NAMES))
    joined = fill_own(joined, "manager_no", "manager_id", joined.select(number="agent_no", id="id"))
    history = agent_places.read(connection, joined)
    joined = agent_places.on_the_day(_back_again(joined), history, as_of)
    placed = _placed(connection, lay_over(joined, _NAMES))
    laid = with_changes(agent_places.record(connection, placed, history, as_of), _COLUMNS)
    add(connection, "agents", laid, ["id", "agent_no", *_COLUMNS])
    change(connection, "agents", laid, _COLUMNS)
    return ImportResult.counted(rows, laid)


def _managers(connection: Connection, rows: Rows) -> Rows:
    if not rows.has("manager_no"):
        return rows
    rows = rows.leave_empty(pl.col("manager_no") == pl.col("agent_no"), "manager_no", N_("names the agent himself"))
    stored = known_ids(connection, "agents", "agent_no", rows.values["manager_no"])
    return attach_own(rows, "manager_no", "manager_id", key="agent_no", stored=stored, noun="agent")


def _back_again(joined: pl.DataFrame) -> pl.DataFrame:
    """Clear the day of leaving where it was only assumed: of writing agents whom no list of agents had yet named."""
    assumed = ~pl.col("added") & pl.col("name" + OLD).is_null()
    mark = pl.col(cleared("left_on")) if cleared("left_on") in joined.columns else pl.lit(value=False)
    unsaid = pl.col("left_on").is_null() if "left_on" in joined.columns else pl.lit(value=True)
    left_on = pl.col("left_on") if "left_on" in joined.columns else pl.lit(None, dtype=pl.Date)
    return joined.with_columns((mark | assumed & unsaid).alias(cleared("left_on")), left_on=left_on)


def _placed(connection: Connection, laid: pl.DataFrame) -> pl.DataFrame:
    """Set the ids of teams and branches by their names."""
    laid = laid.drop("team_id", "branch_id")
    branches = _ensure(connection, "branches", laid.select(name="branch").drop_nulls().unique())
    laid = laid.join(
        branches.rename({"name": "branch", "id": "branch_id"}), on="branch", how="left", maintain_order="left"
    )
    wanted = laid.select("branch_id", name="team").filter(pl.col("name").is_not_null()).unique()
    teams = _ensure(connection, "teams", wanted).rename({"name": "team", "id": "team_id"})
    return laid.join(teams, on=["team", "branch_id"], how="left", maintain_order="left", nulls_equal=True)


def _ensure(connection: Connection, table: str, wanted: pl.DataFrame) -> pl.DataFrame:
    """Read the rows of `teams` or `branches` with their ids, after adding those of `wanted` that lack."""
    key = wanted.columns
    schema = pl.Schema({name: wanted.schema[name] for name in key} | {"id": pl.Int32})
    stored = db.read_frame(connection, f"SELECT {', '.join(schema)} FROM {table}", schema)
    lacking = wanted.join(stored, on=key, how="anti", nulls_equal=True).sort("name")
    fresh = with_ids(connection, table, lacking.with_columns(added=pl.lit(value=True), id=pl.lit(None, pl.Int32)))
    db.insert_frame(connection, table, fresh.select(schema.names()))
    return pl.concat([stored, fresh.select(schema.names())])
