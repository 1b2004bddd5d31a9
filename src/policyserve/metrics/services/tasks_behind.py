"""The tasks behind a figure of service, with the numbers that people use, as they stood on a day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection

from policyserve import db

LISTED = ("task_id", "service", "customer_no", "policy_no", "agent_no", "performer", "due", "latest", "done_on")
"""The columns of such a list after its groupings; what became of the task follows."""

_CUSTOMERS = "SELECT id, customer_no FROM customers"
_POLICIES = "SELECT id, policy_no FROM policies"


def tasks_behind(
    connection: Connection, tasks: pl.DataFrame, fields: Sequence[str], told: Sequence[str] = ("fate",)
) -> pl.DataFrame:
    """List `tasks` (as `task_states.TASKS`, with `agent_no`, the grouping `fields` and what is `told` of each).

    Columns: the groupings (the company is none), LISTED, `told`; sorted by the groupings and the due day.
    """
    groups = [name for name in fields if name != "company"]
    numbered = tasks.join(_numbers(connection, _CUSTOMERS, "customer"), on="customer_id", how="left").join(
        _numbers(connection, _POLICIES, "policy"), on="policy_id", how="left"
    )
    return numbered.select([*dict.fromkeys((*groups, *LISTED, *told))]).sort(*groups, "due", "task_id")


def _numbers(connection: Connection, query: str, noun: str) -> pl.DataFrame:
    return db.read_frame(connection, query, pl.Schema({f"{noun}_id": pl.Int32(), f"{noun}_no": pl.String()}))
