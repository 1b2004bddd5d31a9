"""Agents, teams and branches."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.generated_book.draws import Draws, days, known_by, number
from policyserve.generated_book.names import CITIES, given, numeral, phone, surname

CUSTOMERS_OF_AN_AGENT = 80
TEAM = 12
PHONES_FROM = 90_000_000


def staff(draws: Draws, customers: int, as_of: date) -> pl.DataFrame:
    """Return one row per agent, for that many customers; `agent` is the row's index, `care` bears on lapses (1 usual).

    The first agent of each team leads it and stays; the first leader of a branch leads the branch.
    """
    count = max(12, customers // CUSTOMERS_OF_AN_AGENT)
    agents = _placed(pl.DataFrame({"agent": pl.int_range(count, dtype=pl.Int32, eager=True)}), count)
    return _with_heirs(_with_people(draws, _with_managers(agents), as_of))


def _placed(agents: pl.DataFrame, count: int) -> pl.DataFrame:
    """Put agents into three branches, or more where there are many agents, and into teams of at most about twelve."""
    branches = min(len(CITIES), max(3, count // 600))
    teams = max(2 * branches, count // TEAM)
    unit = pl.col("agent") * teams // count
    return (
        agents.with_columns(unit=unit, place=unit * branches // teams)
        .with_columns(leads=pl.col("unit").is_first_distinct())
        .with_columns(
            team=_team(pl.col("unit") - pl.col("unit").min().over("place"), teams),
            branch=pl.lit(pl.Series([f"{city}分公司" for city in CITIES])).gather("place"),
        )
    )


def _team(rank: pl.Expr, teams: int) -> pl.Expr:
    return pl.lit(pl.Series([f"营业{numeral(value)}部" for value in range(1, teams + 1)])).gather(rank)


def _with_managers(agents: pl.DataFrame) -> pl.DataFrame:
    director = pl.col("agent").min().over("place")
    manager = pl.when("leads").then(director).otherwise(pl.col("agent").min().over("unit"))
    return agents.with_columns(manager=pl.when(manager != pl.col("agent")).then(manager))


def _with_people(draws: Draws, agents: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add what an agent has of their own: name, phone, dates, care."""
    today = pl.lit(as_of)
    recent = draws.happens("agent.recent", 0.15) & ~pl.col("leads")
    age = pl.when(recent).then(draws.whole("agent.new", 100, 2000)).otherwise(draws.whole("agent.old", 2300, 5500))
    leaves = draws.happens("agent.leaves", 0.12) & ~pl.col("leads") & ~recent
    team_care = 0.75 + draws.share("team.care").gather("unit") * 0.5
    poor = pl.when(draws.happens("agent.poor", 0.12)).then(2.2).otherwise(0.45 + draws.share("agent.care") * 0.75)
    return agents.with_columns(
        agent_no=number("A", pl.col("agent"), 5),
        name=surname(draws, "agent") + given(draws, "agent", draws.happens("agent.female", 0.6)),
        phone=phone(pl.col("agent") + PHONES_FROM),
        joined_on=today - days(age),
        left_on=known_by(pl.when(leaves).then(today - days(draws.whole("agent.left", 3, 500))), today),
        daily_capacity=pl.when(draws.happens("agent.capacity", 0.3)).then(draws.whole("agent.visits", 6, 12)),
        region=pl.col("branch").str.strip_suffix("分公司"),
        languages=draws.pick("agent.languages", {"普通话": 88, "普通话、英语": 9, "普通话、粤语": 3}),
        care=team_care * poor,
    )


def _with_heirs(agents: pl.DataFrame) -> pl.DataFrame:
    """Add who takes over an agent's customers: the next of the team where that one stays, else the manager."""
    after = pl.col("agent").shift(-1).over("unit")
    stays = pl.col("left_on").is_null().shift(-1).over("unit")
    return agents.with_columns(heir=pl.when(stays).then(after).otherwise(pl.coalesce("manager", "agent")))


def agent_list(agents: pl.DataFrame) -> pl.DataFrame:
    """Return the list `agents`."""
    return agents.select(
        "agent_no", "name", "team", "branch", pl.col("agent_no").gather("manager").alias("manager_no"), "phone",
        "joined_on", "left_on", "daily_capacity", "region", "languages",
    )  # fmt: skip
