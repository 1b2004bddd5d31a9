"""Whom messages name as the person to call: somebody who is there."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from sqlalchemy import Engine, update

from desks import task_book
from policyserve import db
from policyserve.messages.people import read_people
from policyserve.tables import Agent, table

AGENTS = table(Agent)
DAY = task_book.MONDAY
GONE = {"left_on": DAY}


def named(engine: Engine, agent: int, day: date = DAY) -> str | None:
    """Return the name that the customers of an agent read on a day."""
    touches = pl.DataFrame(
        {"policy_id": [1], "customer_id": [1]}, schema={"policy_id": pl.Int32, "customer_id": pl.Int32}
    )
    with db.reading(engine) as connection:
        agents = read_people(connection, touches, day, "en").agents
    assert agents["agent_id"].sort().to_list() == [1, 2, 3, 4]
    name: str | None = agents.filter(agent_id=agent)["agent_name"].item()
    return name


@pytest.fixture
def staff(engine: Engine) -> Engine:
    """Return a branch where 1001 manages 1002 and 1003, and 1004 is alone."""
    task_book.fill(engine)
    return engine


def changed(engine: Engine, agent: int, **values: object) -> None:
    with db.writing(engine) as connection:
        connection.execute(update(AGENTS).where(AGENTS.c.id == agent).values(**values))


def test_the_customers_of_an_agent_who_left_are_told_whoever_above_is_there(staff: Engine) -> None:
    changed(staff, 2, **GONE)
    assert named(staff, 2, DAY - timedelta(days=1)) == "Agent 1002"
    assert named(staff, 2) == "Agent 1001"
    changed(staff, 1, **GONE, manager_id=4)
    assert named(staff, 2) == "Agent 1004"


def test_nobody_is_named_where_nobody_above_is_there(staff: Engine) -> None:
    changed(staff, 2, **GONE)
    changed(staff, 1, **GONE)
    assert named(staff, 2) is None
    changed(staff, 1, manager_id=2)
    assert named(staff, 2) is None
    assert named(staff, 3) == "Agent 1003"
