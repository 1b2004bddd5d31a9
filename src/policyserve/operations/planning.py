"""The plan: touches of the book in a range of days, computed when somebody asks."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve import db
from policyserve.book.snapshot import agent_id, customer_of, load_book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.operations.database import Database
from policyserve.plan.planner import CONTRACT, plan
from policyserve.tasks.stored_standard import current_standard


def plan_touches(
    engine: Database,
    calendar: Calendar,
    days: Days,
    *,
    as_of: date,
    policy_no: str | None = None,
    customer_no: str | None = None,
    agent_no: str | None = None,
) -> pl.DataFrame:
    """Return the touches in `days` of one policy, customer or agent, or of all, in order, with the contract's columns.

    Raises NotFoundError for a number that the book does not know.
    """
    with db.reading(engine) as connection:
        asked = None
        if policy_no is not None or customer_no is not None:
            asked = [customer_of(connection, policy_no=policy_no, customer_no=customer_no)]
        if agent_no is not None:
            agent_id(connection, agent_no)
        book = load_book(connection, customers=asked)
        standard = current_standard(connection, as_of)
    touches = plan(book, standard, calendar, days, as_of)
    if policy_no is not None:
        touches = touches.filter(pl.col("subject_kind") == "policy", pl.col("subject") == policy_no)
    if asked:
        touches = touches.filter(pl.col("customer_id").is_in(asked))
    if agent_no is not None:
        touches = touches.filter(pl.col("agent_no") == agent_no)
    return touches.select(CONTRACT).sort("due", "service", "subject", "ordinal")
